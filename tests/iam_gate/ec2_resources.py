"""Resources of EC2 that exist already: their ARNs and condition keys.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-resources-for-iam-policies
"""

from __future__ import annotations

from typing import Any

from tests.iam_gate.checks import Call, Check, Context, UntranslatableError, context, resource_tags
from tests.iam_gate.world import Found, World

_KINDS = {
    "i": "instance",
    "vol": "volume",
    "subnet": "subnet",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "eni": "network-interface",
    "vpc": "vpc",
    "ami": "image",
    "snap": "snapshot",
    "lt": "launch-template",
    "sir": "spot-instances-request",
    "rtb": "route-table",
    "igw": "internet-gateway",
}
"""Kind of resource by the beginning of its id."""
_UNOWNED = ("image", "snapshot")
"""Kinds whose ARN names no account."""

EBS_KEY_ACTIONS = (
    "kms:DescribeKey",
    "kms:CreateGrant",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""What a user of a customer managed key for EBS must be allowed; EC2 asks in the caller's name.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
"""


class Ec2:
    """Resources as one call sees them."""

    def __init__(self, call: Call, world: World) -> None:
        self.call, self.world = call, world

    def arn(self, kind: str, id_: str) -> str:
        """ARN of a resource of a kind."""
        return self.call.arn(f"{kind}/{id_}", account=kind not in _UNOWNED)

    def existing(self, id_: str, action: str | None = None, more: Context | None = None) -> Check:
        """A check on a resource by its id, with all its keys. Raises UntranslatableError for ids of no known kind."""
        kind = _KINDS.get(id_.partition("-")[0])
        if kind is None:
            raise UntranslatableError(f"resource {id_}")
        extra = {
            "instance": self._instance,
            "volume": self._volume,
            "subnet": self._subnet,
            "security-group": self._group,
            "image": self._image,
        }.get(kind, self._none)
        found = resource_tags(self.world.tags(id_), "ec2:") | context(extra(id_)) | (more or {})
        return Check(action or self.call.action, self.arn(kind, id_), found)

    def named(self, kind: str, name: str, more: Context | None = None) -> Check:
        """A check on a key pair or a placement group that exists, by its name."""
        found: Found = {}
        if kind == "key-pair":
            found = self.world.one("describe_key_pairs", "KeyPairs", KeyNames=[name])
            found["Keys"] = {"ec2:KeyPairName": name, "ec2:KeyPairType": found.get("KeyType")}
        else:
            found = self.world.one("describe_placement_groups", "PlacementGroups", GroupNames=[name])
            found["Keys"] = {"ec2:PlacementGroupName": name, "ec2:PlacementGroupStrategy": found.get("Strategy")}
        tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
        keys = resource_tags(tags, "ec2:") | context(found["Keys"]) | (more or {})
        return Check(self.call.action, self.arn(kind, name), keys)

    def profile(self, wanted: Found) -> Found:
        """The instance profile that a request names. Raises UntranslatableError when there is none, or two."""
        found = self.world.profile(wanted.get("Name") or wanted["Arn"].rpartition("/")[2])
        if wanted.get("Arn", found["Arn"]) != found["Arn"]:
            raise UntranslatableError(f"instance profile {wanted} is not there")
        return found

    def pass_role(self, profile: Found, instance: str) -> list[Check]:
        """The roles of an instance profile, handed to EC2.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
        """
        passed = context({"iam:PassedToService": "ec2.amazonaws.com", "iam:AssociatedResourceArn": instance})
        return [Check("iam:PassRole", role["Arn"], passed) for role in profile["Roles"]]

    def key_use(self, key: str) -> list[Check]:
        """What EBS asks of a key for the caller; nothing for the account's own `aws/ebs`.

        Assumed of the key's policy: it hands the decision to IAM ("Principal": the account's root), as ours does.
        """
        arn = self.world.customer_key(key)
        if arn is None:
            return []
        keys = context(
            {
                "kms:ViaService": f"ec2.{self.call.region}.amazonaws.com",
                "kms:CallerAccount": self.call.account_id,
                "aws:ViaAWSService": True,
            }
        )
        grant = context({"kms:GrantIsForAWSResource": True})
        return [Check(action, arn, keys | grant if action == "kms:CreateGrant" else keys) for action in EBS_KEY_ACTIONS]

    def _none(self, _id: str) -> dict[str, Any]:
        return {}

    def _instance(self, id_: str) -> dict[str, Any]:
        found = self.world.instance(id_)
        options, placement = found.get("MetadataOptions", {}), found.get("Placement", {})
        return {
            "ec2:InstanceID": id_,
            "ec2:InstanceType": found.get("InstanceType"),
            "ec2:InstanceProfile": found.get("IamInstanceProfile", {}).get("Arn"),
            "ec2:InstanceMarketType": found and (found.get("InstanceLifecycle") or "on-demand"),
            "ec2:AvailabilityZone": placement.get("AvailabilityZone"),
            "ec2:Tenancy": placement.get("Tenancy"),
            "ec2:MetadataHttpTokens": options.get("HttpTokens"),
            "ec2:MetadataHttpEndpoint": options.get("HttpEndpoint"),
            "ec2:MetadataHttpPutResponseHopLimit": options.get("HttpPutResponseHopLimit"),
            "ec2:RootDeviceType": found.get("RootDeviceType"),
            "ec2:EbsOptimized": found.get("EbsOptimized"),
        }

    def _volume(self, id_: str) -> dict[str, Any]:
        found = self.world.one("describe_volumes", "Volumes", VolumeIds=[id_])
        return {
            "ec2:VolumeID": id_,
            "ec2:AvailabilityZone": found.get("AvailabilityZone"),
            "ec2:Encrypted": found.get("Encrypted"),
            "ec2:VolumeSize": found.get("Size"),
            "ec2:VolumeType": found.get("VolumeType"),
            "ec2:VolumeIops": found.get("Iops"),
        }

    def _subnet(self, id_: str) -> dict[str, Any]:
        found = self.world.subnet(id_)
        zone = {"ec2:AvailabilityZone": found.get("AvailabilityZone")}
        return {"ec2:SubnetID": id_, "ec2:Vpc": self.vpc_arn(found), **zone}

    def _group(self, id_: str) -> dict[str, Any]:
        found = self.world.one("describe_security_groups", "SecurityGroups", GroupIds=[id_])
        return {"ec2:SecurityGroupID": id_, "ec2:Vpc": self.vpc_arn(found)}

    def _image(self, id_: str) -> dict[str, Any]:
        found = self.world.image(id_)
        return {
            "ec2:ImageID": id_,
            "ec2:ImageType": found.get("ImageType"),
            "ec2:Owner": found.get("ImageOwnerAlias") or found.get("OwnerId"),
            "ec2:Public": found.get("Public"),
            "ec2:RootDeviceType": found.get("RootDeviceType"),
        }

    def vpc_arn(self, found: Found) -> str | None:
        """ARN of the VPC of something, which is how `ec2:Vpc` names it."""
        return self.arn("vpc", found["VpcId"]) if found.get("VpcId") else None
