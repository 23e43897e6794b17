"""Who may use the Kubernetes API."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.checkov_scan.policies.plan import Plan, Resource
from scripts.checkov_scan.policies.registry import policy


@policy("CKV_RAYFORM_21", "aws_eks_cluster")
def access_is_by_entries_alone(subject: Resource, _plan: Plan) -> Iterator[str]:
    """Who may use the API is said by access entries alone.

    Why: the ConfigMap `aws-auth` lets in whoever it names, and nothing in AWS shows it; whoever may write it makes
    himself an admin. checkov does not look at the authentication mode.
    Fix: none in the environment file: clusters made here have the mode API.
    """
    mode = subject.value("access_config", 0, "authentication_mode")
    if mode != "API":
        yield f"authentication_mode is {mode or 'not set, which is CONFIG_MAP'}"


@policy("CKV_RAYFORM_22", "aws_eks_access_entry", setting="access.entries")
def entries_are_declared(subject: Resource, plan: Plan) -> Iterator[str]:
    """Access entries are those of the environment file, in the Kubernetes groups that follow from it.

    Why: what a group may do is said in the cluster, where no scan of AWS sees it. checkov has no check for entries.
    Fix: `access.entries` names who is let in.
    """
    principal = subject.value("principal_arn")
    users = [each for each in plan.declared.api_users if each.principal == principal]
    if not users:
        yield f"{principal} is let in, which the environment file does not name"
        return
    known = {group for each in users for group in each.groups}
    groups = subject.value("kubernetes_groups") if subject.is_set("kubernetes_groups") else None
    if more := sorted(set(groups or ()) - known):
        yield f"{principal} is in {', '.join(more)}"


@policy("CKV_RAYFORM_23", "aws_eks_access_policy_association", setting="access.entries")
def access_policies_are_declared(subject: Resource, plan: Plan) -> Iterator[str]:
    """Access policies are those of the environment file, for the namespaces that it names.

    Why: with AmazonEKSClusterAdminPolicy, somebody reads every secret of the cluster and takes on the IAM role of every
    service account. checkov has no check for it.
    Fix: `access.entries` says who may do what, and where.
    """
    principal, name = subject.value("principal_arn"), str(subject.value("policy_arn")).rpartition("/")[2]
    namespaces = _namespaces(subject)
    given = [each for each in plan.declared.api_users if (each.principal, each.policy) == (principal, name)]
    if not given:
        yield f"{principal} has {name}, which the environment file does not give"
    elif not any(not each.namespaces or (namespaces and namespaces <= set(each.namespaces)) for each in given):
        yield f"{principal} has {name} in {', '.join(sorted(namespaces)) or 'the whole cluster'}"


def _namespaces(association: Resource) -> set[str]:
    """Where an access policy holds; nothing stands for the whole cluster."""
    if association.value("access_scope", 0, "type") != "namespace":
        return set()
    return set(association.value("access_scope", 0, "namespaces") or ())
