"""What a role that launches nodes for Ray may do in EC2, and what a thief of its credentials would want to.

Which resources and condition keys each action asks about:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from config.label import CLUSTER_TAG
from config.place import Place
from config.ports import Tier
from config.ray_tags import RAY_CLUSTER, RAY_KIND, RAY_NODE_TYPE
from scripts.audit.iam_effect.evaluate import Grant, Permissions, Request, grants
from scripts.audit.iam_effect.variables import Context

ABSENT: tuple[str, ...] = ()
STRANGE_TYPE = "u-24tb1.112xlarge"
"""An instance type that no environment asks for."""
STRANGER = "rayform-other"
"""A cluster, role, subnet or group that is not ours."""
_EC2 = "ec2.amazonaws.com"
_SMALL_GIB, _HUGE_GIB = "8", "65536"
"""The least that a root volume has, and the most that EBS has.

https://docs.aws.amazon.com/ebs/latest/userguide/volume_constraints.html
"""

_ANY_INSTANCE: Mapping[str, str] = {
    "change instances, their user data among them": "ec2:ModifyInstanceAttribute",
    "give instances another role": "ec2:AssociateIamInstanceProfile",
    "turn the metadata service back to version 1": "ec2:ModifyInstanceMetadataOptions",
    "copy instances": "ec2:CreateImage",
    "read user data": "ec2:DescribeInstanceAttribute",
    "take tags away": "ec2:DeleteTags",
}
_OTHER_ACTIONS: Mapping[str, tuple[str, str]] = {
    "open security groups": ("ec2:AuthorizeSecurityGroupIngress", "security-group/*"),
    "make security groups": ("ec2:CreateSecurityGroup", "security-group/*"),
    "copy volumes": ("ec2:CreateSnapshot", "volume/*"),
    "delete volumes": ("ec2:DeleteVolume", "volume/*"),
    "share snapshots": ("ec2:ModifySnapshotAttribute", "snapshot/*"),
    "change routes": ("ec2:CreateRoute", "route-table/*"),
    "launch fleets": ("ec2:CreateFleet", "fleet/*"),
    "ask for spot instances past RunInstances": ("ec2:RequestSpotInstances", "spot-instances-request/*"),
    "make launch templates": ("ec2:CreateLaunchTemplate", "launch-template/*"),
}


@dataclass(frozen=True)
class Cluster:
    """What a launch names."""

    name: str
    place: Place
    tags: Mapping[str, str]
    """Tags of the environment, with which everything is launched."""
    subnet_ids: Mapping[Tier, tuple[str, ...]]
    group_ids: Mapping[Tier, str]
    image_ids: Mapping[Tier, tuple[str, ...]]
    instance_types: Mapping[Tier, tuple[str, ...]]
    type_names: Mapping[Tier, tuple[str, ...]]
    volume_types: Mapping[Tier, tuple[str, ...]]

    def ec2(self, resource: str) -> str:
        """ARN of something of EC2's."""
        return self.place.arn("ec2", resource)

    def role(self, part: str) -> str:
        """ARN of a role of the environment."""
        return self.place.iam_arn(f"role/{self.name}-{part}")


