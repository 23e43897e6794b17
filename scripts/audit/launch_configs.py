"""What Ray launches nodes with now: the configuration that Terraform published, as its state has it."""

from __future__ import annotations

import json
from base64 import b32hexencode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from scripts.cluster_yaml.by_ray_up import NO_KEY
from scripts.cluster_yaml.output import OUTPUT, unpacked
from scripts.inventory import Inventory
from scripts.inventory.instances import Instance
from scripts.inventory.reading import NotReadableError, Unreadable
from scripts.inventory.user_data import unpacked as unpacked_script
from scripts.state import State

_WHERE = f"terraform:{OUTPUT}"


@dataclass(frozen=True)
class LaunchConfig:
    """Of one node type."""

    image_id: str
    instance_type: str
    user_data: str | None = field(repr=False)
    """Unpacked; None for a head that Terraform makes."""
    fingerprint: str
    """What Ray calls the hash of the launch configuration, of a head that `make up` launches."""


def launch_configs(state: State) -> Mapping[str, LaunchConfig]:
    """By node type. Raises NotReadableError when the state does not have them, or in no shape that is known."""
    published = state.outputs.get(OUTPUT)
    if published is None:
        raise NotReadableError(Unreadable(_WHERE, "not in Terraform's outputs; apply again"))
    try:
        configuration = unpacked(published)
        types, user = configuration["available_node_types"], configuration["auth"]["ssh_user"]
        return {name: _launch_config(type_["node_config"], user) for name, type_ in types.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotReadableError(Unreadable(_WHERE, "of unknown shape")) from None


def differences(instance: Instance, wanted: LaunchConfig, inventory: Inventory) -> Iterator[str]:
    """How an instance is otherwise than one that is launched now, for a reader. Raises NotReadableError."""
    for what, got, want in (
        ("image", instance.image_id, wanted.image_id),
        ("instance type", instance.instance_type, wanted.instance_type),
    ):
        if got != want:
            yield f"{what} is {got}, now {want}"
    unread = Unreadable("ec2:DescribeInstanceAttribute", "no answer: nothing is known of its user data")
    found = inventory.nodes.user_data.get(instance.instance_id, unread)
    if isinstance(found, Unreadable):
        raise NotReadableError(found)
    if wanted.user_data is not None and found.text != wanted.user_data:
        yield "its boot script (user data) is not that of now"


def fingerprint(node_config: Mapping[str, Any], ssh_user: str) -> str:
    """As `hash_launch_conf` of Ray computes it for the head of `make up`, which gives Ray no key.

    https://github.com/ray-project/ray/blob/ray-2.60.0/python/ray/autoscaler/_private/util.py
    """
    auth = {"ssh_user": ssh_user, "ssh_private_key": NO_KEY}
    digest = sha256(json.dumps([node_config, auth], sort_keys=True).encode()).digest()
    return b32hexencode(digest).decode().lower().rstrip("=")


def _launch_config(node_config: Mapping[str, Any], ssh_user: str) -> LaunchConfig:
    user_data = node_config.get("UserData")
    return LaunchConfig(
        image_id=str(node_config["ImageId"]),
        instance_type=str(node_config["InstanceType"]),
        user_data=None if user_data is None else unpacked_script(str(user_data)),
        fingerprint=fingerprint(node_config, ssh_user),
    )
