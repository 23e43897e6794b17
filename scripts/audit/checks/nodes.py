"""Head and workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config.static_ec2 import StaticEc2Config
from scripts.audit import applies
from scripts.audit.declared_nodes import DeclaredNode, declared_names, declared_nodes
from scripts.audit.node_script import NodeScript, node_script
from scripts.audit.registry import Severity, check
from scripts.audit.secret_forms import secrets_in
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import encrypted_with_our_key, group_names, node_subnet_ids, present, tagged
from scripts.inventory import Inventory
from scripts.inventory.instances import Volume
from scripts.inventory.reading import Unreadable, each, readable

_AUTH_MODE = "RAY_AUTH_MODE"


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


@check("nodes.ray_token_on", severity=Severity.HIGH, applies=applies.has_token)
def ray_token_on(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Ray asks for the token on every node: without it, whoever reaches one of its ports runs code on the cluster.

    Read in the unit that the node's user data writes.

    Fix: apply again, which replaces the node.
    """

    def judge(node: DeclaredNode, user_data: str) -> Iterator[Verdict]:
        mode = node_script(user_data).variables(node.tier).get(_AUTH_MODE)
        yield expect(node.name, _AUTH_MODE, mode, "token")

    yield from _of_user_data(inventory, config, judge)


@check("nodes.ray_flags_match_ports", severity=Severity.MEDIUM)
def ray_flags_match_ports(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Ray is started with every port of the table pinned and no other: security groups open no port but those.

    Read in the unit and the start script that the node's user data writes.

    Fix: `ray.ports`, then apply, which replaces the node.
    """

    def judge(node: DeclaredNode, user_data: str) -> Iterator[Verdict]:
        wanted = {*config.port_table.ray_start_flags(node.tier), *config.port_table.ray_variables(node.tier)}
        found = node_script(user_data).port_pins(node.tier)
        differences = {"missing": wanted - found, "not of the table": found - wanted}
        wrong = "; ".join(f"{what}: {shown(pins)}" for what, pins in differences.items() if pins)
        yield Verdict(node.name, not wrong, wrong or f"exactly the {len(wanted)} flags and variables of the table")

    yield from _of_user_data(inventory, config, judge)


@check("nodes.no_secret_in_user_data", severity=Severity.HIGH)
def no_secret_in_user_data(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Nothing in user data looks like a secret: what runs on the node, and whoever may describe instances, reads it.

    Fix: take it out of `bootstrap_hook`, where the node's role can read it from Secrets Manager, then change it.
    """

    def judge(node: DeclaredNode, user_data: str) -> Iterator[Verdict]:
        found = list(secrets_in(user_data))
        yield Verdict(node.name, not found, "; ".join(found) or "nothing that looks like a secret")

    yield from _of_user_data(inventory, config, judge)


@check("nodes.head_storage_declared", severity=Severity.HIGH, applies=applies.has_head_storage)
def head_storage_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The head keeps its state where declared: over TLS in our MemoryDB, as its own user; or on our encrypted volume.

    Read in the head's user data, and compared with the cluster or with the volume that is attached to the head.

    Fix: `ray.head_storage`, then apply, which replaces the head.
    """

    def judge(node: DeclaredNode, user_data: str) -> Iterator[Verdict]:
        script = node_script(user_data)
        if node.tier == "worker":
            return
        if config.ray.head_storage == "memorydb":
            yield from _in_memorydb(node, script, inventory, config)
        else:
            yield from _on_volume(node, script, inventory)

    yield from _of_user_data(inventory, config, judge)


def _in_memorydb(
    node: DeclaredNode, script: NodeScript, inventory: Inventory, config: StaticEc2Config
) -> Iterator[Verdict]:
    variables, label = script.variables("head"), config.label
    yield expect(node.name, "namespace", variables.get("RAY_external_storage_namespace"), label.cluster)
    yield expect(node.name, "user", script.redis_user_names, {label.name("gcs")})
    yield expect(node.name, "secret of the password", script.redis_password_secrets, {label.name("memorydb-password")})
    clusters = [cluster for cluster in each(inventory.memorydb.clusters) if cluster.name == label.name("gcs")]
    wanted = next((f"rediss://{cluster.endpoint}" for cluster in clusters), "that of a cluster that is there")
    yield expect(node.name, "address of the store", variables.get("RAY_REDIS_ADDRESS"), wanted)


def _on_volume(node: DeclaredNode, script: NodeScript, inventory: Inventory) -> Iterator[Verdict]:
    yield expect(node.name, "kind of the store", script.variables("head").get("RAY_gcs_storage"), "rocksdb")
    attached = {volume.volume_id: volume for volume in _volumes(inventory, node.instance.instance_id)}
    if not attached:
        yield _unseen_volume(node, "nothing is known of its volumes")
        return
    volumes = [attached.get(id_) for id_ in script.volume_ids]
    if len(volumes) != 1 or volumes[0] is None:
        yield Verdict(node.name, False, f"volume of the store is {shown(script.volume_ids)}, want one that is attached")
    elif not volumes[0].encrypted:
        yield Verdict(node.name, False, f"volume {volumes[0].volume_id} is not encrypted")
    else:
        yield encrypted_with_our_key(f"{node.name} {volumes[0].device}", volumes[0].kms_key_arn, inventory)


def _of_user_data(
    inventory: Inventory, config: StaticEc2Config, judge: Callable[[DeclaredNode, str], Iterator[Verdict]]
) -> Iterator[Verdict]:
    """Judge what the nodes' user data says; UNKNOWN for a node of which it was not read."""
    for node in declared_nodes(inventory, config):
        id_ = node.instance.instance_id
        unread = Unreadable("ec2:DescribeInstanceAttribute", "no answer: the state does not know the node", id_)
        user_data = inventory.nodes.user_data.get(id_, unread)
        if isinstance(user_data, Unreadable):
            yield Verdict(node.name, user_data, str(user_data))
        else:
            yield from judge(node, user_data.text)


def _unseen_volume(node: DeclaredNode, why: str) -> Verdict:
    """UNKNOWN: every node has a volume, so one without was not seen, for example because the state misses the node."""
    unread = Unreadable("ec2:DescribeVolumes", f"no answer: {why}", node.instance.instance_id)
    return Verdict(node.name, unread, str(unread))


def _volumes(inventory: Inventory, instance_id: str) -> list[Volume]:
    return [volume for volume in readable(inventory.nodes.volumes) if volume.instance_id == instance_id]