@dataclass(frozen=True)
class Launch:
    """One launch, as it should be unless a field says otherwise."""

    cluster: Cluster
    kind: Tier
    """What Ray's tag says."""
    of: Tier
    """What the rest is for: profile, group, image."""
    instance_type: str = ""
    tagged_for: str = ""
    """By Ray's tag."""
    marked_for: str = ""
    """By our own tag."""
    type_name: str = ""
    tokens: str = "required"
    profile: str = ""
    tenancy: str = "default"
    encrypted: str = "true"
    volume_gib: str = _SMALL_GIB
    volume_type: str = ""
    public: str = "false"
    subnet_id: str = ""
    group_id: str = ""
    image_id: str = ""
    region: str = ""
    volume_of: str = ""

    def requests(self) -> tuple[Request, ...]:
        """Everything that the launch asks for: only all together are a launch."""
        region = self.region or self.cluster.place.region
        return tuple(
            Request("ec2:RunInstances", arn.replace(f":{self.cluster.place.region}:", f":{region}:"), self._keys(keys))
            for arn, keys in self._asked()
        )

    def _asked(self) -> Iterator[tuple[str, dict[str, str]]]:
        cluster = self.cluster
        subnet = cluster.ec2(f"subnet/{self.subnet_id or _first(cluster.subnet_ids[self.of], 'subnet-0none')}")
        profile = cluster.place.iam_arn(f"instance-profile/{self.profile or f'{cluster.name}-{self.of}'}")
        place = cluster.place
        image = self.image_id or _first(cluster.image_ids[self.of], "ami-0none")
        yield (
            cluster.ec2("instance/*"),
            {
                "ec2:instancetype": self.instance_type or _first(cluster.instance_types[self.of], STRANGE_TYPE),
                "ec2:metadatahttptokens": self.tokens,
                "ec2:metadatahttpendpoint": "enabled",
                "ec2:instanceprofile": profile,
                "ec2:tenancy": self.tenancy,
            },
        )
        owner = {f"aws:requesttag/{CLUSTER_TAG}": self.volume_of} if self.volume_of else {}
        volume = {
            "ec2:encrypted": self.encrypted,
            "ec2:volumesize": self.volume_gib,
            "ec2:volumetype": self.volume_type or _first(cluster.volume_types[self.of], "gp3"),
        }
        yield cluster.ec2("volume/*"), {**volume, **owner}
        yield cluster.ec2("network-interface/*"), {"ec2:subnet": subnet, "ec2:associatepublicipaddress": self.public}
        yield subnet, {}
        yield cluster.ec2(f"security-group/{self.group_id or cluster.group_ids[self.of]}"), {}
        yield f"arn:{place.partition}:ec2:{place.region}::image/{image}", {}

    def _keys(self, keys: Mapping[str, str]) -> Context:
        name = self.tagged_for or self.cluster.name
        type_name = self.type_name or _first(self.cluster.type_names[self.of], STRANGER)
        tags = {**self.cluster.tags, RAY_CLUSTER: name, RAY_KIND: self.kind, RAY_NODE_TYPE: type_name}
        if self.marked_for:
            tags[CLUSTER_TAG] = self.marked_for
        asked = {f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()}
        region = self.region or self.cluster.place.region
        common = {"aws:tagkeys": tuple(tags), "aws:requestedregion": (region,)}
        return {**asked, **common, **{key: (value,) for key, value in keys.items()}}


def _first(values: Iterable[str], otherwise: str) -> str:
    return next(iter(values), otherwise)


Abilities = Mapping[str, tuple[Request, ...]]
"""By what they are, in words: the requests that must all be granted."""


def can(permissions: Permissions, abilities: Abilities) -> dict[str, Grant]:
    """Those abilities that policies give, each with what lets its first request through."""
    found = {ability: [grants(permissions, request) for request in asked] for ability, asked in abilities.items()}
    return {ability: each[0][0] for ability, each in found.items() if all(each)}


def launches(cluster: Cluster, kind: Tier) -> Abilities:
    """What a role that launches nodes of a kind needs: every instance type, and every subnet."""
    asked = cluster.instance_types[kind]
    types = {f"launch {type_}": Launch(cluster, kind, kind, instance_type=type_) for type_ in asked}
    places = {f"launch in {id_}": Launch(cluster, kind, kind, subnet_id=id_) for id_ in cluster.subnet_ids[kind]}
    return {ability: launch.requests() for ability, launch in {**types, **places}.items()}


def abuses(cluster: Cluster, kind: Tier | None) -> Abilities:
    """What a role must not be able to do that may launch nodes of a kind, or none at all."""
    launched: Tier = kind or "worker"
    other: Tier = "worker" if launched == "head" else "head"
    wrong = {
        "launch an instance type that no node has": Launch(cluster, launched, launched, instance_type=STRANGE_TYPE),
        f"launch a {other}": Launch(cluster, other, launched),
        "launch for another cluster": Launch(cluster, launched, launched, tagged_for=STRANGER),
        "launch what this cluster will not end": Launch(
            cluster, launched, launched, marked_for=STRANGER, volume_of=cluster.name
        ),
        "launch a node type that the file does not have": Launch(cluster, launched, launched, type_name=STRANGER),
        "launch on dedicated hardware": Launch(cluster, launched, launched, tenancy="dedicated"),
        "launch with a volume larger than that of any node": Launch(cluster, launched, launched, volume_gib=_HUGE_GIB),
        "launch with a volume of another type": Launch(cluster, launched, launched, volume_type="st1"),
        "launch with version 1 of the metadata service": Launch(cluster, launched, launched, tokens="optional"),
        f"launch with the role of a {other}": Launch(cluster, launched, launched, profile=f"{cluster.name}-{other}"),
        "launch with another role": Launch(cluster, launched, launched, profile=STRANGER),
        "launch with an unencrypted volume": Launch(cluster, launched, launched, encrypted="false"),
        "launch with volumes that are tagged as another's": Launch(cluster, launched, launched, volume_of=STRANGER),
        "launch with a public address": Launch(cluster, launched, launched, public="true"),
        "launch in another subnet": Launch(cluster, launched, launched, subnet_id="subnet-0other"),
        "launch in another security group": Launch(cluster, launched, launched, group_id="sg-0other"),
        "launch another image": Launch(cluster, launched, launched, image_id="ami-0other"),
        "launch in another region": Launch(cluster, launched, launched, region=_another(cluster.place.region)),
    }
    right = Launch(cluster, launched, launched).requests()
    # What is otherwise than in a launch that is right comes first: what lets it through is the finding.
    found = {
        ability: tuple(sorted(launch.requests(), key=lambda request: request in right))
        for ability, launch in wrong.items()
    }
    if kind is None:
        found |= launches(cluster, launched)
    return {**found, **dict(_of_instances(cluster, kind)), **dict(_of_roles(cluster, kind)), **dict(_of_ec2(cluster))}


