"""MemoryDB, which holds the state of the Ray head."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.checkov_scan.policies.firewall import GROUPS, rules_of
from scripts.checkov_scan.policies.plan import Plan, Resource
from scripts.checkov_scan.policies.registry import policy

_OPEN_ACL = "open-access"
_PORT = 6379


@policy("CKV_RAYFORM_12", "aws_memorydb_cluster", setting="memorydb.replicas")
def memorydb_has_replicas(subject: Resource, _plan: Plan) -> Iterator[str]:
    """MemoryDB has a replica in another zone.

    Why: with the only node, the cluster's state and every job that waits for it are gone until AWS replaces it.
    Fix: `memorydb.replicas`, at least 1.
    """
    replicas = subject.value("num_replicas_per_shard")
    if replicas is not None and replicas < 1:  # 1 when left out
        yield f"num_replicas_per_shard is {replicas}"


@policy("CKV_RAYFORM_13", "aws_memorydb_cluster", setting="memorydb.snapshot_retention_days")
def memorydb_has_snapshots(subject: Resource, _plan: Plan) -> Iterator[str]:
    """MemoryDB keeps daily snapshots.

    Why: they are the only way back from a mistake; replicas repeat it.
    Fix: `memorydb.snapshot_retention_days`, at least 1.
    """
    if not subject.value("snapshot_retention_limit"):
        yield f"snapshot_retention_limit is {subject.value('snapshot_retention_limit') or 0}"


@policy("CKV2_RAYFORM_9", "aws_memorydb_cluster")
def memorydb_asks_who_it_is(subject: Resource, plan: Plan) -> Iterator[str]:
    """MemoryDB has an access list of its own, without the user `default`.

    Why: `open-access` and the user `default` let everybody in who reaches the port, without a password.
    Fix: none in the environment file: the module makes a user with a random password.
    """
    if not subject.is_set("acl_name") or subject.values.get("acl_name") == _OPEN_ACL:
        yield f"acl_name is {subject.values.get('acl_name') or 'not set'}"
    for acl in plan.of("aws_memorydb_acl"):
        if plan.refers(subject, "acl_name", acl) and "default" in (acl.value("user_names") or ()):
            yield f"{acl.address} has the user default"


@policy("CKV2_RAYFORM_12", "aws_memorydb_cluster", setting="memorydb.in_cloud_security_group")
def open_memorydb_has_callers_by_group_only(subject: Resource, plan: Plan) -> Iterator[str]:
    """MemoryDB that asks nobody who it is has no caller by address, only nodes of a security group.

    Why: with `open-access` the security group is all that keeps others away from the state of every head.
    Fix: without `memorydb.in_cloud_security_group` it has a group of its own, which machine pools do not reach either.
    """
    if subject.values.get("acl_name") != _OPEN_ACL:
        return
    for group in plan.of(*GROUPS):
        if group.address in subject.references("security_group_ids"):
            rules = rules_of(plan, group, "ingress")
            for rule in rules.read:
                if rule.ranges and rule.covers(_PORT, _PORT):
                    yield f"{rule.address} lets in {', '.join(map(str, rule.ranges))}"
            rules.finish()


@policy("CKV_RAYFORM_14", "aws_memorydb_user")
def memorydb_users_are_bounded(subject: Resource, _plan: Plan) -> Iterator[str]:
    """Users of MemoryDB have a password or IAM, and no administrator's commands.

    Why: `+@all` includes FLUSHALL, CONFIG and ACL: whoever takes the head's password takes the server.
    Fix: none in the environment file: the module's access string leaves `@dangerous` out.
    """
    access = f" {subject.value('access_string')} "
    if (" +@all " in access or " allcommands " in access) and " -@dangerous " not in access:
        yield "access_string allows @dangerous"
    if subject.value("authentication_mode", 0, "type") not in ("password", "iam"):
        yield "authentication_mode is neither password nor iam"
