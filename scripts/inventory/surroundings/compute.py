"""Instances in the VPC, and interfaces, volumes and snapshots."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from config.label import CLUSTER_TAG
from config.ray_tags import RAY_CLUSTER, RAY_KIND
from scripts.inventory.addresses import DESCRIBE_ADDRESSES
from scripts.inventory.anyscale import filter_of_cloud
from scripts.inventory.ebs import DESCRIBE_SNAPSHOTS, volume_ids
from scripts.inventory.efs import DESCRIBE_MOUNT_TARGETS
from scripts.inventory.eks_made import filter_of_claims, is_of_cni
from scripts.inventory.endpoints import DESCRIBE_VPC_ENDPOINTS
from scripts.inventory.filters import Filters, in_batches, one_of
from scripts.inventory.instances import DESCRIBE_INSTANCES, DESCRIBE_VOLUMES, ENDED
from scripts.inventory.network import DESCRIBE_NAT_GATEWAYS
from scripts.inventory.network_interfaces import DESCRIBE_NETWORK_INTERFACES
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Reading, Unreadable
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import tags_of
from scripts.inventory.surroundings.lustre import start_lustre
from scripts.inventory.surroundings.thing import Later, Managed, Thing, Things, parsed, together

_IDS = re.compile(r"\b(?:vpce|nat|fsmt|fs|i)-[0-9a-f]{8,17}\b")
"""Ids that AWS writes into the description of an interface that it makes."""
_STORE = "a MemoryDB cluster"
_USERS: Mapping[str, str] = {
    r"^ELB (?:app|net|gwy)/([^/]+)": "load balancer {}",
    r"^ELB (\S+)": "classic load balancer {}",
    r"^RDSNetworkInterface": "a database of RDS",
    r"^Amazon EKS (\S+)": "EKS cluster {}",
    r"^AWS Lambda VPC ENI-(\S+?)(?:-[0-9a-f-]{36})?$": "Lambda function {}",
    r"^ElastiCache (\S+)": "ElastiCache {}",
    r"(?i)memorydb": _STORE,
    r"^aws-K8S-": "pods of EKS",
    r"^AWS ECS": "a task of ECS",
    r"^DMSNetworkInterface": "a DMS replication instance",
    r"^CloudHSM": "CloudHSM",
    r"^AWS created network interface for directory (\S+)": "directory {}",
    r"^Interface for NAT Gateway": "a NAT gateway",
    r"^VPC Endpoint Interface": "an endpoint",
    r"^EFS mount target": "an EFS mount target",
    r"(?i)\bscraper\b": "a scraper of Prometheus",
    r"^Network Interface for Transit Gateway Attachment (\S+)": "transit gateway attachment {}",
}
"""What uses an interface, by its description.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
"""
_BACKUP_TAGS = {"aws:backup:source-resource": "AWS Backup", "aws:dlm:lifecycle-policy-id": "Data Lifecycle Manager"}
_BACKUP_DESCRIPTION = "This snapshot is created by the AWS Backup service."


def start_compute(reader: Reader, scope: Scope, managed: Managed) -> Things:
    """Start the reads of instances and of what belongs to them."""
    in_vpc = scope.vpc_filter
    instances = reader.start(DESCRIBE_INSTANCES, Filters=in_vpc)
    parents = [
        instances,
        reader.start(DESCRIBE_NAT_GATEWAYS, Filter=in_vpc),
        reader.start(DESCRIBE_VPC_ENDPOINTS, Filters=in_vpc),
        *(reader.start(DESCRIBE_MOUNT_TARGETS, FileSystemId=id_) for id_ in scope.state.values("aws_efs_file_system")),
        *start_lustre(reader, scope),
    ]
    parse = _Parser(scope, managed, parents)
    tagged = one_of(f"tag:{CLUSTER_TAG}", [managed.cluster])
    snapshots = [
        reader.start(DESCRIBE_SNAPSHOTS, OwnerIds=["self"], Filters=filters)
        for filters in [tagged, *in_batches("volume-id", volume_ids(scope))]
    ]
    left = reader.start(DESCRIBE_VOLUMES, Filters=[*tagged, *one_of("status", ["available"])])
    of_cloud = _start_volumes(reader, filter_of_cloud(scope.environment))
    of_claims = _start_volumes(reader, filter_of_claims(scope.environment))
    interfaces = reader.start(DESCRIBE_NETWORK_INTERFACES, Filters=in_vpc)
    return {
        "instances": parsed(parse.instances, instances),
        "interfaces": parsed(parse.interfaces, interfaces),
        "addresses": _addresses(parse, interfaces, reader.start(DESCRIBE_ADDRESSES)),
        "volumes": together(_volumes(parse, instances, of_cloud, of_claims), parsed(parse.left_volumes, left)),
        "snapshots": parsed(parse.snapshots, *snapshots),
    }


def _start_volumes(reader: Reader, filters: Filters | None) -> Answer | None:
    """Instances show no tags of their volumes."""
    return None if filters is None else reader.start(DESCRIBE_VOLUMES, Filters=filters)


def _volumes(parse: _Parser, instances: Answer, of_cloud: Answer | None, of_claims: Answer | None) -> Later:
    """Volumes of instances, and which of them Anyscale's control plane made, or the EBS driver of EKS."""

    def things() -> Reading[tuple[Thing, ...]] | None:
        made, claimed = _volume_ids(of_cloud), _volume_ids(of_claims)
        if isinstance(made, Unreadable):
            return made
        if isinstance(claimed, Unreadable):
            return claimed
        return parsed(partial(parse.volumes, made, claimed), instances)()

    return things


