"""Instances of the nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import HEAD_NODE
from config.foundation import FoundationConfig
from config.label import CLUSTER_TAG
from config.ray_tags import RAY_CLUSTER
from scripts.inventory.anyscale import is_of_cloud
from scripts.inventory.eks_made import node_group_of
from scripts.inventory.filters import in_batches, one_of
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable, joined, mapped
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags, name_of, ordered, tags_of
from scripts.inventory.user_data import UserData, user_data_of

DESCRIBE_INSTANCES = Read("ec2", "DescribeInstances", items="Reservations")
DESCRIBE_INSTANCE_ATTRIBUTE = Read("ec2", "DescribeInstanceAttribute", absent=("InvalidInstanceID.NotFound",))
DESCRIBE_VOLUMES = Read("ec2", "DescribeVolumes", items="Volumes")

T = TypeVar("T")

RUNNING = frozenset({"pending", "running"})
"""States in which an instance is paid for, and counts against quotas.

https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
"""
ENDED = frozenset({"shutting-down", "terminated"})


@dataclass(frozen=True)
class Instance:
    """An instance that belongs to the cluster."""

    instance_id: str
    name: str
    state: str
    instance_type: str
    image_id: str
    zone: str
    subnet_id: str
    private_ip: str
    public_ip: str | None
    group_ids: tuple[str, ...]
    instance_profile: str | None
    """Name."""
    key_name: str | None
    metadata_tokens: str
    metadata_hop_limit: int | None
    monitoring: str
    ebs_optimized: bool
    root_device: str
    spot: bool
    tags: Tags
    vpc_id: str = ""


@dataclass(frozen=True)
class Volume:
    """A volume that is attached to an instance."""

    volume_id: str
    instance_id: str
    device: str
    type: str
    size_gib: int
    encrypted: bool
    kms_key_arn: str | None


@dataclass(frozen=True)
class Nodes:
    """Instances of the cluster and their volumes."""

    instances: Reading[tuple[Instance, ...]]
    volumes: Reading[tuple[Volume, ...]]
    termination_protection: Mapping[str, Reading[bool]]
    """By instance id; read where the environment wants it."""
    user_data: Mapping[str, Reading[UserData]]
    """By id of the instances that the state knows, and of those that the autoscaler made."""
    elsewhere: Reading[tuple[Instance, ...]] = ()
    """Instances of the region that carry Ray's tag of the cluster and stand outside of the VPC."""


def collect_nodes(reader: Reader, scope: Scope) -> Nodes:
    """Read the instances that the state knows or that carry a tag of the cluster, of Ray, EKS or Anyscale's cloud."""
    known = frozenset(scope.state.values("aws_instance"))
    answer = reader.start(DESCRIBE_INSTANCES, Filters=scope.vpc_filter)
    elsewhere = _start_elsewhere(reader, scope)
    protection = _start_attributes(reader, _head_ids(scope), "disableApiTermination")
    user_data = _start_attributes(reader, known, "userData")
    volumes = _start_volumes(reader, known)
    # Those that Ray made, or EKS, are known only now.
    instances = answer.parse(lambda found: _instances(found, known, scope.environment))
    made = frozenset(_made_by_ray(instances, known, scope))
    user_data |= _start_attributes(reader, made, "userData")
    volumes += _start_volumes(reader, made | frozenset(_made_by_eks(instances, scope)))
    return Nodes(
        instances=instances,
        volumes=_sorted_volumes(answer.parse(_volumes) for answer in volumes),
        termination_protection=_attributes(protection, lambda found: bool(found["DisableApiTermination"]["Value"])),
        user_data=_attributes(user_data, user_data_of),
        elsewhere=() if elsewhere is None else elsewhere.parse(lambda found: _elsewhere(found, scope, known)),
    )


def _start_elsewhere(reader: Reader, scope: Scope) -> Answer | None:
    """Only where Ray's autoscaler makes instances."""
    if not isinstance(scope.environment, AutoscalingEc2Config):
        return None
    return reader.start(DESCRIBE_INSTANCES, Filters=one_of(f"tag:{RAY_CLUSTER}", [scope.environment.label.cluster]))


def _made_by_ray(instances: Reading[tuple[Instance, ...]], known: frozenset[str], scope: Scope) -> Iterator[str]:
    """Ids of the instances that the state does not know, where Ray's autoscaler makes some."""
    if isinstance(instances, Unreadable) or not isinstance(scope.environment, AutoscalingEc2Config):
        return
    for instance in instances:
        if instance.instance_id not in known and instance.tags.get(RAY_CLUSTER) == scope.environment.label.cluster:
            yield instance.instance_id


def _made_by_eks(instances: Reading[tuple[Instance, ...]], scope: Scope) -> Iterator[str]:
    """Ids of the instances of node groups."""
    for instance in () if isinstance(instances, Unreadable) else instances:
        if node_group_of(scope.environment, instance.tags):
            yield instance.instance_id


