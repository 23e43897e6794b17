"""Instances of the nodes, against rules that others have for every instance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from scripts.audit import applies
from scripts.audit.declared_nodes import declared_nodes
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable, readable

HAND_MADE_TYPES = frozenset({"interface", "efa", "branch", "lambda"})
"""Types of interfaces that carry somebody's traffic; a NAT gateway's is there to forward that of others."""


@check(
    "instances.single_interface",
    severity=Severity.LOW,
    standards=("FSBP EC2.17", "Config ec2-instance-multiple-eni-check"),
    optional=applies.may_be_down,
)
def single_interface(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every node has one network interface.

    Why: with a second one, in other groups or another subnet, a node joins networks that are kept apart.

    Fix: detach it, or apply again.
    """
    counts = Counter(interface.instance_id for interface in readable(inventory.network_interfaces))
    for node in declared_nodes(inventory, config):
        id_ = node.instance.instance_id
        if id_ in counts:
            yield expect(node.name, "number of interfaces", counts[id_], 1)
        else:
            unread = Unreadable("ec2:DescribeNetworkInterfaces", "no answer: nothing is known of its interfaces", id_)
            yield Verdict(node.name, unread, str(unread))


@check(
    "instances.source_destination_checked",
    severity=Severity.MEDIUM,
    standards=("FSBP EC2.180", "Config ec2-enis-source-destination-check-enabled"),
    optional=applies.may_be_down,
)
def source_destination_checked(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """The interfaces of a node drop what is neither from nor to the node.

    Why: without that, a node can pass on the traffic of others, and pretend to be them.

    Fix: turn source/destination checking on again: `aws ec2 modify-network-interface-attribute --source-dest-check`.
    """
    names = {node.instance.instance_id: node.name for node in declared_nodes(inventory, config)}
    for interface in readable(inventory.network_interfaces):
        if interface.instance_id in names and interface.type in HAND_MADE_TYPES:
            resource = f"{names[interface.instance_id]} {interface.network_interface_id}"
            yield expect(resource, "source/destination checking", interface.source_dest_check, True)


@check(
    "instances.not_paravirtual",
    severity=Severity.MEDIUM,
    standards=("FSBP EC2.24", "Config ec2-paravirtual-instance-check"),
    setting="head.ami",
    optional=applies.may_be_down,
)
def not_paravirtual(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every node's image is made for hardware virtualization.

    Why: paravirtual images are of before 2014: they run on few types, and get no more patches.

    Fix: `ami` of the head or of the worker group, then apply.
    """
    found = {image.image_id: image.virtualization for image in readable(inventory.images)}
    for node in declared_nodes(inventory, config):
        # An image that its owner has withdrawn is no longer described; its instances run on.
        unread = Unreadable("ec2:DescribeImages", "no answer: nothing is known of the image", node.instance.image_id)
        yield expect(node.name, "virtualization", found.get(node.instance.image_id, unread), "hvm")


@check(
    "instances.key_pair_declared",
    severity=Severity.MEDIUM,
    standards=("Config ec2-no-amazon-key-pair",),
    setting="access.ssh_public_key",
    optional=applies.may_be_down,
)
def key_pair_declared(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """No node was started with a key pair, unless the environment gives a public key or names a key pair.

    Why: whoever has the private part of a forgotten key pair logs in, past IAM and without a trace.

    Fix: replace the node; `access.ssh_public_key` for a key that is wanted.
    """
    own = config.label.name("nodes") if config.access.ssh_public_key is not None else None
    declared = config.access.key_pair_name or own
    for node in declared_nodes(inventory, config):
        key = node.instance.key_name
        yield Verdict(node.name, key in (None, declared), f"key pair is {key or 'none'}")