def _another(region: str) -> str:
    return "eu-central-1" if region == "us-east-1" else "us-east-1"


def _of_instances(cluster: Cluster, kind: Tier | None) -> Iterator[tuple[str, tuple[Request, ...]]]:
    instance = cluster.ec2("instance/*")
    ours = _tags_of(cluster.name, "worker")
    head, stranger, untagged = _tags_of(cluster.name, "head"), _tags_of(STRANGER, "worker"), _tags_of(None, None)
    ours_alone = {**untagged, f"aws:resourcetag/{CLUSTER_TAG}": (cluster.name,)}
    victims = {"of another cluster": stranger, "of nobody": untagged, "that Ray did not make": ours_alone}
    # The launcher ends the whole cluster; the head ends its workers.
    if kind != "head":
        victims["the head"] = head
    if kind is None:
        victims["workers"] = ours
    for whose, tags in victims.items():
        what = whose if whose in ("the head", "workers") else f"instances {whose}"
        yield f"terminate {what}", (Request("ec2:TerminateInstances", instance, tags),)
        yield f"stop {what}", (Request("ec2:StopInstances", instance, tags),)
        retag = {**tags, "ec2:createaction": ABSENT, "aws:tagkeys": (RAY_CLUSTER,)}
        retag |= {f"aws:requesttag/{RAY_CLUSTER}": (cluster.name,)}
        yield f"take {what} over by a tag", (Request("ec2:CreateTags", instance, retag),)
    at_launch = {"ec2:createaction": ("RunInstances",), "aws:tagkeys": (STRANGER,)}
    yield "give what it launches any tag", (Request("ec2:CreateTags", instance, at_launch),)
    yield "give nodes of its own away by a tag", (Request("ec2:CreateTags", instance, _renamed(ours)),)
    for ability, action in _ANY_INSTANCE.items():
        yield ability, (Request(action, instance),)


def _tags_of(cluster: str | None, kind: str | None) -> dict[str, tuple[str, ...]]:
    """Tags of an instance that is there."""
    values = {RAY_CLUSTER: cluster, RAY_KIND: kind, CLUSTER_TAG: cluster}
    return {f"aws:resourcetag/{key}": ABSENT if value is None else (value,) for key, value in values.items()}


def _renamed(tags: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    changed = {"aws:tagkeys": (RAY_CLUSTER,), f"aws:requesttag/{RAY_CLUSTER}": (STRANGER,)}
    return {**tags, "ec2:createaction": ABSENT, **changed}


def _of_roles(cluster: Cluster, kind: Tier | None) -> Iterator[tuple[str, tuple[Request, ...]]]:
    def passing(arn: str, service: str) -> tuple[Request, ...]:
        return (Request("iam:PassRole", arn, {"iam:passedtoservice": (service,)}),)

    own = {tier: cluster.role(tier) for tier in ("head", "worker")}
    for tier, arn in own.items():
        if tier != kind:
            yield f"pass on the role of the {tier}", passing(arn, _EC2)
        yield f"pass on the role of the {tier} to another service", passing(arn, "lambda.amazonaws.com")
    yield "pass on other roles", passing(cluster.place.iam_arn(f"role/{STRANGER}"), _EC2)


def _of_ec2(cluster: Cluster) -> Iterable[tuple[str, tuple[Request, ...]]]:
    for ability, (action, resource) in _OTHER_ACTIONS.items():
        yield ability, (Request(action, cluster.ec2(resource)),)
