"""What a node type says that its nodes have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.instance_types import has_gpu, vcpus_of
from scripts.cluster_yaml.lint.cluster import Cluster, NodeType, mapping, number, shown
from scripts.cluster_yaml.lint.registry import Hit, Severity, trap

_LABELS = "_private/label_utils.py"
_RAYS_NAMES = {"cpu": "CPU", "gpu": "GPU", "num_cpus": "CPU", "num_gpus": "GPU", "tpu": "TPU"}
_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?")
_LONGEST_PREFIX = 253


@trap("resources-autodetected", Severity.MEDIUM, "autoscaler/_private/commands.py")
def resources_autodetected(cluster: Cluster) -> Iterator[Hit]:
    """`resources` are left to autodetection.

    Why: Ray asks DescribeInstanceTypes. Where that fails (no right, no network) it only warns: a node type with
    `resources: {}` then has none and is never launched, one without `resources` is refused.

    Want: `resources` with `CPU`, and `GPU` where the type has some.
    """
    for node in cluster.node_types:
        names = _resources(node)
        wanted = ["CPU", *(["GPU"] if node.instance_type and has_gpu(node.instance_type) else [])]
        lacking = [name for name in wanted if name not in names]
        if lacking and not {name.lower() for name in lacking} & names.keys():
            got = f"no {' and no '.join(lacking)}" if names else shown(node.fields.get("resources", "none"))
            yield Hit((*node.place, "resources"), got, node.subject)


@trap("resources-beyond-type", Severity.MEDIUM, "https://docs.ray.io/en/latest/ray-core/scheduling/resources.html")
def resources_beyond_type(cluster: Cluster) -> Iterator[Hit]:
    """`resources` promise more than the instance type has.

    Why: Ray takes the numbers as they are: tasks for the GPU land where there is none, and more tasks than vCPUs run
    side by side.

    Want: `CPU` of at most the type's vCPUs, and `GPU` only on a type with GPUs.
    """
    for node in cluster.node_types:
        if not node.instance_type:
            continue
        names, most = _resources(node), vcpus_of(node.instance_type)
        if most is not None and number(names.get("CPU")) > most:
            got = f"CPU {number(names['CPU']):g}, {shown(node.instance_type)} has at most {most}"
            yield Hit((*node.place, "resources", "CPU"), got, node.subject)
        if number(names.get("GPU")) > 0 and not has_gpu(node.instance_type):
            got = f"GPU {number(names['GPU']):g}, {shown(node.instance_type)} has none"
            yield Hit((*node.place, "resources", "GPU"), got, node.subject)


@trap("resource-name-case", Severity.MEDIUM, "https://docs.ray.io/en/latest/ray-core/scheduling/resources.html")
def resource_name_case(cluster: Cluster) -> Iterator[Hit]:
    """A resource has nearly the name of one of Ray's.

    Why: names are case-sensitive: `cpu` is a custom resource that no task asks for.

    Want: `CPU`, `GPU`, `TPU`, `memory`, `object_store_memory`.
    """
    for node in cluster.node_types:
        for name in _resources(node):
            wanted = _RAYS_NAMES.get(name.lower())
            if wanted not in (None, name):
                yield Hit((*node.place, "resources", name), shown(name), node.subject)


@trap("label-invalid", Severity.MEDIUM, _LABELS)
def label_invalid(cluster: Cluster) -> Iterator[Hit]:
    """A label that is not well-formed, or one of Ray's own.

    Why: Ray checks labels in selectors and on its command line, not those of a node type. No selector can ask for one
    that is not well-formed. What stands under ray.io/ takes the place of what Ray finds out about the node by itself,
    true or not, and tasks are placed by it.

    Want: at most 63 letters, digits and `-_.`, a letter or digit first and last; before a `/` a DNS name that is not
    ray.io.
    """
    for node in cluster.node_types:
        starts_itself = "UserData" in node.config or (node.is_head and not cluster.has_updaters)
        for key, value in mapping(node.fields.get("labels")).items():
            # A node that starts Ray by itself has them from there; the file then only tells the autoscaler.
            rays_own = key.startswith("ray.io/") and not starts_itself
            if rays_own or not _is_key(key) or not _is_value(value):
                yield Hit((*node.place, "labels", key), shown(f"{key}: {value}"), node.subject)


def _resources(node: NodeType) -> dict[str, object]:
    return mapping(node.fields.get("resources"))


def _is_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > _LONGEST_PREFIX or not all(_NAME.fullmatch(part) for part in prefix.split("."))):
        return False
    return _NAME.fullmatch(name) is not None


def _is_value(value: object) -> bool:
    # Other kinds than text are refused by Ray's schema: `wrong-kind` says so.
    return not isinstance(value, str) or value == "" or _NAME.fullmatch(value) is not None
