"""Instances of the nodes, their volumes, and what they are placed and reached by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha1
from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.normal import snaked, tag_map
from scripts.audit.drift.translator import (
    COMPUTED,
    FIXED,
    FOLLOWS,
    NAME,
    OWN,
    TAGS,
    Case,
    How,
    Same,
    Translator,
    added,
    by_item,
    fields,
    left_out,
    numbers,
    renamed,
    tags,
)
from scripts.inventory.details import DESCRIBE_KEY_PAIRS, DESCRIBE_PLACEMENT_GROUPS
from scripts.inventory.instances import DESCRIBE_INSTANCE_ATTRIBUTE, DESCRIBE_INSTANCES, DESCRIBE_VOLUMES, ENDED
from scripts.inventory.user_data import user_data_of
from scripts.state import Resource

_ON = frozenset({"enabled", "pending"})
_VOLUME = {"encrypted": "Encrypted", "kms_key_id": "KmsKeyId", "volume_size": "Size", "volume_type": "VolumeType"}
_RUNNING = "running"
_IN_MOTION = {"pending": _RUNNING, "stopping": "stopped"}


def _instance(resource: Resource, deployed: Deployed) -> Any:
    instance = deployed.nested_item(DESCRIBE_INSTANCES, "Instances", "InstanceId", resource.attributes["id"])
    return None if instance is None or instance["State"]["Name"] in ENDED else instance


def _profile(case: Case) -> Any:
    return (case.answer.get("IamInstanceProfile") or {}).get("Arn", "").rpartition("/")[2]


def _groups(case: Case) -> list[str]:
    """The emulator shows some groups only on the interface."""
    holders = [case.answer, *_interfaces(case)[:1]]
    groups = (group for holder in holders for key in ("SecurityGroups", "Groups") for group in holder.get(key) or ())
    return sorted({group["GroupId"] for group in groups})


def _interfaces(case: Case) -> list[Mapping[str, Any]]:
    """The primary one first."""
    interfaces = case.answer.get("NetworkInterfaces") or ()
    return sorted(interfaces, key=lambda each: int((each.get("Attachment") or {}).get("DeviceIndex", 0)))


def _is_public(case: Case) -> bool:
    primary = next(iter(_interfaces(case)), {})
    found = bool(case.answer.get("PublicIpAddress") or (primary.get("Association") or {}).get("PublicIp"))
    # A stopped node has its public address back when it runs again.
    return found or (_state(case) != _RUNNING and bool(case.state("associate_public_ip_address")))


def _more_interfaces(case: Case) -> list[str]:
    return [each["NetworkInterfaceId"] for each in _interfaces(case)[1:]]


def _more_private_ips(case: Case) -> list[str]:
    primary = next(iter(_interfaces(case)), {})
    return [each["PrivateIpAddress"] for each in primary.get("PrivateIpAddresses") or () if not each.get("Primary")]


def _ipv6(case: Case) -> list[str]:
    return [each["Ipv6Address"] for interface in _interfaces(case) for each in interface.get("Ipv6Addresses") or ()]


def _state(case: Case) -> str:
    return _settled(case.answer["State"]["Name"])


def _settled(state: str | None) -> str:
    return _IN_MOTION.get(state or "", state or "")


def _metadata_options(case: Case) -> dict[str, Any]:
    options = case.answer.get("MetadataOptions") or {}
    # Of the change, not of the options.
    return {key: value for key, value in snaked(options).items() if key != "state"}


def _protection(case: Case) -> Any:
    """Read for nodes that the environment protects; on others it would be in nobody's way but ours."""
    asked = {"InstanceId": case.state("id"), "Attribute": "disableApiTermination"}
    wanted = case.state("disable_api_termination")
    if not wanted and not case.deployed.was_asked(DESCRIBE_INSTANCE_ATTRIBUTE, **asked):
        return wanted
    return case.deployed.document(DESCRIBE_INSTANCE_ATTRIBUTE, **asked)["DisableApiTermination"]["Value"]


