"""Rules over head and workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.ec2_cluster import Ec2ClusterConfig
from config.hooks import hook_trouble
from config.instance_types import architecture_of, can_be_ebs_optimized, family_of, has_gpu, is_burstable, runs_linux
from config.label import is_own_tag
from config.nodes import RAY_RESOURCES, NodeConfig
from config.problems import Path, Problem, dotted
from config.rules.registry import rule
from config.static_ec2 import StaticEc2Config

_SPREAD_INSTANCES_PER_ZONE = 7
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-groups.html"""
_GP3_IOPS_PER_GIB = 500
_GP3_IOPS_PER_MIBPS = 4
_GP3_DEFAULT_IOPS = 3000
_GP3_MAX_IOPS = 16000
_IO2_IOPS_PER_GIB = 1000
"""https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html and provisioned-iops.html"""
_DLAMI_GIB = 100
"""EC2 refuses a volume smaller than the snapshot of the image. AWS does not document that size, which grows;
its console proposes 100: https://github.com/aws/deep-learning-containers/pull/2425"""


def declared_nodes(environment: Ec2ClusterConfig) -> Iterator[tuple[Path, NodeConfig]]:
    """The nodes of an environment, with the place of their settings."""
    yield ("head",), environment.head
    for name, group in environment.workers.items():
        yield ("workers", name), group


