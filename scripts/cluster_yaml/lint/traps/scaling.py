"""How many nodes of which kind, and when they go."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import DEFAULT_MAX_WORKERS, Cluster, mapping, number, shown
from scripts.cluster_yaml.lint.registry import Hit, Severity, trap

_UTIL = "autoscaler/_private/util.py"
_V2_CONFIG = "autoscaler/v2/instance_manager/config.py"
_PROVIDER = "autoscaler/_private/aws/node_provider.py"
_LONGEST_IDLE_MINUTES = 24 * 60


@trap("stopped-nodes-kept", Severity.HIGH, "https://github.com/ray-project/ray/issues/6207")
def stopped_nodes_kept(cluster: Cluster) -> Iterator[Hit]:
    """Nodes are stopped and not terminated, which is Ray's default.

    Why: volumes of stopped nodes are billed until somebody terminates them by hand, as `ray down` does not. Without
    rights to StopInstances and StartInstances, idle workers go on running.

    Want: `provider: {cache_stopped_nodes: false}`.
    """
    if cluster.caches_stopped_nodes:
        got = shown(cluster.provider.get("cache_stopped_nodes", "none, which means true"))
        yield Hit(("provider", "cache_stopped_nodes"), got, "provider")


@trap("spot-never-cached", Severity.LOW, _PROVIDER)
def spot_never_cached(cluster: Cluster) -> Iterator[Hit]:
    """`cache_stopped_nodes: true` does nothing for spot nodes.

    Why: Ray cannot stop spot instances and terminates them.

    Want: `cache_stopped_nodes: false`, or on-demand workers.
    """
    for node in cluster.node_types if cluster.provider.get("cache_stopped_nodes") else ():
        if node.is_spot:
            yield Hit(node.at("InstanceMarketOptions"), "spot with cached nodes", node.subject)


@trap(
    "spot-head",
    Severity.HIGH,
    "https://docs.ray.io/en/latest/ray-core/fault_tolerance/gcs.html",
)
def spot_head(cluster: Cluster) -> Iterator[Hit]:
    """The head is a spot instance.

    Why: when EC2 takes it back, the cluster and all its jobs are gone, and the workers that run are billed on with
    nobody to terminate them.

    Want: a head without `InstanceMarketOptions`.
    """
    if cluster.head is not None and cluster.head.is_spot:
        yield Hit(cluster.head.at("InstanceMarketOptions"), "spot", cluster.head.subject)


@trap("spot-persistent", Severity.HIGH, "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html")
def spot_persistent(cluster: Cluster) -> Iterator[Hit]:
    """A persistent spot request launches again what Ray terminates.

    Why: a persistent request stays open until it is cancelled, which Ray never does.

    Want: `SpotInstanceType: one-time`, or no `SpotInstanceType`.
    """
    for node in cluster.node_types:
        if mapping(node.market.get("SpotOptions")).get("SpotInstanceType") == "persistent":
            yield Hit(node.at("InstanceMarketOptions", "SpotOptions", "SpotInstanceType"), "persistent", node.subject)


@trap("spot-max-price", Severity.LOW, "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html")
def spot_max_price(cluster: Cluster) -> Iterator[Hit]:
    """`MaxPrice` makes spot nodes end more often.

    Why: the default is the on-demand price; below it EC2 interrupts more and launches less, and nothing is saved, as
    everybody pays the market price.

    Want: no `MaxPrice`.
    """
    for node in cluster.node_types:
        options = mapping(node.market.get("SpotOptions"))
        if "MaxPrice" in options:
            place = node.at("InstanceMarketOptions", "SpotOptions", "MaxPrice")
            yield Hit(place, shown(options["MaxPrice"]), node.subject)


@trap("spot-without-fallback", Severity.LOW, "autoscaler/v2/scheduler.py")
def spot_without_fallback(cluster: Cluster) -> Iterator[Hit]:
    """All workers are spot instances.

    Why: when a launch fails Ray scores other node types higher for a while; where all are spot there is none to take.

    Want: an on-demand node type beside, of lower `priority`.
    """
    workers = cluster.workers
    if workers and all(node.is_spot for node in workers):
        yield Hit(workers[0].at("InstanceMarketOptions"), "spot in every node type of workers", workers[0].subject)


@trap("min-over-max", Severity.HIGH, _V2_CONFIG)
def min_over_max(cluster: Cluster) -> Iterator[Hit]:
    """`min_workers` is negative, or above the node type's `max_workers`.

    Why: `ray up` takes it, then the autoscaler on the head ends in an AssertionError and no worker ever starts.

    Want: 0 ≤ `min_workers` ≤ `max_workers`.
    """
    for node in cluster.node_types:
        low = number(node.fields.get("min_workers"))
        # The head's own node counts, and max_workers is 0 by default there.
        default = 0 if node.is_head else cluster.max_workers
        high = number(node.fields.get("max_workers"), default) + (1 if node.is_head else 0)
        if low < 0 or low > high:
            got = f"min_workers {low:g}, max_workers {high - node.is_head:g}"
            yield Hit((*node.place, "min_workers"), got, node.subject)


@trap("min-sum-over-global", Severity.HIGH, _UTIL)
def min_sum_over_global(cluster: Cluster) -> Iterator[Hit]:
    """The `min_workers` of all node types are more than the global `max_workers`.

    Why: `ray up` ends in a ValueError. Without a global `max_workers` it is 2.

    Want: a global `max_workers` of that sum or more.
    """
    total = sum(number(node.fields.get("min_workers")) for node in cluster.node_types)
    if total > cluster.max_workers:
        yield Hit(("max_workers",), f"{total:g} together, max_workers {cluster.max_workers:g}")


@trap("max-workers-capped", Severity.MEDIUM, "autoscaler/aws/defaults.yaml")
def max_workers_capped(cluster: Cluster) -> Iterator[Hit]:
    """A node type's `max_workers` is above the global one, which caps it.

    Why: Ray launches no more than the global `max_workers`, which is 2 where the file names none.

    Want: a global `max_workers` for all node types together.
    """
    for node in cluster.workers:
        high = number(node.fields.get("max_workers"))
        if high > cluster.max_workers:
            missing = "" if "max_workers" in cluster.fields else f", {DEFAULT_MAX_WORKERS} by default"
            got = f"{high:g}, global max_workers {cluster.max_workers:g}{missing}"
            yield Hit((*node.place, "max_workers"), got, node.subject)


@trap("head-type-as-worker", Severity.MEDIUM, _UTIL)
def head_type_as_worker(cluster: Cluster) -> Iterator[Hit]:
    """The head's node type has `max_workers` above 0.

    Why: the autoscaler then launches workers of the head's type, with the head's instance profile.

    Want: `max_workers: 0`, and a node type of its own for such workers.
    """
    head = cluster.head
    if head is not None and number(head.fields.get("max_workers")) > 0:
        yield Hit((*head.place, "max_workers"), shown(head.fields["max_workers"]), head.subject)


@trap("idle-timeout-zero", Severity.LOW, "autoscaler/v2/scheduler.py")
def idle_timeout_zero(cluster: Cluster) -> Iterator[Hit]:
    """Nodes go the moment that they are idle.

    Why: a node is terminated between two tasks, and the next one waits minutes for another.

    Want: `idle_timeout_minutes: 5` or so.
    """
    for place, minutes, subject in _idle_minutes(cluster):
        if minutes == 0:
            yield Hit(place, "0", subject)


@trap("idle-timeout-long", Severity.LOW, "autoscaler/v2/scheduler.py")
def idle_timeout_long(cluster: Cluster) -> Iterator[Hit]:
    """Idle nodes stay for a day or longer.

    Why: they are billed all that time; the field of a node type is in seconds, the global one in minutes.

    Want: an `idle_timeout_minutes` below 1440.
    """
    for place, minutes, subject in _idle_minutes(cluster):
        if minutes >= _LONGEST_IDLE_MINUTES:
            yield Hit(place, f"{minutes:g} minutes", subject)


@trap("upscaling-speed-zero", Severity.LOW, "autoscaler/v2/instance_manager/reconciler.py")
def upscaling_speed_zero(cluster: Cluster) -> Iterator[Hit]:
    """`upscaling_speed: 0` launches one node of a type at a time.

    Why: the number of nodes started at once is the speed times the nodes that run, at least one.

    Want: `upscaling_speed: 1.0`, Ray's default for `ray up`, or more.
    """
    speed = cluster.fields.get("upscaling_speed")
    if number(speed, 1) == 0:
        yield Hit(("upscaling_speed",), shown(speed))


def _idle_minutes(cluster: Cluster) -> Iterator[tuple[tuple[str, ...], float, str]]:
    if isinstance(minutes := cluster.fields.get("idle_timeout_minutes"), int | float):
        yield ("idle_timeout_minutes",), number(minutes, 1), ""
    for node in cluster.workers:
        if isinstance(seconds := node.fields.get("idle_timeout_s"), int | float):
            yield ("available_node_types", node.name, "idle_timeout_s"), number(seconds, 60) / 60, node.subject
