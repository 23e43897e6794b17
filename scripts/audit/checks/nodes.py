"""Head and workers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from config.commands import make_command
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.label import CLUSTER_TAG
from config.ray_tags import RAY_CLUSTER, RAY_KIND, RAY_NODE_TYPE
from scripts.audit import applies
from scripts.audit.declared_nodes import (
    DeclaredNode,
    declared_names,
    declared_nodes,
    names_by_id,
    other_names,
    ray_type_of,
)
from scripts.audit.head_store import judge_head_store
from scripts.audit.node_script import node_script
from scripts.audit.node_user_data import judge_user_data
from scripts.audit.node_volumes import unseen_volume, volumes_of
from scripts.audit.ray_fleet import STOPPED
from scripts.audit.registry import Severity, check
from scripts.audit.secret_forms import secrets_in
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import encrypted_with_our_key, group_names, node_subnet_ids, present, tagged
from scripts.inventory import Inventory
from scripts.inventory.instances import Instance
from scripts.inventory.reading import Unreadable, readable

_AUTH_MODE = "RAY_AUTH_MODE"


@check("nodes.declared_nodes_there", severity=Severity.HIGH, applies=applies.has_fixed_nodes, setting="workers")
def declared_nodes_there(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every node that Terraform makes is there: the head, and in flavour static-ec2 the workers.

    Found by the id in Terraform's state: another instance of the same name is not the node.

    Why: what is missing does no work, and without the head there is no cluster.

    Fix: apply again.
    """
    there = {node.name for node in declared_nodes(inventory, config)}
    yield from present("the node", there, set(declared_names(config)))