def _volume_ids(answer: Answer | None) -> Reading[frozenset[str]]:
    return (
        frozenset() if answer is None else answer.parse(lambda found: frozenset(str(one["VolumeId"]) for one in found))
    )


def _addresses(parse: _Parser, interfaces: Answer, addresses: Answer) -> Later:
    """Which addresses lead into the VPC only its interfaces tell: without them nobody knows."""

    def things() -> Reading[tuple[Thing, ...]] | None:
        inside = interfaces.parse(lambda items: frozenset(str(item["NetworkInterfaceId"]) for item in items))
        return inside if isinstance(inside, Unreadable) else parsed(partial(parse.addresses, inside), addresses)()

    return things


class _Parser:
    def __init__(self, scope: Scope, managed: Managed, parents: Iterable[Answer]) -> None:
        self._managed = managed
        self._environment = scope.environment
        self._parents = list(parents)
        self._store_groups = {
            group
            for cluster in scope.state.of_type("aws_memorydb_cluster")
            for group in cluster.attributes.get("security_group_ids") or ()
        }
        self._stores = tuple(scope.state.values("aws_memorydb_cluster", "name"))
        self._volumes = {*volume_ids(scope), *_data_volumes(scope)}

    def instances(self, answer: list[Any]) -> Iterator[Thing]:
        for instance in _there(answer):
            tags = tags_of(instance.get("Tags"))
            ray = tags.get(RAY_KIND, "") if tags.get(RAY_CLUSTER) == self._managed.cluster else ""
            note = instance["InstanceType"]
            yield self._managed.of_ec2(instance, instance["InstanceId"], "aws_instance", note=note, ray_node=ray)

    def volumes(self, of_cloud: frozenset[str], of_claims: frozenset[str], answer: list[Any]) -> Iterator[Thing]:
        """Volumes of instances that are ours; those of others in an existing VPC are not."""
        for instance in _there(answer):
            owner = self._managed.of_ec2(instance, instance["InstanceId"], "aws_instance")
            if owner.managed or owner.tagged or owner.of_cloud or owner.made_by:
                for device in _devices(instance):
                    found = self._volume(owner, instance, device)
                    made_by = "the EBS driver made it for a claim" if found.id in of_claims else ""
                    yield replace(found, of_cloud=found.id in of_cloud, made_by=made_by)

    def left_volumes(self, answer: list[Any]) -> Iterator[Thing]:
        """Volumes with the cluster's tag on no instance: what a launch without DeleteOnTermination leaves behind."""
        for volume in answer:
            id_, note = volume["VolumeId"], f"{volume['Size']} GiB, on no instance"
            known = self._managed.of_ec2(volume, id_, "aws_ebs_volume", note=note)
            yield replace(known, managed=known.managed or id_ in self._volumes)

    def _volume(self, owner: Thing, instance: Mapping[str, Any], device: Mapping[str, Any]) -> Thing:
        id_, name = device["Ebs"]["VolumeId"], device["DeviceName"]
        root = name == instance.get("RootDeviceName")
        # Those of the state's instances the state knows; what a person attaches stays when its instance ends.
        with_it = root or (not owner.managed and device["Ebs"].get("DeleteOnTermination", False))
        managed = id_ in self._volumes or self._managed.has(id_, "aws_ebs_volume")
        holders = (owner.id,) if with_it else ()
        return Thing(id_, managed=managed, tagged=True, holders=holders, note=f"attached to {owner.id} as {name}")

    def snapshots(self, answer: list[Any]) -> Iterator[Thing]:
        for snapshot in answer:
            made_by = _backup(snapshot)
            note = f"of {snapshot['VolumeId']}"
            yield self._managed.of_ec2(snapshot, snapshot["SnapshotId"], "aws_ebs_snapshot", made_by=made_by, note=note)

    def addresses(self, inside: frozenset[str], answer: list[Any]) -> Iterator[Thing]:
        """Elastic addresses that are tagged or lead to an interface in the VPC."""
        for address in answer:
            interface = address.get("NetworkInterfaceId")
            note = f"{address['PublicIp']} of {address.get('InstanceId') or interface or 'nothing'}"
            found = self._managed.of_ec2(address, address["AllocationId"], "aws_eip", note=note)
            if found.tagged or found.managed or found.of_cloud or interface in inside:
                yield found

    def interfaces(self, answer: list[Any]) -> Iterator[Thing]:
        holders = self._holders()
        for interface in answer:
            id_ = interface["NetworkInterfaceId"]
            # What a person writes into the description of an interface says nothing.
            described = _IDS.findall(interface.get("Description", "")) if interface.get("RequesterManaged") else ()
            held = {*described, *holders.get(id_, ()), *self._of_cni(interface)}
            found = self._managed.of_ec2(interface, id_, "aws_network_interface")
            service = _service(interface)
            yield Thing(
                id_,
                found.name,
                found.managed,
                found.tagged,
                holders=tuple(sorted({*held, *(self._store(interface) if service in ("", _STORE) else ())})),
                made_by=found.made_by,
                note=service or _attached(interface),
                used_by_service=bool(service),
                of_cloud=found.of_cloud,
            )

    def _of_cni(self, interface: Mapping[str, Any]) -> list[str]:
        """The node that the VPC CNI added an interface to: its pods get their addresses from it."""
        instance = (interface.get("Attachment") or {}).get("InstanceId")
        ours = is_of_cni(self._environment, tags_of(interface.get("TagSet")))
        return [instance] if instance and ours else []

    def _holders(self) -> dict[str, list[str]]:
        """What an interface came with, by its id; a parent that could not be read holds nothing."""
        found: dict[str, list[str]] = {}
        for answer in self._parents:
            pairs: Reading[list[tuple[str, str]]] = answer.parse(lambda items: list(_pairs(items)))
            for interface, holder in [] if isinstance(pairs, Unreadable) else pairs:
                found.setdefault(interface, []).append(holder)
        return found

    def _store(self, interface: Mapping[str, Any]) -> tuple[str, ...]:
        """MemoryDB names its interfaces nowhere: they are AWS's, and in the group of the cluster only."""
        groups = {group["GroupId"] for group in interface.get("Groups", ())}
        return self._stores if interface.get("RequesterManaged") and groups and groups <= self._store_groups else ()