@rule("head", "workers")
def architecture_agrees(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """An image boots only on its own architecture."""
    for path, node in declared_nodes(environment):
        wanted = architecture_of(node.instance_type)
        if node.architecture is not None and node.architecture != wanted:
            yield Problem(
                (*path, "architecture"), f"got {node.architecture}", f"{wanted}, that of {node.instance_type}"
            )


@rule("head", "workers")
def image_is_of_one_architecture(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """An image given by id is of one architecture, so that all nodes that share it are."""
    first: dict[str, tuple[Path, NodeConfig]] = {}
    for path, node in declared_nodes(environment):
        if not node.ami.startswith("ami-"):
            continue
        other_path, other = first.setdefault(node.ami, (path, node))
        if node.image_architecture != other.image_architecture:
            yield Problem(
                (*path, "ami"),
                f"got {node.ami} for {node.image_architecture}, the image of {dotted(other_path)}",
                f"an image of its own: that one is for {other.image_architecture}",
            )


@rule("head", "workers")
def gpu_image_has_gpus(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """The GPU image carries NVIDIA drivers."""
    for path, node in declared_nodes(environment):
        if node.ami == "dlami-gpu" and not has_gpu(node.instance_type):
            yield Problem(
                (*path, "ami"),
                f"got dlami-gpu on {node.instance_type}",
                "an instance type with NVIDIA GPUs, or another image",
            )


@rule("head", "workers")
def node_tags_are_free(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Tags that Rayform sets itself cannot be set for a node either."""
    for path, node in declared_nodes(environment):
        for key in node.tags:
            if is_own_tag(key):
                yield Problem((*path, "tags", key), "got a tag that Rayform sets itself", "another key")


@rule("head", "workers")
def type_is_ebs_optimized(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Every node is EBS-optimized."""
    for path, node in declared_nodes(environment):
        if not can_be_ebs_optimized(node.instance_type):
            yield Problem(
                (*path, "instance_type"),
                f"got {node.instance_type}",
                "a type that can be EBS-optimized, such as t3 or m7i",
            )


@rule("head", "workers")
def type_runs_linux(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Every image is a Linux."""
    for path, node in declared_nodes(environment):
        if not runs_linux(node.instance_type):
            yield Problem(
                (*path, "instance_type"), f"got {node.instance_type}", "a type that runs Linux, such as m7g.large"
            )


@rule("head", "workers")
def root_volume_is_possible(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """EBS takes only some pairs of size, IOPS and throughput."""
    for path, node in declared_nodes(environment):
        size, iops, throughput = node.root_volume_gib, node.root_volume_iops, node.root_volume_throughput_mibps
        if node.ami == "dlami-gpu" and size < _DLAMI_GIB:
            yield Problem((*path, "root_volume_gib"), f"got {size}", f"at least {_DLAMI_GIB} for the image dlami-gpu")
        if node.root_volume_type == "io2":
            yield from _io2(path, size, iops, throughput)
        else:
            yield from _gp3(path, size, iops, throughput)


def _gp3(path: Path, size: int, iops: int | None, throughput: int | None) -> Iterator[Problem]:
    most = min(_GP3_MAX_IOPS, max(_GP3_DEFAULT_IOPS, _GP3_IOPS_PER_GIB * size))
    if iops is not None and not _GP3_DEFAULT_IOPS <= iops <= most:
        yield Problem(
            (*path, "root_volume_iops"), f"got {iops}", f"{_GP3_DEFAULT_IOPS} to {most} for gp3 of {size} GiB"
        )
    if throughput is not None and throughput * _GP3_IOPS_PER_MIBPS > (iops or _GP3_DEFAULT_IOPS):
        yield Problem(
            (*path, "root_volume_throughput_mibps"),
            f"got {throughput}",
            f"at most a quarter of root_volume_iops, {(iops or _GP3_DEFAULT_IOPS) // _GP3_IOPS_PER_MIBPS}",
        )


def _io2(path: Path, size: int, iops: int | None, throughput: int | None) -> Iterator[Problem]:
    if iops is None:
        yield Problem((*path, "root_volume_iops"), "got nothing", "IOPS for io2")
    elif iops > _IO2_IOPS_PER_GIB * size:
        yield Problem(
            (*path, "root_volume_iops"), f"got {iops}", f"at most {_IO2_IOPS_PER_GIB * size} for io2 of {size} GiB"
        )
    if throughput is not None:
        yield Problem((*path, "root_volume_throughput_mibps"), f"got {throughput}", "no throughput for io2")


@rule("head", "workers", "network", "access", "region")
def zones_are_the_networks(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Nodes stand in zones that have a subnet for them."""
    there = environment.node_zones
    wanted: list[tuple[Path, list[str]]] = [
        (("head", "zone"), [environment.head.zone] if environment.head.zone else [])
    ]
    wanted += [(("workers", name, "zones"), group.zones or []) for name, group in environment.workers.items()]
    for path, zones in wanted:
        yield from zones_without_subnet(path, zones, there)


def zones_without_subnet(path: Path, zones: Sequence[str], there: Sequence[str]) -> Iterator[Problem]:
    """Zones in which nothing can be placed."""
    for zone in zones:
        if zone not in there:
            yield Problem(path, f"got {zone}", f"a zone with a subnet for nodes: {', '.join(there)}")


@rule("workers")
def worker_zones_are_named_once(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Workers are spread evenly over zones, each of which counts once."""
    for name, worker in environment.workers.items():
        yield from named_twice(("workers", name, "zones"), worker.zones or [], "zone")


def named_twice(path: Path, names: Sequence[str], kind: str) -> Iterator[Problem]:
    """What stands more than once in a list."""
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield Problem(path, f"got {name} twice", f"each {kind} once")


@rule("workers", "network", "access", "region")
def placement_group_is_possible(environment: StaticEc2Config) -> Iterator[Problem]:
    """`cluster` groups stay in one zone; `spread` groups hold seven instances a zone."""
    for name, group in environment.workers.items():
        zones = group.zones or environment.node_zones
        if group.placement_group == "cluster" and len(zones) > 1:
            yield Problem(
                ("workers", name, "placement_group"),
                f"got cluster over {len(zones)} zones",
                f"one zone: workers.{name}.zones: [{zones[0]}]",
            )
        if group.placement_group == "cluster" and is_burstable(group.instance_type):
            yield Problem(
                ("workers", name, "placement_group"),
                f"got cluster of {group.instance_type}",
                "a type that is not burstable",
            )
        most = _SPREAD_INSTANCES_PER_ZONE * len(zones)
        if group.placement_group == "spread" and group.count > most:
            yield Problem(
                ("workers", name, "count"), f"got {group.count}", f"at most {most} with placement_group: spread"
            )


def _amount(path: Path, name: str, amount: float) -> Iterator[Problem]:
    if name == "object_store_memory":
        yield Problem(path, "got a resource", "ray.object_store_memory_gib instead")
    elif name not in RAY_RESOURCES and name.lower() in {known.lower() for known in RAY_RESOURCES}:
        yield Problem(path, "got a name that Ray does not know", " or ".join(RAY_RESOURCES) + ", written so")
    elif amount < 0 or amount != int(amount):
        yield Problem(path, f"got {amount:g}", "a whole number of at least 0")


@rule("head", "workers")
def image_knows_the_processor(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Amazon Linux 2023 needs instructions that the first Graviton lacks.

    https://docs.aws.amazon.com/linux/al2023/ug/system-requirements.html
    """
    for path, node in declared_nodes(environment):
        if node.ami == "al2023" and family_of(node.instance_type) == "a1":
            yield Problem((*path, "ami"), f"got al2023 on {node.instance_type}", "an Ubuntu image, or a newer type")


@rule("head", "workers")
def resources_are_possible(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A node has whole amounts of a resource; tasks take parts of them."""
    for path, node in declared_nodes(environment):
        for name, amount in node.resources.items():
            yield from _amount((*path, "resources", name), name, amount)


@rule("head", "workers")
def login_user_is_not_known(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """The presets have users of their own."""
    for path, node in declared_nodes(environment):
        if node.login_user is not None and not node.ami.startswith("ami-"):
            yield Problem(
                (*path, "login_user"), f"got {node.login_user}", f"nothing: {node.ami} has {node.preset_user}"
            )


@rule("head", "workers")
def bootstrap_hook_is_there(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A hook is a script beside the environment file."""
    for path, node in declared_nodes(environment):
        if node.bootstrap_hook is not None:
            trouble = hook_trouble(environment.hook_file(node.bootstrap_hook))
            if trouble is not None:
                yield Problem((*path, "bootstrap_hook"), f"got {node.bootstrap_hook}, {trouble[0]}", trouble[1])