def _user_data(case: Case) -> str:
    """Unpacked, because that is what the node runs; what the state has as a hash is hashed."""
    asked = {"InstanceId": case.state("id"), "Attribute": "userData"}
    answer = case.deployed.document(DESCRIBE_INSTANCE_ATTRIBUTE, **asked)
    if _encoded(answer) == case.state("user_data_base64"):
        return _encoded(answer)
    text = user_data_of(answer or {}).text
    return sha1(text.encode(), usedforsecurity=False).hexdigest() if _is_sha1(case.state("user_data")) else text


def _intended_user_data(case: Case) -> str:
    encoded, text = case.state("user_data_base64"), case.state("user_data")
    if not encoded:
        return str(text or "")
    answer = case.deployed.document(DESCRIBE_INSTANCE_ATTRIBUTE, InstanceId=case.state("id"), Attribute="userData")
    # As it stands when AWS has the same: unpacking a thousand scripts takes a while.
    return encoded if _encoded(answer) == encoded else user_data_of({"UserData": {"Value": encoded}}).text


def _encoded(answer: Any) -> str:
    return str(((answer or {}).get("UserData") or {}).get("Value") or "")


def _is_sha1(text: str | None) -> bool:
    return text is not None and len(text) == 40 and set(text) <= set("0123456789abcdef")


def _devices(case: Case) -> Iterator[Mapping[str, Any]]:
    yield from case.answer.get("BlockDeviceMappings") or ()


def _is_root(device: Mapping[str, Any], case: Case) -> bool:
    return bool(device["DeviceName"] == case.answer.get("RootDeviceName"))


def _root_volume(case: Case) -> Any:
    device = next((each for each in _devices(case) if _is_root(each, case)), None)
    if device is None:
        return None
    volume = case.deployed.item(DESCRIBE_VOLUMES, "VolumeId", device["Ebs"]["VolumeId"])
    return {**_device(device), **(_volume_block(volume) if volume else {})}


def _device(device: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "device_name": device["DeviceName"],
        "volume_id": device["Ebs"]["VolumeId"],
        "delete_on_termination": device["Ebs"].get("DeleteOnTermination"),
    }


def _volume_block(volume: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{ours: volume.get(theirs) for ours, theirs in _VOLUME.items()},
        # Kinds of volumes without a choice have 0 in the state.
        "iops": volume.get("Iops") or None,
        "throughput": volume.get("Throughput") or None,
        "tags": tag_map(volume.get("Tags")),
    }


def _intended_root_volume(case: Case) -> Any:
    block = dict(next(iter(case.state("root_block_device") or ()), {}))
    block["tags"] = block.pop("tags_all", None)
    return {**block, "iops": block.get("iops") or None, "throughput": block.get("throughput") or None}


def _more_volumes(case: Case) -> list[str]:
    """Volumes beside the root's that no attachment of the state explains, and that did not come with the image.

    The state lists what a person attached, too, after its next refresh; only what came with the image ends with it.
    """
    ours = case.deployed.resources("aws_volume_attachment", "instance_id", case.state("id"))
    known = {each.attributes["volume_id"] for each in ours}
    blocks = case.state("ebs_block_device") or ()
    known.update(each.get("volume_id") for each in blocks if each.get("delete_on_termination"))
    more = ((each["Ebs"]["VolumeId"], each["DeviceName"]) for each in _devices(case) if not _is_root(each, case))
    return [f"{volume} as {device}" for volume, device in more if volume not in known]