def _data_volumes(scope: Scope) -> Iterator[str]:
    """Volumes that come with an instance's image, beside its root volume.

    The state lists what a person attached, too, after its next refresh; only what came with the image ends with it.
    """
    for instance in scope.state.of_type("aws_instance"):
        devices = instance.attributes.get("ebs_block_device") or ()
        yield from (str(device.get("volume_id")) for device in devices if device.get("delete_on_termination"))


def _there(answer: list[Any]) -> Iterator[Mapping[str, Any]]:
    found = (instance for reservation in answer for instance in reservation["Instances"])
    return (instance for instance in found if instance["State"]["Name"] not in ENDED)


def _devices(instance: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [device for device in instance.get("BlockDeviceMappings", ()) if "VolumeId" in device.get("Ebs", {})]


def _pairs(items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Interface and holder, from the answer of any kind of parent."""
    for item in items:
        for instance in item.get("Instances", ()):
            yield from ((each, instance["InstanceId"]) for each in _first_interface(instance))
        for address in item.get("NatGatewayAddresses", ()):
            yield address.get("NetworkInterfaceId", ""), item["NatGatewayId"]
        for interface in item.get("NetworkInterfaceIds", ()):
            # An endpoint, or a file system of FSx.
            yield interface, item.get("VpcEndpointId") or item["FileSystemId"]
        if "MountTargetId" in item:
            yield item.get("NetworkInterfaceId", ""), item["MountTargetId"]


def _first_interface(instance: Mapping[str, Any]) -> list[str]:
    """A second one did not come with the instance: somebody attached it."""
    return [
        interface["NetworkInterfaceId"]
        for interface in instance.get("NetworkInterfaces", ())
        if interface.get("Attachment", {}).get("DeviceIndex", 0) == 0
    ]


def _service(interface: Mapping[str, Any]) -> str:
    """The service that made an interface for something of its own."""
    description = interface.get("Description", "")
    matches = ((re.search(form, description), words) for form, words in _USERS.items())
    return next((words.format(*found.groups()) for found, words in matches if found), "")


def _attached(interface: Mapping[str, Any]) -> str:
    instance = (interface.get("Attachment") or {}).get("InstanceId")
    return f"attached to {instance}" if instance else interface.get("Description", "")


def _backup(snapshot: Mapping[str, Any]) -> str:
    tags = tags_of(snapshot.get("Tags"))
    service = next((service for tag, service in _BACKUP_TAGS.items() if tag in tags), "")
    if not service and snapshot.get("Description") == _BACKUP_DESCRIPTION:
        service = "AWS Backup"
    return f"{service} made it" if service else ""
