"""Other calls through the gate to the emulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.iam_gate import Gate, Principal
from tests.iam_gate.conftest import TRUST, Clients, Site
from tests.iam_gate.policies import ACCOUNT, REGION, allow, document, head_policy

Refused = Callable[..., None]


def refused(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    code = caught.value.response["Error"]["Code"]
    assert code in ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException")
    return str(caught.value.response["Error"]["Message"])


@pytest.fixture
def let(gate: Gate) -> Callable[..., None]:
    """Give the head exactly these statements."""
    return lambda *statements: gate.register("AKIAHEAD", Principal("head", {"head": document(*statements)}))


@pytest.fixture
def instances(site: Site, clients: Clients) -> dict[str, str]:
    """One of ours and one of another cluster."""
    ec2 = clients("ec2", "test")
    made = {}
    for cluster in ("mine", "yours"):
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "ray-cluster-name", "Value": cluster}]}]
        found = ec2.run_instances(
            ImageId=site.image,
            MinCount=1,
            MaxCount=1,
            SubnetId=site.subnet,
            InstanceType="m7i.large",
            IamInstanceProfile={"Name": "worker"},
            BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True, "KmsKeyId": site.key}}],
            TagSpecifications=tags,
        )
        made[cluster] = found["Instances"][0]["InstanceId"]
    return made


@pytest.fixture
def head(gate: Gate, site: Site, clients: Clients) -> Any:
    policy = head_policy(subnet=site.subnet, group=site.group, image=site.image, key=site.key)
    gate.register("AKIAHEAD", Principal("head", {"head": policy}))
    return clients("ec2")


def test_status_tags_of_our_instances_only(head: Any, instances: dict[str, str]) -> None:
    def tags(*names: str) -> list[dict[str, str]]:
        return [{"Key": name, "Value": "x"} for name in names]

    head.create_tags(Resources=[instances["mine"]], Tags=tags("ray-node-status", "ray-runtime-config"))
    refused(head.create_tags, Resources=[instances["mine"]], Tags=tags("ray-node-status", "Name"))
    refused(head.create_tags, Resources=[instances["mine"]], Tags=tags("ray-cluster-name"))
    refused(head.create_tags, Resources=[instances["yours"]], Tags=tags("ray-node-status"))
    refused(head.create_tags, Resources=list(instances.values()), Tags=tags("ray-node-status"))
    refused(head.delete_tags, Resources=[instances["mine"]], Tags=[{"Key": "ray-node-status"}])


def test_one_foreign_instance_spoils_a_termination(head: Any, instances: dict[str, str]) -> None:
    message = refused(head.terminate_instances, InstanceIds=list(instances.values()))
    assert f"instance/{instances['yours']}" in message
    states = head.describe_instances(InstanceIds=list(instances.values()))["Reservations"]
    assert {each["Instances"][0]["State"]["Name"] for each in states} <= {"pending", "running"}
    head.terminate_instances(InstanceIds=[instances["mine"]])
    refused(head.terminate_instances, InstanceIds=["i-0123456789abcdef0"])


@pytest.mark.parametrize(
    "call",
    [
        lambda ec2, id_, _site: ec2.stop_instances(InstanceIds=[id_]),
        lambda ec2, id_, _site: ec2.start_instances(InstanceIds=[id_]),
        lambda ec2, id_, _site: ec2.get_password_data(InstanceId=id_),
        lambda ec2, id_, _site: ec2.modify_instance_metadata_options(InstanceId=id_, HttpTokens="optional"),
        lambda ec2, id_, _site: ec2.modify_instance_attribute(InstanceId=id_, UserData={"Value": b"x"}),
        lambda ec2, id_, _site: ec2.associate_iam_instance_profile(
            InstanceId=id_, IamInstanceProfile={"Name": "other"}
        ),
        lambda ec2, _id, site: ec2.authorize_security_group_ingress(
            GroupId=site.group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
        ),
        lambda ec2, _id, _site: ec2.create_security_group(GroupName="open", Description="open"),
        lambda ec2, _id, _site: ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1),
        lambda ec2, _id, _site: ec2.create_key_pair(KeyName="mine"),
        lambda ec2, _id, site: ec2.create_launch_template(
            LaunchTemplateName="x", LaunchTemplateData={"ImageId": site.image}
        ),
        lambda ec2, _id, site: ec2.request_spot_instances(
            LaunchSpecification={"ImageId": site.image, "InstanceType": "m7i.large", "SubnetId": site.subnet}
        ),
        lambda ec2, _id, _site: ec2.create_vpc(CidrBlock="10.9.0.0/16"),
        lambda ec2, _id, _site: ec2.describe_image_attribute(ImageId=_site.image, Attribute="launchPermission"),
    ],
)
def test_what_the_heads_policy_does_not_name_is_denied(
    call: Callable[..., Any], gate: Gate, head: Any, instances: dict[str, str], site: Site
) -> None:
    with pytest.raises(ClientError, match="UnauthorizedOperation"):
        call(head, instances["mine"], site)
    assert gate.denied()


def test_stopped_nodes_start_with_a_grant_for_their_key(
    let: Refused, gate: Gate, instances: dict[str, str], clients: Clients, site: Site
) -> None:
    ec2 = clients("ec2")
    let(allow("Cache", ["ec2:StopInstances", "ec2:StartInstances"]))
    ec2.stop_instances(InstanceIds=[instances["mine"]])
    assert site.key in refused(ec2.start_instances, InstanceIds=[instances["mine"]])
    let(allow("Cache", ["ec2:StartInstances"]), allow("Key", "kms:*", site.key))
    ec2.start_instances(InstanceIds=[instances["mine"]])


def test_a_new_profile_takes_its_role_along(
    let: Refused, gate: Gate, instances: dict[str, str], clients: Clients
) -> None:
    ec2 = clients("ec2")
    associate, replace = "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation"
    let(allow("Profile", [associate, replace]), allow("Look", "ec2:Describe*"))
    filters = [{"Name": "instance-id", "Values": [instances["mine"]]}]
    found = ec2.describe_iam_instance_profile_associations(Filters=filters)["IamInstanceProfileAssociations"]
    asked = {"AssociationId": found[0]["AssociationId"], "IamInstanceProfile": {"Name": "other"}}
    assert "role/other" in refused(ec2.replace_iam_instance_profile_association, **asked)
    denied = gate.denied()[-1]
    assert denied.context["iam:passedtoservice"] == ("ec2.amazonaws.com",)
    assert denied.context["iam:associatedresourcearn"][0].endswith(f"instance/{instances['mine']}")
    (instance,) = (each for each in gate.decisions() if each.action == replace)
    assert instance.context["ec2:newinstanceprofile"][0].endswith("instance-profile/other")


def test_a_changed_attribute_is_a_key(let: Refused, gate: Gate, instances: dict[str, str], clients: Clients) -> None:
    ec2 = clients("ec2")
    required = {"ec2:Attribute/HttpTokens": "required"}
    let(allow("Harden", "ec2:ModifyInstanceMetadataOptions", StringEquals=required))
    ec2.modify_instance_metadata_options(InstanceId=instances["mine"], HttpTokens="required")
    refused(ec2.modify_instance_metadata_options, InstanceId=instances["mine"], HttpTokens="optional")


def test_iam_speaks_of_roles_and_profiles(let: Refused, clients: Clients) -> None:
    iam = clients("iam")
    roles = f"arn:aws:iam::{ACCOUNT}:role/worker"
    let(allow("Read", ["iam:GetRole", "iam:PutRolePolicy"], roles), allow("Profiles", "iam:*InstanceProfile"))
    iam.get_role(RoleName="worker")
    iam.put_role_policy(RoleName="worker", PolicyName="p", PolicyDocument=json.dumps(document(allow("A", "s3:*"))))
    refused(iam.get_role, RoleName="other")
    refused(iam.attach_role_policy, RoleName="worker", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    refused(iam.create_role, RoleName="mine", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="mine")
    message = refused(iam.add_role_to_instance_profile, InstanceProfileName="mine", RoleName="worker")
    assert "iam:PassRole" in message


def test_who_am_i_needs_no_permission(let: Refused, gate: Gate, clients: Clients) -> None:
    let()
    assert clients("sts").get_caller_identity()["Account"] == ACCOUNT
    refused(clients("sts").assume_role, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/worker", RoleSessionName="head")


def test_a_node_with_the_accounts_own_key_starts_without_a_grant(
    let: Refused, gate: Gate, clients: Clients, site: Site
) -> None:
    disk = [{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True}}]
    found = clients("ec2", "test").run_instances(
        ImageId=site.image, MinCount=1, MaxCount=1, SubnetId=site.subnet, BlockDeviceMappings=disk
    )
    ids = [found["Instances"][0]["InstanceId"]]
    let(allow("Cache", ["ec2:StopInstances", "ec2:StartInstances"]))
    clients("ec2").stop_instances(InstanceIds=ids)
    clients("ec2").start_instances(InstanceIds=ids)
    assert gate.denied() == []


def test_a_secret_under_a_key_asks_for_the_key_too(let: Refused, gate: Gate, clients: Clients, site: Site) -> None:
    made = clients("secretsmanager", "test").create_secret(Name="sealed", SecretString="x", KmsKeyId=site.key)
    read = allow("Read", "secretsmanager:GetSecretValue", made["ARN"])
    let(read)
    assert "kms:Decrypt" in refused(clients("secretsmanager").get_secret_value, SecretId="sealed")
    via = {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}
    let(read, allow("Unseal", "kms:Decrypt", site.key, StringEquals=via))
    clients("secretsmanager").get_secret_value(SecretId="sealed")


def test_a_secret_by_name_or_arn(let: Refused, clients: Clients) -> None:
    secrets, administrator = clients("secretsmanager"), clients("secretsmanager", "test")
    arns = [administrator.create_secret(Name=name, SecretString="x")["ARN"] for name in ("token", "token-of-others")]
    let(allow("Read", "secretsmanager:GetSecretValue", arns[0]))
    for name in ("token", arns[0]):
        secrets.get_secret_value(SecretId=name)
    for name in ("token-of-others", arns[1], "nothing"):
        refused(secrets.get_secret_value, SecretId=name)


def test_parameters_objects_and_keys(let: Refused, clients: Clients, site: Site) -> None:
    ssm, s3, kms = clients("ssm"), clients("s3"), clients("kms")
    clients("ssm", "test").put_parameter(Name="/ray/a", Value="x", Type="String")
    clients("s3", "test").create_bucket(Bucket="ours", CreateBucketConfiguration={"LocationConstraint": REGION})
    let(
        allow("Ssm", "ssm:GetParameter*", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/ray/*"),
        allow("List", "s3:ListBucket", "arn:aws:s3:::ours", StringLike={"s3:prefix": "jobs/*"}),
        allow("Objects", ["s3:PutObject", "s3:GetObject"], "arn:aws:s3:::ours/jobs/*"),
        allow("Key", "kms:Encrypt", site.key),
    )
    ssm.get_parameter(Name="/ray/a")
    ssm.get_parameters(Names=["/ray/a"])
    refused(ssm.get_parameters, Names=["/ray/a", "/other/a"])
    s3.put_object(Bucket="ours", Key="jobs/a b", Body=b"text")
    assert s3.get_object(Bucket="ours", Key="jobs/a b")["Body"].read() == b"text"
    assert s3.list_objects_v2(Bucket="ours", Prefix="jobs/")["KeyCount"] == 1
    refused(s3.list_objects_v2, Bucket="ours")
    refused(s3.put_object, Bucket="ours", Key="models/a", Body=b"")
    refused(s3.put_object, Bucket="ours", Key="jobs/a", Body=b"", ACL="public-read")
    refused(s3.delete_object, Bucket="ours", Key="jobs/a b")
    sealed = kms.encrypt(KeyId=site.key, Plaintext=b"x")["CiphertextBlob"]
    refused(kms.decrypt, KeyId=site.key, CiphertextBlob=sealed)


def test_records_by_name_type_and_action(let: Refused, clients: Clients) -> None:
    zone = clients("route53", "test").create_hosted_zone(Name="ray.internal.", CallerReference="1")["HostedZone"]["Id"]
    id_, route53 = zone.rpartition("/")[2], clients("route53")
    prefix = "route53:ChangeResourceRecordSets"
    bound = {
        "ForAllValues:StringEquals": {
            f"{prefix}NormalizedRecordNames": ["head.ray.internal"],
            f"{prefix}RecordTypes": ["A"],
            f"{prefix}Actions": ["UPSERT"],
        }
    }
    let(allow("Name", prefix, f"arn:aws:route53:::hostedzone/{id_}", **bound))

    def change(*changes: tuple[str, str, str]) -> dict[str, Any]:
        found = [
            {
                "Action": action,
                "ResourceRecordSet": {
                    "Name": name,
                    "Type": type_,
                    "TTL": 5,
                    "ResourceRecords": [{"Value": "10.0.0.1"}],
                },
            }
            for action, name, type_ in changes
        ]
        return {"HostedZoneId": id_, "ChangeBatch": {"Changes": found}}

    ours = ("UPSERT", "HEAD.ray.internal.", "A")
    route53.change_resource_record_sets(**change(ours))
    refused(route53.change_resource_record_sets, **change(ours, ("UPSERT", "other.ray.internal.", "A")))
    refused(route53.change_resource_record_sets, **change(("DELETE", "head.ray.internal.", "A")))
    refused(route53.change_resource_record_sets, **change(("UPSERT", "head.ray.internal.", "CNAME")))
    refused(route53.list_hosted_zones)