INSTANCE = Translator(
    "aws_instance",
    _instance,
    {
        **fields("ebs_optimized instance_type key_name subnet_id source_dest_check outpost_arn"),
        **fields("maintenance_options private_dns_name_options capacity_reservation_specification enclave_options"),
        **renamed(
            ami="ImageId",
            availability_zone="Placement.AvailabilityZone",
            hibernation="HibernationOptions.Configured",
            host_id="Placement.HostId",
            host_resource_group_arn="Placement.HostResourceGroupArn",
            placement_group="Placement.GroupName",
            private_ip="PrivateIpAddress",
            tenancy="Placement.Tenancy",
        ),
        "metadata_options": Same(_metadata_options),
        **numbers("", placement_partition_number="Placement.PartitionNumber"),
        "monitoring": Same(lambda case: case.answer["Monitoring"]["State"] in _ON),
        "iam_instance_profile": Same(_profile),
        "vpc_security_group_ids": Same(_groups),
        "associate_public_ip_address": Same(_is_public),
        "network_interface": Same(_more_interfaces),
        "secondary_private_ips": Same(_more_private_ips),
        "ipv6_addresses": Same(_ipv6),
        "instance_state": Same(_state, intended=lambda _case: _RUNNING),  # a refresh writes down what it finds
        "disable_api_termination": Same(_protection),
        "user_data": Same(_user_data, How.SECRET, intended=_intended_user_data),
        "root_block_device": Same(_root_volume, intended=_intended_root_volume),
        "ebs_block_device": added(_more_volumes),
        **tags(),
    },
    left_out(
        (COMPUTED, "arn id instance_lifecycle password_data primary_network_interface_id private_dns public_dns"),
        (COMPUTED, "public_ip spot_instance_request_id"),
        (FIXED, "cpu_core_count cpu_options cpu_threads_per_core ephemeral_block_device instance_market_options"),
        (FIXED, "enable_primary_ipv6 launch_template"),
        (FOLLOWS, "ipv6_address_count security_groups"),
        ("one call for each node, and what it does is in nobody's way", "disable_api_stop"),
        ("one call for each node, and nodes do not shut themselves down", "instance_initiated_shutdown_behavior"),
        ("how bursts are paid for: of T instances only, and a read of its own", "credit_specification"),
        (OWN, "get_password_data timeouts user_data_replace_on_change volume_tags"),
        ("compared in user_data, unpacked", "user_data_base64"),
        (TAGS, "tags"),
    ),
)

VOLUME = Translator(
    "aws_ebs_volume",
    by_item(DESCRIBE_VOLUMES, "VolumeId"),
    {
        **fields("availability_zone encrypted kms_key_id multi_attach_enabled outpost_arn size snapshot_id"),
        **renamed(type="VolumeType"),
        **numbers("iops throughput"),
        **tags(),
    },
    left_out((COMPUTED, "arn id create_time"), (OWN, "final_snapshot timeouts"), (TAGS, "tags")),
)


def _attachment(resource: Resource, deployed: Deployed) -> Any:
    volume = deployed.item(DESCRIBE_VOLUMES, "VolumeId", resource.attributes["volume_id"])
    instance = resource.attributes["instance_id"]
    attachments = (volume or {}).get("Attachments") or ()
    return next((each for each in attachments if each["InstanceId"] == instance), None)


VOLUME_ATTACHMENT = Translator(
    "aws_volume_attachment",
    _attachment,
    renamed(device_name="Device", instance_id="InstanceId", volume_id="VolumeId"),
    left_out((COMPUTED, "id"), (OWN, "force_detach skip_destroy stop_instance_before_detaching timeouts")),
)

KEY_PAIR = Translator(
    "aws_key_pair",
    by_item(DESCRIBE_KEY_PAIRS, "KeyName"),
    {**renamed(fingerprint="KeyFingerprint", key_type="KeyType"), **tags()},
    left_out(
        (COMPUTED, "arn id key_pair_id"),
        (NAME, "key_name key_name_prefix"),
        ("compared by its fingerprint", "public_key"),
        (TAGS, "tags"),
    ),
)

PLACEMENT_GROUP = Translator(
    "aws_placement_group",
    by_item(DESCRIBE_PLACEMENT_GROUPS, "GroupName", "name"),
    {
        **fields("strategy spread_level"),
        **numbers("partition_count"),
        **tags(),
    },
    left_out((COMPUTED, "arn id placement_group_id"), (NAME, "name"), (TAGS, "tags")),
)

TRANSLATORS = (INSTANCE, VOLUME, VOLUME_ATTACHMENT, KEY_PAIR, PLACEMENT_GROUP)