def _start_volumes(reader: Reader, instance_ids: frozenset[str]) -> list[Answer]:
    filters = in_batches("attachment.instance-id", instance_ids)
    return [reader.start(DESCRIBE_VOLUMES, Filters=each) for each in filters]


def _start_attributes(reader: Reader, instance_ids: Iterable[str], attribute: str) -> dict[str, Answer]:
    return {
        id_: reader.start(DESCRIBE_INSTANCE_ATTRIBUTE, InstanceId=id_, Attribute=attribute)
        for id_ in sorted(instance_ids)
    }


def _attributes(answers: Mapping[str, Answer], parse: Callable[[Mapping[str, Any]], T]) -> dict[str, Reading[T]]:
    """By instance id; instances that are gone are left out."""
    readings = {
        id_: answer.parse(lambda found: None if found is None else parse(found)) for id_, answer in answers.items()
    }
    return {id_: reading for id_, reading in readings.items() if reading is not None}


def _sorted_volumes(batches: Iterable[Reading[tuple[Volume, ...]]]) -> Reading[tuple[Volume, ...]]:
    return mapped(joined(batches), lambda found: ordered(found, key=lambda volume: (volume.instance_id, volume.device)))


def _head_ids(scope: Scope) -> list[str]:
    name = scope.environment.label.name(HEAD_NODE)
    heads = (
        node for node in scope.state.of_type("aws_instance") if (node.attributes.get("tags") or {}).get("Name") == name
    )
    return [str(head.attributes["id"]) for head in heads]


def _instances(answer: list[Any], known: frozenset[str], environment: FoundationConfig) -> tuple[Instance, ...]:
    cluster = environment.label.cluster
    ours = (
        node
        for node in _there(answer)
        if node.instance_id in known
        or cluster in (node.tags.get(CLUSTER_TAG), node.tags.get(RAY_CLUSTER))
        or is_of_cloud(environment, node.tags)
        or node_group_of(environment, node.tags)
    )
    return ordered(ours, key=lambda node: (node.name, node.instance_id))


def _elsewhere(answer: list[Any], scope: Scope, known: frozenset[str]) -> tuple[Instance, ...]:
    cluster = scope.environment.label.cluster
    others = (node for node in _there(answer) if node.vpc_id != scope.vpc_id and node.instance_id not in known)
    return ordered(
        (node for node in others if node.tags.get(RAY_CLUSTER) == cluster), key=lambda node: node.instance_id
    )


def _there(answer: list[Any]) -> Iterator[Instance]:
    found = (_instance(instance) for reservation in answer for instance in reservation["Instances"])
    return (node for node in found if node.state not in ENDED)


def _instance(answer: Mapping[str, Any]) -> Instance:
    metadata = answer.get("MetadataOptions", {})
    profile = answer.get("IamInstanceProfile")
    return Instance(
        instance_id=answer["InstanceId"],
        name=name_of(answer),
        state=answer["State"]["Name"],
        instance_type=answer["InstanceType"],
        image_id=answer["ImageId"],
        zone=answer["Placement"]["AvailabilityZone"],
        subnet_id=answer.get("SubnetId", ""),
        private_ip=answer.get("PrivateIpAddress", ""),
        public_ip=answer.get("PublicIpAddress") or None,
        group_ids=_group_ids(answer),
        instance_profile=profile["Arn"].rpartition("/")[2] if profile else None,
        key_name=answer.get("KeyName"),
        metadata_tokens=metadata.get("HttpTokens", "unknown"),
        metadata_hop_limit=metadata.get("HttpPutResponseHopLimit"),
        monitoring=answer.get("Monitoring", {}).get("State", "unknown"),
        ebs_optimized=answer.get("EbsOptimized", False),
        root_device=answer.get("RootDeviceName", ""),
        spot=answer.get("InstanceLifecycle") == "spot",
        tags=tags_of(answer.get("Tags")),
        vpc_id=answer.get("VpcId", ""),
    )


def _group_ids(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Groups of the instance and of its interfaces: the emulator shows some only on the interface."""
    holders = [answer, *answer.get("NetworkInterfaces", ())]
    key = {"SecurityGroups", "Groups"}
    return tuple(sorted({group["GroupId"] for holder in holders for field in key for group in holder.get(field) or ()}))


def _volumes(answer: list[Any]) -> tuple[Volume, ...]:
    volumes = (_volume(volume, attachment) for volume in answer for attachment in volume.get("Attachments", ()))
    return tuple(volumes)


def _volume(volume: Mapping[str, Any], attachment: Mapping[str, Any]) -> Volume:
    return Volume(
        volume_id=volume["VolumeId"],
        instance_id=attachment["InstanceId"],
        device=attachment["Device"],
        type=volume["VolumeType"],
        size_gib=volume["Size"],
        encrypted=volume["Encrypted"],
        kms_key_arn=volume.get("KmsKeyId"),
    )
