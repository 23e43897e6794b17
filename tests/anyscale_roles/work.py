"""What the control plane must be able to do: the calls that Anyscale's verification looks for, as they are made."""

from __future__ import annotations

from collections.abc import Mapping

from tests.anyscale_roles.calls import (
    Call,
    arn,
    ask,
    by_stack,
    call,
    ec2,
    elb,
    joined,
    launch,
    make,
    make_balancer,
    make_stack,
    pass_role,
    request_spot,
    shared_arn,
)
from tests.anyscale_roles.roles import ARNS, BUCKET, CLOUD, KEY, SECRET, SECRET_KEY, TEAM_ROLE, VOLUME_KEY

NODE, VOLUME, SPOT = "instance/i-1", "volume/vol-1", "spot-instances-request/sir-1"
DIRECT = {
    "loadbalancer": "loadbalancer/app/anyscale-1/2",
    "listener": "listener/app/anyscale-1/2/3",
    "listener-rule": "listener-rule/app/anyscale-1/2/3/4",
    "targetgroup": "targetgroup/anyscale-1/2",
}
"""Of Elastic Load Balancing, made by Anyscale itself."""
BY_STACK = {kind: resource.replace("anyscale-", "AnyscaleTarget-") for kind, resource in DIRECT.items()}
"""Made by CloudFormation for it."""
CHANGES = {
    "loadbalancer": "ModifyLoadBalancerAttributes SetIpAddressType SetSecurityGroups SetSubnets DeleteLoadBalancer",
    "listener": "ModifyListener DeleteListener AddListenerCertificates RemoveListenerCertificates",
    "listener-rule": "ModifyRule DeleteRule AddTags RemoveTags",
    "targetgroup": "ModifyTargetGroup ModifyTargetGroupAttributes RegisterTargets DeregisterTargets DeleteTargetGroup",
}
"""Operations by what they change."""
_SEEN = {
    "ec2": """AccountAttributes AvailabilityZones CapacityReservations IamInstanceProfileAssociations InstanceStatus
        InstanceTypes Instances PlacementGroups PrefixLists Regions ReservedInstancesOfferings RouteTables
        SecurityGroups SpotInstanceRequests SpotPriceHistory Subnets Tags Volumes""",
    "elasticfilesystem": "MountTargets",
}
_SEEN_BY_SERVICES = {
    "ec2": "Addresses InternetGateways Vpcs",
    "elasticloadbalancing": """ListenerCertificates Listeners LoadBalancerAttributes LoadBalancers Rules Tags
        TargetGroupAttributes TargetGroups TargetHealth""",
}


def _described(seen: Mapping[str, str]) -> Call:
    return joined(call(f"{service}:Describe{what}") for service, words in seen.items() for what in words.split())


def _changes(resources: Mapping[str, str]) -> Call:
    return tuple(
        elb(operation, resources[kind], has=CLOUD) for kind, words in CHANGES.items() for operation in words.split()
    )


def service_linked_role(service: str, role: str) -> Call:
    """The role that a service makes at its first use."""
    name = f"{service}.amazonaws.com"
    made = f"arn:aws:iam::123456789012:role/aws-service-role/{name}/{role}"
    return call("iam:CreateServiceLinkedRole", made, iam__AWSServiceName=name)


def bucket_calls(via: str = "s3.us-west-2.amazonaws.com") -> Call:
    """What both roles do with the bucket and with the key that encrypts it."""
    bucket = ("GetBucketLocation", "ListBucket", "ListBucketMultipartUploads")
    objects = ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload", "ListMultipartUploadParts")
    return (
        *(ask(f"s3:{action}", f"arn:aws:s3:::{BUCKET}") for action in bucket),
        *(ask(f"s3:{action}", f"arn:aws:s3:::{BUCKET}/org/cloud/log") for action in objects),
        *(ask(f"kms:{action}", KEY, kms__ViaService=via) for action in ("Decrypt", "GenerateDataKey")),
    )


def volume_key_calls(via: str = "ec2.us-west-2.amazonaws.com", to_service: str = "true") -> Call:
    """What EC2 does with a volume's key, in the name of who launches."""
    used = ("Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo")
    granted = {"kms:GrantIsForAWSResource": to_service}
    return (
        *(ask(f"kms:{action}", VOLUME_KEY, kms__ViaService=via) for action in used),
        ask("kms:CreateGrant", VOLUME_KEY, kms__ViaService=via, **granted),
    )


