"""Head and workers."""

from __future__ import annotations

from collections.abc import Iterator

from config.static_ec2 import StaticEc2Config
from scripts.audit import applies
from scripts.audit.declared_nodes import DeclaredNode, declared_names, declared_nodes
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import encrypted_with_our_key, group_names, node_subnet_ids, present, tagged
from scripts.inventory import Inventory
from scripts.inventory.instances import Volume
from scripts.inventory.reading import Unreadable, readable


@check("nodes.declared_nodes_there", severity=Severity.HIGH)
def declared_nodes_there(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The head and every declared worker are there.

    Fix: apply again.
    """
    names = {instance.name for instance in readable(inventory.nodes.instances)}
    yield from present("the node", names, set(declared_names(config)))


@check("nodes.no_other_nodes", severity=Severity.MEDIUM)
def no_other_nodes(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """No other instance belongs to the cluster, and no node is there twice.

    Fix: `count` of the worker group, or terminate the instance.
    """
    left = set(declared_names(config))
    for instance in readable(inventory.nodes.instances):
        declared = instance.name in left
        left.discard(instance.name)
        yield Verdict(instance.instance_id, declared, f"{shown(instance.name)} is {'' if declared else 'not '}declared")


@check("nodes.running", severity=Severity.HIGH)
def running(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every node runs.

    Fix: start the instance, or find out why it stopped.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "state", node.instance.state, "running")


@check("nodes.type_declared", severity=Severity.MEDIUM)
def type_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every node has the declared instance type.

    Fix: `instance_type` of the head or of the worker group, then apply.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "instance type", node.instance.instance_type, node.settings.instance_type)


@check("nodes.image_architecture_fits", severity=Severity.MEDIUM)
def image_architecture_fits(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The image is made for the processor of the node.

    Fix: `ami` of the head or of the worker group, then apply.
    """
    architectures = {image.image_id: image.architecture for image in readable(inventory.images)}
    for node in declared_nodes(inventory, config):
        # An image that its owner has withdrawn is no longer described; its instances run on.
        unread = Unreadable("ec2:DescribeImages", "no answer: nothing is known of the image", node.instance.image_id)
        found = architectures.get(node.instance.image_id, unread)
        yield expect(node.name, "architecture", found, str(node.settings.image_architecture))


@check("nodes.purchase_declared", severity=Severity.LOW)
def purchase_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Nodes are spot or on-demand instances as declared; the head is never spot.

    Fix: `spot` of the worker group, then apply.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "spot", node.instance.spot, node.spot)


@check("nodes.metadata_needs_token", severity=Severity.HIGH)
def metadata_needs_token(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The instance metadata service answers version 2 only: a forged request cannot fetch the role's credentials.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "metadata tokens", node.instance.metadata_tokens, "required")


@check("nodes.metadata_hops_declared", severity=Severity.MEDIUM)
def metadata_hops_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Answers of the metadata service travel one hop, or two where containers need the role.

    Fix: `containers` of the head or of the worker group, then apply.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "hop limit", node.instance.metadata_hop_limit, node.settings.metadata_hop_limit)


@check("nodes.volumes_encrypted_with_our_key", severity=Severity.HIGH)
def volumes_encrypted_with_our_key(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every volume of a node is encrypted with the key of the environment.

    Fix: replace the node: an unencrypted volume stays so.
    """
    for node in declared_nodes(inventory, config):
        volumes = _volumes(inventory, node.instance.instance_id)
        if not volumes:
            yield _unseen_volume(node, "nothing is known of its volumes")
        for volume in volumes:
            resource = f"{node.name} {volume.device}"
            if volume.encrypted:
                yield encrypted_with_our_key(resource, volume.kms_key_arn, inventory)
            else:
                yield Verdict(resource, False, "not encrypted")


@check("nodes.root_volume_declared", severity=Severity.LOW)
def root_volume_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Root volumes have the declared size and type.

    Fix: `root_volume_gib` and `root_volume_type`, then apply.
    """
    for node in declared_nodes(inventory, config):
        volumes = _volumes(inventory, node.instance.instance_id)
        root = next((volume for volume in volumes if volume.device == node.instance.root_device), None)
        if root is None:
            yield _unseen_volume(node, "nothing is known of its root volume")
        else:
            wanted = (node.settings.root_volume_gib, node.settings.root_volume_type)
            yield expect(node.name, "GiB and type", (root.size_gib, root.type), wanted)


@check("nodes.no_public_address", severity=Severity.HIGH, applies=applies.has_private_nodes)
def no_public_address(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """No node has a public address.

    Fix: release the address; `access.public_nodes: true` if it is wanted.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "public address", node.instance.public_ip, None)


@check("nodes.in_declared_subnets", severity=Severity.MEDIUM)
def in_declared_subnets(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every node stands in the declared subnet of its zone.

    Fix: `zone` or `zones`, then apply, which replaces the node.
    """
    zones = node_subnet_ids(inventory, config)
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "zone of its node subnet", zones.get(node.instance.subnet_id), node.zone)


@check("nodes.guarded", severity=Severity.HIGH)
def nodes_guarded(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every node is in the security group of its tier and in no other.

    Fix: apply again.
    """
    names = group_names(inventory)
    for node in declared_nodes(inventory, config):
        groups = tuple(names.get(id_, id_) for id_ in node.instance.group_ids)
        yield expect(node.name, "security group", groups, (config.label.name(node.tier),))


@check("nodes.profile_declared", severity=Severity.HIGH)
def profile_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every node has the instance profile of its tier.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "instance profile", node.instance.instance_profile, config.label.name(node.tier))


@check("nodes.monitored", severity=Severity.LOW)
def monitored(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Detailed monitoring is on.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        # `pending` is what AWS says for the first minutes.
        on = node.instance.monitoring in ("enabled", "pending")
        yield expect(node.name, "detailed monitoring", on, True)


@check("nodes.ebs_optimized", severity=Severity.LOW)
def ebs_optimized(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Nodes have bandwidth to their volumes of their own.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "EBS optimization", node.instance.ebs_optimized, True)


@check("nodes.tagged", severity=Severity.LOW)
def nodes_tagged(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Nodes carry every tag of the environment, and those of the head or of their group.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        yield tagged(node.name, node.instance.tags, config, more=node.settings.tags)


@check("nodes.head_protected", severity=Severity.MEDIUM, applies=applies.is_protected)
def head_protected(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """A protected environment's head cannot be terminated by a slip.

    Fix: apply again.
    """
    protection = inventory.nodes.termination_protection
    for node in declared_nodes(inventory, config):
        if node.tier == "head":
            unread = Unreadable("ec2:DescribeInstanceAttribute", "no answer: the state names another head")
            yield expect(node.name, "termination protection", protection.get(node.instance.instance_id, unread), True)


def _unseen_volume(node: DeclaredNode, why: str) -> Verdict:
    """UNKNOWN: every node has a volume, so one without was not seen, for example because the state misses the node."""
    unread = Unreadable("ec2:DescribeVolumes", f"no answer: {why}", node.instance.instance_id)
    return Verdict(node.name, unread, str(unread))


def _volumes(inventory: Inventory, instance_id: str) -> list[Volume]:
    return [volume for volume in readable(inventory.nodes.volumes) if volume.instance_id == instance_id]
