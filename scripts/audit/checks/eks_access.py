"""Who may use the Kubernetes API."""

from __future__ import annotations

from collections.abc import Iterator

from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.declared_roles import node_roles
from scripts.audit.eks.access import ADMIN_POLICIES, declared_groups, declared_policies, is_of_eks, shown_policies
from scripts.audit.eks.declared import creators, eks_of
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, shown
from scripts.inventory import Inventory
from scripts.inventory.eks_cluster import AccessEntry
from scripts.inventory.reading import Unreadable, each, readable


@check(
    "eks.access_entries_declared", severity=Severity.HIGH, applies=applies.has_access_entries, setting="access.entries"
)
def access_entries_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Whom the file names has an access entry with exactly the declared policy, where it was declared, and its group.

    Why: a second policy, or another group that RBAC gives rights to, makes an administrator of somebody who should only
    look.

    Fix: `access.entries`, then apply, which takes away what was added to an entry of ours but for policies that were
    associated by hand: `aws eks disassociate-access-policy`.
    """
    found = {entry.principal_arn: entry for entry in each(readable(eks_of(inventory).access_entries))}
    for principal, wanted in declared_policies(config).items():
        entry = found.get(principal)
        if entry is None:
            yield Verdict(principal, False, "has no access entry")
        elif isinstance(entry.policies, Unreadable):
            yield Verdict(principal, entry.policies, str(entry.policies))
        else:
            groups = declared_groups(config)[principal]
            ok = set(entry.policies) == wanted and set(entry.groups) == groups
            seen = f"policies are {shown_policies(entry.policies)}, groups {shown(entry.groups)}"
            want = f"want {shown_policies(wanted)}, groups {shown(groups)}"
            yield Verdict(principal, ok, seen if ok else f"{seen}, {want}")


@check("eks.no_other_access", severity=Severity.HIGH, applies=applies.makes_eks_cluster, setting="access.entries")
def no_other_access(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nobody has an access entry but those whom the file names, who made the cluster, and whom EKS lets in itself.

    These are the nodes' role, and roles of AWS's own, such as that of the scraper of Amazon Managed Prometheus.

    Why: an entry is a way into the cluster that no IAM policy shows.

    Fix: `aws eks delete-access-entry`; or name it in `access.entries` and apply.
    """
    readings = readable(eks_of(inventory).access_entries)
    entries = [entry for entry in readings if not isinstance(entry, Unreadable)]
    of_terraform = inventory.state.values("aws_eks_access_entry", "principal_arn")
    known = {*declared_policies(config), *of_terraform, *creators(inventory, entries)}
    others = [entry for entry in entries if entry.principal_arn not in known and not _is_known(entry, config)]
    for entry in others:
        policies = entry.policies
        what = str(policies) if isinstance(policies, Unreadable) else shown_policies(policies)
        detail = f"has an access entry of type {entry.type}, policies {what}, groups {shown(entry.groups)}"
        yield Verdict(entry.principal_arn, False, detail)
    count = len(list(each(readings)))
    if not others:
        yield Verdict(config.cluster_name, True, f"{count} access entries, all known")


@check("eks.cluster_admins_declared", severity=Severity.HIGH, applies=applies.is_eks, setting="access.entries")
def cluster_admins_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nobody is cluster-admin but those whom the file names, and who made the cluster.

    Of a cluster that was there already, only the entries that are ours are judged.

    Why: a cluster-admin reads every secret, and takes the role of every service account.

    Fix: `aws eks disassociate-access-policy`; or `policy: cluster-admin` in `access.entries`.
    """
    readings = readable(eks_of(inventory).access_entries)
    entries = [entry for entry in readings if not isinstance(entry, Unreadable)]
    named = {entry.principal_arn for entry in config.access.entries.values() if entry.policy == "cluster-admin"}
    # In a cluster that was there already nobody of ours made it.
    known = named | (creators(inventory, entries) if config.makes_cluster else set())
    unread = [entry.policies for entry in entries if isinstance(entry.policies, Unreadable)]
    admins = [entry.principal_arn for entry in entries if _is_admin(entry)]
    of_eks = {entry.principal_arn for entry in entries if is_of_eks(entry)}
    others = [principal for principal in admins if principal not in known | of_eks]
    yield from (Verdict(principal, False, "is cluster-admin") for principal in others)
    list(each((*readings, *unread)))
    if not others:
        yield Verdict(config.cluster_name, True, f"cluster-admins: {shown(admins)}")


def _is_known(entry: AccessEntry, config: KuberayEksConfig) -> bool:
    of_nodes = entry.type == "EC2_LINUX" and entry.principal_arn.rpartition("/")[2] in node_roles(config)
    return of_nodes or is_of_eks(entry)


def _is_admin(entry: AccessEntry) -> bool:
    """By what could be read."""
    policies = () if isinstance(entry.policies, Unreadable) else entry.policies
    everywhere = any(policy.arn.rpartition("/")[2] in ADMIN_POLICIES for policy in policies)
    return everywhere or "system:masters" in entry.groups
