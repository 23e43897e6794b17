"""Calls other than launches that a stolen credential must not make, each beside one that it may: the two differ only
in what is misused. Where the second is None, the role may not call it at all."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from tests.autoscaler import head
from tests.autoscaler.field import Field
from tests.autoscaler.misused_launches import launch

Call = Callable[[Field], Any]
Pair = tuple[Call, Call | None]


def terminate(target: Callable[[Field], str]) -> Call:
    return lambda field: field.client("ec2").terminate_instances(InstanceIds=[target(field)], DryRun=True)


def stop(target: Callable[[Field], str]) -> Call:
    return lambda field: field.client("ec2").stop_instances(InstanceIds=[target(field)], DryRun=True)


def start(target: Callable[[Field], str]) -> Call:
    return lambda field: field.client("ec2").start_instances(InstanceIds=[target(field)], DryRun=True)


def tag(target: Callable[[Field], str], key: str, value: str = "x") -> Call:
    return lambda field: field.client("ec2").create_tags(
        Resources=[target(field)], Tags=[{"Key": key, "Value": value}], DryRun=True
    )


def worker(field: Field) -> str:
    return field.running("worker")


def neither(field: Field) -> str:
    """Of the cluster, but no node: the bastion, say."""
    return field.running("neither")


def own_head(field: Field) -> str:
    return field.running("head")


def foreign_head(field: Field) -> str:
    return str(field.neighbour.node(ray_node_type="head")["InstanceId"])


def foreign(field: Field) -> str:
    return field.foreign


def _ec2(operation: str, **arguments: Callable[[Field], Any]) -> Call:
    def call(field: Field) -> None:
        getattr(field.client("ec2"), operation)(
            **{name: value(field) for name, value in arguments.items()}, DryRun=True
        )

    return call


def _fixed(value: Any) -> Callable[[Field], Any]:
    return lambda _field: value


def _subnet(field: Field) -> str:
    return str(field.launch["SubnetId"])


def _group(field: Field) -> str:
    return str(field.launch["SecurityGroupIds"][0])


def _elsewhere(field: Field) -> None:
    request = copy.deepcopy(field.launch)
    del request["BlockDeviceMappings"][0]["Ebs"]["KmsKeyId"]  # there is none of ours there
    field.client("ec2", "eu-central-1").run_instances(**request, DryRun=True)


def _request_spot(field: Field) -> None:
    wanted = {name: field.launch[name] for name in ("ImageId", "InstanceType", "SubnetId", "IamInstanceProfile")}
    field.client("ec2").request_spot_instances(LaunchSpecification=wanted, DryRun=True)


def _associate_profile(field: Field) -> None:
    profile = {"Arn": field.own.outputs["instance_profile_arns"]["head"]}
    field.client("ec2").associate_iam_instance_profile(InstanceId=worker(field), IamInstanceProfile=profile)


def _role(field: Field) -> str:
    return str(field.own.outputs["role_arns"][field.part].rpartition("/")[2])


def _attach_policy(field: Field) -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    field.client("iam").attach_role_policy(RoleName=_role(field), PolicyArn=arn)


def _put_policy(field: Field) -> None:
    field.client("iam").put_role_policy(RoleName=_role(field), PolicyName="more", PolicyDocument="{}")


def _trust_anybody(field: Field) -> None:
    field.client("iam").update_assume_role_policy(RoleName=_role(field), PolicyDocument="{}")


def _assume(field: Field) -> None:
    roles = {**field.neighbour.outputs["role_arns"], **field.own.outputs["role_arns"]}
    other = roles["launcher" if field.part != "launcher" else "head"]
    field.client("sts").assume_role(RoleArn=other, RoleSessionName="thief")


def _secret(arn: Callable[[Field], str]) -> Call:
    return lambda field: field.client("secretsmanager").get_secret_value(SecretId=arn(field))


def _write_own_configuration(field: Field) -> None:
    name = f"{field.own.cluster}-autoscaling"
    field.client("secretsmanager").put_secret_value(SecretId=name, SecretString="x")


def _grant_to_anybody(field: Field) -> None:
    field.client("kms").create_grant(
        KeyId=field.own.outputs["key_arn"], GranteePrincipal="arn:aws:iam::123456789012:root", Operations=["Decrypt"]
    )


def _decrypt(field: Field) -> None:
    field.client("kms").decrypt(KeyId=field.own.outputs["key_arn"], CiphertextBlob=b"x")


def record(name: str | None = None, kind: str = "A", action: str = "UPSERT", value: str = "10.0.0.1") -> Call:
    """A change in the private zone, of the head's record where no name is given."""

    def call(field: Field) -> None:
        wanted = name or head.head_address(field.own)
        found = {"Name": wanted, "Type": kind, "TTL": 10, "ResourceRecords": [{"Value": value}]}
        change = {"Changes": [{"Action": action, "ResourceRecordSet": found}]}
        field.client("route53").change_resource_record_sets(
            HostedZoneId=field.own.outputs["zone_id"], ChangeBatch=change
        )

    return call


