"""Nodes that Ray's autoscaler makes, and what lets it make them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from config.autoscaling_ec2 import HEAD_TYPE, AutoscalingEc2Config
from config.commands import make_command
from config.ray_tags import RAY_LAUNCH_CONFIG
from scripts.audit import applies
from scripts.audit.declared_nodes import declared_nodes, most_of, ray_type_of, ray_types
from scripts.audit.iam_effect.judging import Access, judge_access
from scripts.audit.iam_effect.launching import abuses, can, launches
from scripts.audit.iam_effect.roles import subject_of, without_declared_policies
from scripts.audit.launch_configs import differences, launch_configs
from scripts.audit.launched import LAUNCHED, launched_by
from scripts.audit.ray_fleet import fleet_of
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.audit.wanted import node_subnet_ids
from scripts.inventory import Inventory
from scripts.inventory.images import pinned_images
from scripts.inventory.instances import RUNNING, Instance
from scripts.inventory.reading import NotReadableError, Unreadable, each, readable


@check("autoscaling.one_head", severity=Severity.HIGH, applies=applies.is_autoscaling, setting="head.managed_by")
def one_head(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """There is one head, or, where `ray up` makes it, none as long as the cluster is down.

    Why: two heads launch workers for one cluster, each blind to those of the other, and both are paid for.

    Fix: apply again or `make up`; terminate the head that the DNS record does not lead to.
    """
    heads = fleet_of(inventory, config).heads
    names = ", ".join(head.instance_id for head in heads)
    if not heads and applies.is_made_by_ray_up(config):
        yield Verdict(config.label.cluster, True, "no head: the cluster is down")
    elif len(heads) == 1:
        yield Verdict(config.label.cluster, True, f"the head is {names}")
    else:
        yield Verdict(config.label.cluster, False, f"there are {len(heads)} heads, want 1: {names or 'none'}")


@check("autoscaling.workers_have_head", severity=Severity.HIGH, applies=applies.is_autoscaling)
def workers_have_head(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """No worker runs without a head that runs.

    Why: only the head ends workers. Without it they run, and are billed, until somebody sees them.

    Fix: bring the head back by an apply or `make up`; or `make down`, which ends them all.
    """
    fleet = fleet_of(inventory, config)
    workers = fleet.running_workers
    if workers and not fleet.running_heads:
        detail = f"{_counted(workers)} without a head: nobody ends them"
        yield Verdict(workers[0].instance_id, False, detail)
    else:
        yield Verdict(config.label.cluster, True, f"{len(workers)} workers run")


@check(
    "autoscaling.no_stopped_nodes",
    severity=Severity.MEDIUM,
    applies=applies.is_autoscaling,
    standards=("FSBP EC2.4", "Config ec2-stopped-instance"),
    setting="autoscaler.cache_stopped_nodes",
)
def no_stopped_nodes(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """No node of Ray's is stopped, unless the environment has idle ones stopped; what their volumes hold is said.

    A head of Terraform's that is stopped, as `make down` does, is a finding of `nodes.running`.

    Why: a stopped node costs its volumes, keeps what was on them, and gets no patches. Ray's own default is to stop
    idle workers, which is why clusters are found years later.

    Fix: terminate the instance; `autoscaler.cache_stopped_nodes: true` where they are wanted.
    """
    fixed = {node.instance.instance_id for node in declared_nodes(inventory, config) if not node.type}
    stopped = [node for node in fleet_of(inventory, config).stopped if node.instance_id not in fixed]
    if not stopped:
        yield Verdict(config.label.cluster, True, "none is stopped")
        return
    ids = {node.instance_id for node in stopped}
    gib = sum(volume.size_gib for volume in readable(inventory.nodes.volumes) if volume.instance_id in ids)
    detail = f"{_counted(stopped)} stopped, their volumes of {gib} GiB are billed"
    yield Verdict(stopped[0].instance_id, config.autoscaler.cache_stopped_nodes, detail)


@check(
    "autoscaling.no_nodes_elsewhere", severity=Severity.HIGH, applies=applies.is_autoscaling, setting="network.existing"
)
def no_nodes_elsewhere(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """No instance of the region carries Ray's tag of this cluster and stands outside of its VPC.

    Inside of it, `nodes.in_declared_subnets` and `nodes.no_public_address` judge each.

    Why: Ray knows its nodes by that tag alone: it counts such an instance among its own, and ends it as one. In
    another VPC it has other routes, groups and addresses than anybody declared.

    Fix: terminate the instance, or give the other cluster another name.
    """
    found = readable(inventory.nodes.elsewhere)
    for node in found:
        where = f"{node.vpc_id or 'no VPC'} {node.subnet_id}".rstrip()
        address = f", public address {node.public_ip}" if node.public_ip else ""
        yield Verdict(node.instance_id, False, f"{node.name or 'an instance'} stands in {where}{address}")
    if not found:
        yield Verdict(config.label.cluster, True, "all stand in the VPC")


@check("autoscaling.max_workers_kept", severity=Severity.MEDIUM, applies=applies.is_autoscaling, setting="workers")
def max_workers_kept(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """No more workers run than `max_workers` allows, of each type and in all.

    Why: the autoscaler keeps to it, so that one too many is somebody else's, or not known to the head any more.

    Fix: terminate the worker that Ray does not know (`make audit ASK_RAY=1`); or a larger `max_workers`.
    """
    running = _running_by_type(inventory, config)
    total = sum(count for name, count in running.items() if name != HEAD_TYPE)
    for name, type_ in ray_types(config).items():
        most = most_of(type_)
        yield Verdict(f"{config.label.cluster} {name}", running[name] <= most, f"{running[name]} of {most} run")
    detail = f"{total} of {config.max_workers} workers run"
    yield Verdict(config.label.cluster, total <= config.max_workers, detail)


@check(
    "autoscaling.room_for_workers",
    severity=Severity.MEDIUM,
    applies=applies.is_autoscaling,
    setting="network.subnet_prefix",
)
def room_for_workers(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """The subnets of a node type have addresses left for as many nodes as the autoscaler may still make of it.

    Why: when the subnets are full, the autoscaler asks for workers in vain, and jobs wait.

    Fix: a smaller `max_workers`, more `zones`, or larger subnets.
    """
    running, zones = _running_by_type(inventory, config), node_subnet_ids(inventory, config)
    rooms = {room.subnet_id: room.free_addresses for room in readable(inventory.account.subnets)}

    def judged(resource: str, of: Iterable[str], more: int) -> Verdict:
        wanted = [id_ for id_, zone in zones.items() if zone in of]
        missing = next((id_ for id_ in wanted if id_ not in rooms), None)
        if missing is not None:
            unread = Unreadable("ec2:DescribeSubnets", "no answer: nothing is known of its addresses", missing)
            return Verdict(resource, unread, str(unread))
        free = sum(rooms[id_] for id_ in wanted)
        return Verdict(resource, free >= more, f"{free} addresses left for {max(more, 0)} nodes that may come")

    workers = {name: type_ for name, type_ in ray_types(config).items() if type_.tier == "worker"}
    for name, type_ in workers.items():
        most = min(most_of(type_), config.max_workers)
        yield judged(f"{config.label.cluster} {name}", config.zones_of(type_), most - running[name])
    everywhere = {zone for type_ in workers.values() for zone in config.zones_of(type_)}
    total = sum(running[name] for name in workers)
    yield judged(config.label.cluster, everywhere, config.max_workers - total)


@check(
    "autoscaling.head_kept_by_next_up",
    severity=Severity.MEDIUM,
    applies=applies.is_made_by_ray_up,
    setting="head",
    optional=True,
)
def head_kept_by_next_up(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """The head was launched as the next `make up` would launch it: Ray's fingerprint of the launch is that of now.

    Image, instance type, boot script and all else, compared with the configuration that the last apply published.

    Why: Ray compares, too: at any difference the next `make up` terminates the head, and with it all that runs.

    Fix: `make up` at a time that suits; or take the change back, and apply.
    """
    wanted = launch_configs(inventory.state)[HEAD_TYPE]
    for node in declared_nodes(inventory, config):
        if node.tier == "head":
            found = "; ".join(differences(node.instance, wanted, inventory))
            if not found and node.instance.tags.get(RAY_LAUNCH_CONFIG) != wanted.fingerprint:
                found = f"{RAY_LAUNCH_CONFIG} is of other settings or, by a `ray up` without make, of another key"
            yield Verdict(node.name, not found, f"the next `make up` replaces it: {found}" if found else "as now")


@check(
    "autoscaling.workers_up_to_date",
    severity=Severity.LOW,
    applies=applies.is_autoscaling,
    setting="workers",
    optional=True,
)
def workers_up_to_date(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """Workers were launched as the autoscaler would launch them now: same image, instance type and boot script.

    Compared with the configuration that the last apply published.

    Why: a change reaches new workers only. Those that are never idle stay as they were: without the patches of the
    newer image, and with the versions of before.

    Fix: let them become idle, or terminate them: the autoscaler makes new ones.
    """
    wanted = launch_configs(inventory.state)
    for node in declared_nodes(inventory, config):
        if node.tier == "worker" and node.type in wanted and node.instance.state in RUNNING:
            try:
                found = "; ".join(differences(node.instance, wanted[node.type], inventory))
                yield Verdict(node.name, not found, f"launched otherwise: {found}" if found else "as now")
            except NotReadableError as error:
                yield Verdict(node.name, error.unreadable, str(error))


@check("autoscaling.images_there", severity=Severity.HIGH, applies=applies.is_autoscaling, setting="workers")
def images_there(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """The image that each node type is launched with can still be had.

    An apply pins the image of a type; its owner may deregister it later, or no longer share it.

    Why: what runs runs on, but no launch of the type works any more, and jobs wait for workers that never come.

    Fix: take up a newer image with the command of the finding and apply; or another id in `ami` of the type.
    """
    pinned = pinned_images(inventory.state)
    if not pinned:
        raise NotReadableError(Unreadable("terraform:image_ids", "not in Terraform's outputs; apply again"))
    there = {image.image_id for image in readable(inventory.images)}
    for name, type_ in ray_types(config).items():
        # A fallback is launched with the image of the type that it stands in for.
        if name in pinned and name == type_.group:
            ok = pinned[name] in there
            detail = f"{pinned[name]} is {'there' if ok else 'gone'}"
            yield Verdict(
                f"{config.label.cluster} {name}", ok, detail if ok else detail + _newer(name, inventory, config)
            )


@check("autoscaling.roles_not_wider", severity=Severity.HIGH, applies=applies.is_autoscaling, setting="iam")
def roles_not_wider(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """Roles can launch, tag and end the nodes of their cluster as they are declared, and nothing else in EC2.

    By effect of all their policies, whoever attached them, but for managed policies that the environment names: what a
    thief of the head's credentials would try is evaluated, one misuse after the other. Workers can do nothing in EC2.

    Why: every job on the head has the head's credentials. With AmazonEC2FullAccess, which tutorials of `ray up`
    attach, that is every instance, volume and security group of the account.

    Fix: detach the policy that the finding names, or apply again.
    """
    roles = {role.name: role for role in each(without_declared_policies(inventory, config).iam.roles)}
    cluster = launched_by(inventory, config)
    for part, kind in LAUNCHED.items():
        role = roles.get(config.label.name(part))
        if role is not None:
            subject = subject_of(role, config)
            needed = launches(cluster, kind) if kind is not None else {}
            found = can(subject.permissions, {**needed, **abuses(cluster, kind)})
            yield from judge_access(subject, "launches", [Access("in EC2", found, set(needed), set(needed))])


@check(
    "autoscaling.workers_known_to_ray",
    severity=Severity.MEDIUM,
    applies=applies.is_autoscaling,
    setting="workers",
    optional=True,
)
def workers_known_to_ray(inventory: Inventory, config: AutoscalingEc2Config) -> Iterator[Verdict]:
    """Every worker that runs is one that Ray on the head knows.

    Only when Ray is asked: `make audit ASK_RAY=1`, which takes a way to the head, as `make status` does.

    Why: a worker that Ray does not know gets no work, is never idle, and is billed until somebody sees it.

    Fix: `make logs NODE=…` says why it did not join; terminate it. One that is still booting joins within minutes.
    """
    if inventory.ray is None:
        return
    workers = fleet_of(inventory, config).running_workers
    known = {node.private_ip for node in readable(inventory.ray.nodes)}
    for worker in workers:
        ok = worker.private_ip in known
        yield Verdict(
            worker.instance_id, ok, f"{worker.name} {worker.private_ip} is {'' if ok else 'not '}known to Ray"
        )
    if not workers:
        yield Verdict(config.label.cluster, True, "no worker runs")


def _newer(type_name: str, inventory: Inventory, config: AutoscalingEc2Config) -> str:
    """How to take up another image: a preset's is pinned by a resource of Terraform's, an id stands in the file."""
    address = f"terraform_data.node_types_image_{type_name.replace('-', '_')}_pin"
    if not any(resource.address == address for resource in inventory.state.of_type("terraform_data")):
        return "; name another in `ami`"
    commands = f"{make_command('plan', config)} REPLACE={address}", make_command("apply", config)
    return f"; take up a newer one: {' && '.join(commands)}"


def _running_by_type(inventory: Inventory, config: AutoscalingEc2Config) -> Counter[str]:
    running = [node for node in readable(inventory.nodes.instances) if node.state in RUNNING]
    types = (ray_type_of(node, config) for node in running)
    return Counter(type_.name for type_ in types if type_ is not None)


def _counted(instances: Iterable[Instance]) -> str:
    ids = [instance.instance_id for instance in instances]
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return f"{len(ids)} instance{'' if len(ids) == 1 else 's'} ({', '.join(ids[:3])}{more})"