@check("nodes.no_other_nodes", severity=Severity.MEDIUM, setting="workers", optional=applies.may_be_down)
def no_other_nodes(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """No other instance belongs to the cluster, and no node of Terraform's is there twice.

    An instance of Terraform's belongs to it by its id in the state: one that only has the name of a node is another. An
    instance of Ray's autoscaler belongs to it by three tags: the cluster's, Ray's, and a node type that the
    environment has.

    Why: it is paid for, and it has a place behind the walls.

    Fix: `count` of the worker group, or terminate the instance.
    """
    known = names_by_id(inventory, {*declared_names(config), *other_names(config)})
    for instance in readable(inventory.nodes.instances):
        type_ = ray_type_of(instance, config)
        if type_ is not None:
            yield Verdict(instance.instance_id, True, f"{shown(instance.name)} is of the node type {type_.name}")
            continue
        declared = instance.instance_id in known
        yield Verdict(instance.instance_id, declared, _declared(instance, declared, known))


@check(
    "nodes.running",
    severity=Severity.HIGH,
    standards=(
        "FSBP EC2.4",
        "Config ec2-stopped-instance",
    ),
    optional=applies.may_be_down,
)
def running(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every node runs; those that Ray's autoscaler stops and starts are judged by `autoscaling.no_stopped_nodes`.

    Why: a stopped node is still paid for: its volumes keep what was on them, and it gets no more patches.

    Fix: start the instance with the command of the finding, or find out why it stopped. An apply starts nothing.
    """
    for node in declared_nodes(inventory, config):
        if not node.type:
            found = expect(node.name, "state", node.instance.state, "running")
            hint = f"; start it: {_start_command(node, config)}" if node.instance.state in STOPPED else ""
            yield replace(found, detail=found.detail + hint)


@check("nodes.type_declared", severity=Severity.MEDIUM, setting="head.instance_type", optional=applies.may_be_down)
def type_declared(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every node has the declared instance type.

    Why: Ray plans work by the processors and memory that the environment file promises.

    Fix: `instance_type` of the head or of the worker group, then apply.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "instance type", node.instance.instance_type, node.settings.instance_type)


@check("nodes.image_architecture_fits", severity=Severity.MEDIUM, setting="head.ami", optional=applies.may_be_down)
def image_architecture_fits(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """The image is made for the processor of the node.

    Why: a node with another image does not boot after its next stop.

    Fix: `ami` of the head or of the worker group, then apply.
    """
    architectures = {image.image_id: image.architecture for image in readable(inventory.images)}
    for node in declared_nodes(inventory, config):
        # An image that its owner has withdrawn is no longer described; its instances run on.
        unread = Unreadable("ec2:DescribeImages", "no answer: nothing is known of the image", node.instance.image_id)
        found = architectures.get(node.instance.image_id, unread)
        yield expect(node.name, "architecture", found, str(node.settings.image_architecture))


@check("nodes.purchase_declared", severity=Severity.LOW, setting="workers", optional=applies.may_be_down)
def purchase_declared(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Nodes are spot or on-demand instances as declared; the head is never spot.

    Why: AWS takes spot instances back with two minutes' notice, and without its head the cluster is lost.

    Fix: `spot` of the worker group, then apply.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "spot", node.instance.spot, node.spot)


@check(
    "nodes.metadata_needs_token",
    severity=Severity.HIGH,
    standards=(
        "FSBP EC2.8",
        "CIS 5.6",
        "Config ec2-imdsv2-check",
    ),
    optional=applies.may_be_down,
)
def metadata_needs_token(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """The instance metadata service answers version 2 only: a forged request cannot fetch the role's credentials.

    Why: version 1 hands them to whoever makes a program on the node fetch an address.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "metadata tokens", node.instance.metadata_tokens, "required")


@check(
    "nodes.metadata_hops_declared",
    severity=Severity.MEDIUM,
    standards=("Config ec2-token-hop-limit-check",),
    setting="head.containers",
    optional=applies.may_be_down,
)
def metadata_hops_declared(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Answers of the metadata service travel one hop, or two where containers need the role.

    Why: with more hops, every container and proxy on the node can become the node.

    Fix: `containers` of the head or of the worker group, then apply.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "hop limit", node.instance.metadata_hop_limit, node.settings.metadata_hop_limit)


@check(
    "nodes.volumes_encrypted_with_our_key",
    severity=Severity.HIGH,
    standards=(
        "FSBP EC2.3",
        "Config encrypted-volumes",
    ),
    optional=applies.may_be_down,
)
def volumes_encrypted_with_our_key(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every volume of a node is encrypted with the key of the environment.

    Why: a volume outlives its node, and whoever may use its key may read it.

    Fix: replace the node: an unencrypted volume stays so.
    """
    for node in declared_nodes(inventory, config):
        volumes = volumes_of(inventory, node)
        if not volumes:
            yield unseen_volume(node, "nothing is known of its volumes")
        for volume in volumes:
            resource = f"{node.name} {volume.device}"
            if volume.encrypted:
                yield encrypted_with_our_key(resource, volume.kms_key_arn, inventory)
            else:
                yield Verdict(resource, False, "not encrypted")


@check(
    "nodes.root_volume_declared", severity=Severity.LOW, setting="head.root_volume_gib", optional=applies.may_be_down
)
def root_volume_declared(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Root volumes have the declared size and type.

    Why: Ray spills objects to this disk: too small or too slow, and jobs fail.

    Fix: `root_volume_gib` and `root_volume_type`, then apply.
    """
    for node in declared_nodes(inventory, config):
        volumes = volumes_of(inventory, node)
        root = next((volume for volume in volumes if volume.device == node.instance.root_device), None)
        if root is None:
            yield unseen_volume(node, "nothing is known of its root volume")
        else:
            wanted = (node.settings.root_volume_gib, node.settings.root_volume_type)
            yield expect(node.name, "GiB and type", (root.size_gib, root.type), wanted)


@check(
    "nodes.no_public_address",
    severity=Severity.HIGH,
    applies=applies.has_private_nodes,
    standards=(
        "FSBP EC2.9",
        "Config ec2-instance-no-public-ip",
    ),
    setting="access.public_nodes",
    optional=applies.may_be_down,
)
def no_public_address(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """No node has a public address.

    Why: an address is half of what the internet needs to reach a node; a security group's rule is the other half.

    Fix: release the address; `access.public_nodes: true` if it is wanted.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "public address", node.instance.public_ip, None)


@check("nodes.in_declared_subnets", severity=Severity.MEDIUM, setting="head.zone", optional=applies.may_be_down)
def in_declared_subnets(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every node stands in the declared subnet of its zone.

    Why: elsewhere it has other routes, and traffic between zones is paid for.

    Fix: `zone` or `zones`, then apply, which replaces the node.
    """
    zones = node_subnet_ids(inventory, config)
    for node in declared_nodes(inventory, config):
        zone = zones.get(node.instance.subnet_id)
        detail = f"zone of its node subnet is {shown(zone)}"
        ok = zone in node.zones
        yield Verdict(node.name, ok, detail if ok else f"{detail}, want {' or '.join(node.zones)}")


@check("nodes.guarded", severity=Severity.HIGH, optional=applies.may_be_down)
def nodes_guarded(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every node is in the security group of its tier and in no other.

    Why: rules of several groups add up, so that one more group can only open more.

    Fix: apply again.
    """
    names = group_names(inventory)
    for node in declared_nodes(inventory, config):
        groups = tuple(names.get(id_, id_) for id_ in node.instance.group_ids)
        yield expect(node.name, "security group", groups, (config.label.name(node.tier),))


@check(
    "nodes.profile_declared",
    severity=Severity.HIGH,
    standards=(
        "CIS 1.18",
        "Config ec2-instance-profile-attached",
    ),
    optional=applies.may_be_down,
)
def profile_declared(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every node has the instance profile of its tier.

    Why: without it the node finds no token, and with another one it may do what nobody declared.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "instance profile", node.instance.instance_profile, config.label.name(node.tier))


@check(
    "nodes.monitored",
    severity=Severity.LOW,
    standards=("Config ec2-instance-detailed-monitoring-enabled",),
    optional=applies.may_be_down,
)
def monitored(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Detailed monitoring is on.

    Why: without it CloudWatch has a figure every five minutes, which hides what a job does.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        # `pending` is what AWS says for the first minutes.
        on = node.instance.monitoring in ("enabled", "pending")
        yield expect(node.name, "detailed monitoring", on, True)


@check(
    "nodes.ebs_optimized",
    severity=Severity.LOW,
    standards=("Config ebs-optimized-instance",),
    optional=applies.may_be_down,
)
def ebs_optimized(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Nodes have bandwidth to their volumes of their own.

    Why: without it, spilling to disk and traffic between nodes slow each other down.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        yield expect(node.name, "EBS optimization", node.instance.ebs_optimized, True)


@check(
    "nodes.tagged",
    severity=Severity.LOW,
    standards=("Config required-tags",),
    setting="tags",
    optional=applies.may_be_down,
)
def nodes_tagged(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Nodes carry every tag of the environment, and those of the head or of their group.

    Why: bills, owners and this audit find what belongs together by its tags.

    Fix: apply again.
    """
    for node in declared_nodes(inventory, config):
        yield tagged(node.name, node.instance.tags, config, more=node.settings.tags)


@check("nodes.head_protected", severity=Severity.MEDIUM, applies=applies.has_protected_head, setting="protect")
def head_protected(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """A protected environment's head cannot be terminated by a slip.

    Why: with the head go all jobs, and unless it keeps its state elsewhere all that the cluster knows.

    Fix: apply again.
    """
    protection = inventory.nodes.termination_protection
    for node in declared_nodes(inventory, config):
        if node.tier == "head":
            unread = Unreadable("ec2:DescribeInstanceAttribute", "no answer: the state names another head")
            yield expect(node.name, "termination protection", protection.get(node.instance.instance_id, unread), True)


@check(
    "nodes.ray_token_on",
    severity=Severity.HIGH,
    applies=applies.has_token,
    setting="access.allow_unauthenticated",
    optional=applies.may_be_down,
)
def ray_token_on(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Ray asks for the token on every node: without it, whoever reaches one of its ports runs code on the cluster.

    Read in the unit that the node's user data writes.

    Why: security groups are one wall; the token is the second one.

    Fix: apply again, which replaces the node.
    """

    def judge(node: DeclaredNode, user_data: str) -> Iterator[Verdict]:
        mode = node_script(user_data).variables(node.tier).get(_AUTH_MODE)
        yield expect(node.name, _AUTH_MODE, mode, "token")

    yield from judge_user_data(inventory, config, judge)


@check("nodes.ray_flags_match_ports", severity=Severity.MEDIUM, setting="ray.ports", optional=applies.may_be_down)
def ray_flags_match_ports(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Ray is started with every port of the table pinned and no other: security groups open no port but those.

    Read in the unit and the start script that the node's user data writes.

    Why: a port that Ray chooses by itself is closed, and the cluster hangs; one too many, and nobody knows of it.

    Fix: `ray.ports`, then apply, which replaces the node.
    """

    def judge(node: DeclaredNode, user_data: str) -> Iterator[Verdict]:
        wanted = {*config.port_table.ray_start_flags(node.tier), *config.port_table.ray_variables(node.tier)}
        found = node_script(user_data).port_pins(node.tier)
        differences = {"missing": wanted - found, "not of the table": found - wanted}
        wrong = "; ".join(f"{what}: {shown(pins)}" for what, pins in differences.items() if pins)
        yield Verdict(node.name, not wrong, wrong or f"exactly the {len(wanted)} flags and variables of the table")

    yield from judge_user_data(inventory, config, judge)


@check(
    "nodes.no_secret_in_user_data", severity=Severity.HIGH, setting="head.bootstrap_hook", optional=applies.may_be_down
)
def no_secret_in_user_data(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Nothing in user data looks like a secret: what runs on the node, and whoever may describe instances, reads it.

    Why: it is kept as long as the instance, in plain text, and no one can tell who has read it.

    Fix: take it out of `bootstrap_hook`, where the node's role can read it from Secrets Manager, then change it.
    """

    def judge(node: DeclaredNode, user_data: str) -> Iterator[Verdict]:
        found = list(secrets_in(user_data))
        yield Verdict(node.name, not found, "; ".join(found) or "nothing that looks like a secret")

    yield from judge_user_data(inventory, config, judge)


@check(
    "nodes.head_storage_declared",
    severity=Severity.HIGH,
    applies=applies.has_head_storage,
    setting="ray.head_storage",
    optional=applies.may_be_down,
)
def head_storage_declared(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """The head keeps its state where declared: over TLS in our MemoryDB, as its own user; or on our encrypted volume.

    Read in the head's user data, and compared with the cluster or with the volume that is attached to the head.

    Why: otherwise a new head starts with nothing, and the state that it left is not where it was meant to be.

    Fix: `ray.head_storage`, then apply, which replaces the head.
    """

    def judge(node: DeclaredNode, user_data: str) -> Iterator[Verdict]:
        if node.tier == "head":
            yield from judge_head_store(node, node_script(user_data), inventory, config)

    yield from judge_user_data(inventory, config, judge)


def _start_command(node: DeclaredNode, config: FoundationConfig) -> str:
    """Where there is `make up`, it starts the head, as `make down` stopped it."""
    if applies.is_autoscaling(config):
        return make_command("up", config)
    return f"aws ec2 start-instances --instance-ids {node.instance.instance_id}"


def _declared(instance: Instance, declared: bool, known: Mapping[str, str]) -> str:
    """What is wrong with an instance: its name is taken, its tags of Ray are not of the cluster, or nobody wants it."""
    rightful = next((id_ for id_, name in known.items() if name == instance.name), None)
    if not declared and rightful is not None:
        return f"{shown(instance.name)} is not declared: that is {rightful} in Terraform's state"
    if declared or instance.tags.get(RAY_CLUSTER) is None:
        return f"{shown(instance.name)} is {'' if declared else 'not '}declared"
    tags = (CLUSTER_TAG, RAY_CLUSTER, RAY_KIND, RAY_NODE_TYPE)
    found = ", ".join(f"{tag} is {shown(instance.tags.get(tag))}" for tag in tags)
    return f"{shown(instance.name)} is not declared: {found}"