NOBODYS: Mapping[str, Pair] = {
    "tag a node of another cluster as one's own": (tag(foreign, "ray-cluster-name"), None),
    "tag a subnet": (tag(_subnet, "Name"), None),
    "remove tags": (_ec2("delete_tags", Resources=lambda field: [worker(field)]), None),
    "ask for spot instances outside a launch": (_request_spot, None),
    "launch in another region": (_elsewhere, launch),
    "read the user data of a node": (
        _ec2("describe_instance_attribute", InstanceId=worker, Attribute=_fixed("userData")),
        None,
    ),
    "change the user data of a node": (
        _ec2("modify_instance_attribute", InstanceId=worker, UserData=_fixed({"Value": b"x"})),
        None,
    ),
    "change the security groups of a node": (
        _ec2("modify_instance_attribute", InstanceId=worker, Groups=lambda field: [_group(field)]),
        None,
    ),
    "allow IMDSv1 on a node": (
        _ec2("modify_instance_metadata_options", InstanceId=worker, HttpTokens=_fixed("optional")),
        None,
    ),
    "give a node another profile": (_associate_profile, None),
    "make a security group": (
        _ec2(
            "create_security_group",
            GroupName=_fixed("thief"),
            Description=_fixed("x"),
            VpcId=lambda field: field.own.outputs["vpc_id"],
        ),
        None,
    ),
    "open a security group": (
        _ec2(
            "authorize_security_group_ingress",
            GroupId=_group,
            IpPermissions=_fixed(
                [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
            ),
        ),
        None,
    ),
    "make a key pair": (_ec2("create_key_pair", KeyName=_fixed("of-a-thief")), None),
    "make a launch template": (
        _ec2("create_launch_template", LaunchTemplateName=_fixed("thief"), LaunchTemplateData=_fixed({})),
        None,
    ),
    "make a volume": (_ec2("create_volume", AvailabilityZone=_fixed("us-west-2a"), Size=_fixed(8)), None),
    "read a node's console": (_ec2("get_console_output", InstanceId=worker), None),
    "read a node's password": (_ec2("get_password_data", InstanceId=worker), None),
    "reboot a node": (_ec2("reboot_instances", InstanceIds=lambda field: [worker(field)]), None),
    "attach a policy to the own role": (_attach_policy, None),
    "write a policy into the own role": (_put_policy, None),
    "change the trust of the own role": (_trust_anybody, None),
    "take on another role": (_assume, None),
    "read a secret of another cluster": (_secret(lambda field: field.neighbour.outputs["ray_token_secret_arn"]), None),
    "write the autoscaler's configuration": (_write_own_configuration, None),
    "grant the key to anybody": (_grant_to_anybody, launch),
    "decrypt by the key directly": (_decrypt, launch),
}
"""Of head, launcher and worker alike."""

HEADS: Mapping[str, Pair] = {
    "terminate the head": (terminate(own_head), terminate(worker)),
    "terminate what is no node": (terminate(neither), terminate(worker)),
    "terminate a node of another cluster": (terminate(foreign), terminate(worker)),
    "stop a worker": (stop(worker), None),
    "move a worker to another cluster": (tag(worker, "ray-cluster-name"), None),
    "change a worker's owner": (tag(worker, "rayform:cluster"), None),
    "rename a worker": (tag(worker, "Name"), None),
    "make the worker a head": (tag(worker, "ray-node-type", "head"), None),
}
LAUNCHERS: Mapping[str, Pair] = {
    "terminate a node of another cluster": (terminate(foreign), terminate(own_head)),
    "terminate what is no node": (terminate(neither), terminate(own_head)),
    "stop the head": (stop(own_head), None),
    "tag the head of another cluster": (tag(foreign_head, "ray-node-status"), tag(own_head, "ray-node-status")),
    "tag a worker": (tag(worker, "ray-node-status"), tag(own_head, "ray-node-status")),
    "change the head's cluster": (tag(own_head, "ray-cluster-name"), tag(own_head, "ray-node-status")),
    "change the head's owner": (tag(own_head, "rayform:cluster"), tag(own_head, "ray-runtime-config")),
    "make the head a worker": (tag(own_head, "ray-node-type", "worker"), tag(own_head, "ray-node-status")),
    "rename the head": (tag(own_head, "Name"), tag(own_head, "ray-file-mounts-contents")),
}
WRITERS: Mapping[str, Pair] = {
    "write another name": (record("db.example.internal"), record()),
    "delete the head's name": (record(action="DELETE"), record()),
    "write another type": (record(kind="CNAME", value="example.com"), record()),
}
"""Of a head that writes its own record."""
STOPPERS: Mapping[str, Pair] = {
    "terminate a worker": (terminate(worker), stop(worker)),
    "stop the head": (stop(own_head), stop(worker)),
    "stop a node of another cluster": (stop(foreign), stop(worker)),
    "start a node of another cluster": (start(foreign), start(worker)),
    "tag a node of another cluster": (tag(foreign, "ray-node-status"), tag(worker, "ray-node-status")),
    "tag the head": (tag(own_head, "ray-node-status"), tag(worker, "ray-node-status")),
    "make the worker a head": (tag(worker, "ray-node-type", "head"), tag(worker, "ray-node-type", "worker")),
    "move a worker to another cluster": (tag(worker, "ray-cluster-name"), tag(worker, "ray-launch-config")),
    "change a worker's owner": (tag(worker, "rayform:cluster"), tag(worker, "ray-launch-request")),
}
"""Of a head that stops and starts workers."""