def _with_profile(operation: str) -> Call:
    return (ec2(operation, NODE, has=CLOUD), pass_role())


INSTANCES: Mapping[str, Call] = {
    "look around": _described(_SEEN),
    "launch": launch(),
    "launch with the role of a team": launch(role=TEAM_ROLE),
    "launch with an encrypted volume": (*launch(), *volume_key_calls()),
    "launch with all that a launch can use": (
        *launch(),
        *(
            ec2("RunInstances", resource)
            for resource in (
                *("key-pair/mine", "snapshot/snap-1", "launch-template/lt-1"),
                *("placement-group/mine", "capacity-reservation/cr-1"),
            )
        ),
        ask("ec2:RunInstances", arn("resource-groups", "group/reservations")),
    ),
    "launch into capacity of another account": (
        *launch(),
        *(
            ask("ec2:RunInstances", shared_arn("ec2", resource))
            for resource in ("placement-group/theirs", "capacity-reservation/cr-1")
        ),
        ask("ec2:RunInstances", shared_arn("resource-groups", "group/reservations")),
    ),
    "tag volumes and interfaces at the launch": tuple(
        ec2("CreateTags", f"{kind}/*", gets=CLOUD, ec2__CreateAction="RunInstances")
        for kind in ("volume", "network-interface", "spot-instances-request")
    ),
    "request spot instances": request_spot(),
    "cancel a spot request": (ec2("CancelSpotInstanceRequests", SPOT, has=CLOUD),),
    "cancel the spot request of a launch": (ec2("CancelSpotInstanceRequests", SPOT),),
    "start, stop and terminate": tuple(
        ec2(f"{verb}Instances", NODE, has=CLOUD) for verb in ("Start", "Stop", "Terminate")
    ),
    "change groups of a node": (
        ec2("ModifyInstanceAttribute", NODE, has=CLOUD),
        ec2("ModifyInstanceAttribute", "security-group/sg-1", ec2__Vpc=ARNS.vpc),
    ),
    "tag a node": (ec2("CreateTags", NODE, has=CLOUD), ec2("CreateTags", NODE, has=CLOUD, gets=CLOUD)),
    "untag a node": (ec2("DeleteTags", NODE, has=CLOUD),),
    "make a volume": make("CreateVolume", "volume/*"),
    "attach and detach a volume": tuple(
        ec2(operation, each, has=CLOUD) for operation in ("AttachVolume", "DetachVolume") for each in (NODE, VOLUME)
    ),
    "delete a volume": (ec2("DeleteVolume", VOLUME, has=CLOUD),),
    "give a node its profile": _with_profile("AssociateIamInstanceProfile"),
    "replace a node's profile": _with_profile("ReplaceIamInstanceProfileAssociation"),
    "take a node's profile": (ec2("DisassociateIamInstanceProfile", NODE, has=CLOUD),),
    "see the profile": call("iam:GetInstanceProfile", ARNS.cluster_node_profile),
    "see the profile of a team": call("iam:GetInstanceProfile", TEAM_ROLE.replace(":role/", ":instance-profile/")),
    "make a placement group": make("CreatePlacementGroup", "placement-group/*"),
    "make a placement group without a tag": make("CreatePlacementGroup", "placement-group/*", gets=None),
    "delete a placement group": (ec2("DeletePlacementGroup", "placement-group/mine", has=CLOUD),),
    "take an address": make("AllocateAddress", "elastic-ip/*"),
    "give an address back": (ec2("ReleaseAddress", "elastic-ip/eipalloc-1", has=CLOUD),),
    "change an own image": (ec2("ModifyImageAttribute", "image/ami-1", has=CLOUD),),
    "make the role of spot": service_linked_role("spot", "AWSServiceRoleForEC2Spot"),
}
SERVICES: Mapping[str, Call] = {
    "look at load balancers": _described(_SEEN_BY_SERVICES),
    "look for groups": call("ec2:GetSecurityGroupsForVpc", ARNS.vpc),
    "see stacks": tuple(
        ask(f"cloudformation:{action}", arn("cloudformation", "stack/anyscale-1/2"))
        for action in ("DescribeStackEvents", "DescribeStackResources", "DescribeStacks")
    ),
    "list stacks": (ask("cloudformation:ListStacks"), ask("cloudformation:DescribeStacks")),
    "make a stack": make_stack("anyscale-1"),
    "change a stack": tuple(
        ask(f"cloudformation:{action}", arn("cloudformation", "stack/anyscale-1/2"), has=CLOUD)
        for action in ("UpdateStack", "DeleteStack", "GetTemplate", "TagResource", "UntagResource")
    ),
    "let a stack make load balancers": by_stack(
        elb("CreateLoadBalancer", BY_STACK["loadbalancer"]),
        elb("AddTags", BY_STACK["loadbalancer"], gets=CLOUD),
        elb("SetSecurityGroups", BY_STACK["loadbalancer"]),
        elb("CreateTargetGroup", BY_STACK["targetgroup"]),
        elb("RegisterTargets", BY_STACK["targetgroup"]),
        elb("DeregisterTargets", BY_STACK["targetgroup"]),
        elb("CreateListener", BY_STACK["loadbalancer"]),
        elb("AddListenerCertificates", BY_STACK["listener"]),
        elb("RemoveListenerCertificates", BY_STACK["listener"]),
        elb("CreateRule", BY_STACK["listener"]),
        elb("ModifyRule", BY_STACK["listener-rule"]),
        elb("SetRulePriorities", BY_STACK["listener-rule"]),
        elb("DeleteRule", BY_STACK["listener-rule"]),
    ),
    "change what a stack has made": _changes(BY_STACK),
    "make a load balancer": make_balancer("CreateLoadBalancer", DIRECT["loadbalancer"], DIRECT["loadbalancer"]),
    "make a target group": make_balancer("CreateTargetGroup", DIRECT["targetgroup"], DIRECT["targetgroup"]),
    "make a listener": make_balancer("CreateListener", DIRECT["loadbalancer"], DIRECT["listener"], has=CLOUD),
    "make a rule": make_balancer("CreateRule", DIRECT["listener"], DIRECT["listener-rule"], has=CLOUD),
    "change a load balancer": _changes(DIRECT),
    "set the order of rules": (elb("SetRulePriorities", DIRECT["listener-rule"]),),
    "fill a load balancer whose parts have no tag": (
        elb("CreateListener", DIRECT["loadbalancer"], has=CLOUD),
        elb("CreateRule", DIRECT["listener"]),
        elb("AddListenerCertificates", DIRECT["listener"]),
        elb("RegisterTargets", DIRECT["targetgroup"]),
        elb("DeregisterTargets", DIRECT["targetgroup"]),
    ),
    "see certificates": (
        ask("acm:ListCertificates"),
        *(
            ask(f"acm:{action}", arn("acm", "certificate/1"))
            for action in ("DescribeCertificate", "GetCertificate", "ListTagsForCertificate")
        ),
    ),
    "request a certificate": (
        ask("acm:RequestCertificate", gets=CLOUD),
        ask("acm:AddTagsToCertificate", arn("acm", "certificate/*"), gets=CLOUD),
    ),
    "tag a certificate again": (ask("acm:AddTagsToCertificate", arn("acm", "certificate/1"), has=CLOUD, gets=CLOUD),),
    "end and renew a certificate": tuple(
        ask(f"acm:{action}", arn("acm", "certificate/1"), has=CLOUD)
        for action in ("DeleteCertificate", "RenewCertificate")
    ),
    "make the role of load balancers": service_linked_role(
        "elasticloadbalancing", "AWSServiceRoleForElasticLoadBalancing"
    ),
}
CONTROL_PLANE: Mapping[str, Call] = {**INSTANCES, **SERVICES, "use the bucket": bucket_calls()}

_GROUP = arn("logs", "log-group:/anyscale/ray")
CLUSTER_NODE: Mapping[str, Call] = {
    "use the bucket": bucket_calls(),
    "send metrics": (ask("cloudwatch:PutMetricData"), ask("logs:DescribeLogGroups")),
    "write logs": (
        ask("logs:CreateLogGroup", _GROUP),
        *(
            ask(f"logs:{action}", f"{_GROUP}:log-stream:node")
            for action in ("CreateLogStream", "DescribeLogStreams", "PutLogEvents")
        ),
    ),
    "read the secret": (
        ask("secretsmanager:GetSecretValue", SECRET),
        ask("kms:Decrypt", SECRET_KEY, kms__ViaService="secretsmanager.us-west-2.amazonaws.com"),
    ),
}
