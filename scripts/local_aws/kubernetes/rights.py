"""What a caller may do: the cluster's access entries, their access policies, and the cluster's own RBAC objects.

https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scripts.local_aws.kubernetes.refusals import Document, Refusal, forbidden, qualified

if TYPE_CHECKING:
    from scripts.local_aws.extensions.eks_clusters import Cluster
    from scripts.local_aws.kubernetes.store import Store

RBAC = "rbac.authorization.k8s.io"
READS = ("get", "list", "watch")
_CLUSTER_ADMIN = "AmazonEKSClusterAdminPolicy"
_ADMIN_VIEW = "AmazonEKSAdminViewPolicy"
_BY_NAMESPACE = {"AmazonEKSAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy"}
_ALWAYS = {"selfsubjectaccessreviews", "selfsubjectreviews"}
_OF_ADMINS = {RBAC}
"""Groups that the edit and view policies do not reach."""


@dataclass(frozen=True)
class Caller:
    """Somebody who is let in."""

    principal: str
    username: str
    groups: tuple[str, ...]
    policies: Mapping[str, Any]


@dataclass(frozen=True)
class Wish:
    """What a request wants to do."""

    verb: str
    group: str
    resource: str
    subresource: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def full_resource(self) -> str:
        """As rules name it: `pods/log`."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


def caller_by_arn(cluster: Cluster, arn: str) -> Caller | None:
    """The access entry of a principal; without one nobody is known, as on EKS."""
    principal, session = _principal(arn)
    for entry_arn, entry in cluster.access_entries.items():
        if entry_arn == principal or (":role/" in entry_arn and _without_path(entry_arn) == principal):
            groups = ("system:authenticated", *entry["kubernetesGroups"])
            username = entry["username"].replace("{{SessionName}}", session)
            return Caller(entry_arn, username, groups, cluster.policies.get(entry_arn, {}))
    return None


def _principal(arn: str) -> tuple[str, str]:
    """Principal and session: an entry is for the role, and the ARN of a session has no path of the role."""
    if ":assumed-role/" in arn:
        _, role, session = arn.split("/", 2)
        return f"arn:aws:iam::{arn.split(':')[4]}:role/{role}", session
    return arn.replace(":sts:", ":iam:"), ""


def _without_path(role_arn: str) -> str:
    return f"{role_arn.split(':role/')[0]}:role/{role_arn.rpartition('/')[2]}"


def impersonated(store: Store, caller: Caller, headers: Mapping[str, str]) -> Caller:
    """Whom the caller wants to be (`kubectl --as`), when it may."""
    user = headers.get("Impersonate-User")
    if not user:
        return caller
    check(store, caller, Wish("impersonate", "", "users", name=user))
    group = headers.get("Impersonate-Group")
    return Caller("", user, ("system:authenticated", *([group] if group else ())), {})


def allows(store: Store, caller: Caller, wish: Wish) -> bool:
    """Tell whether an access policy or a binding grants it."""
    if wish.resource in _ALWAYS:
        return True
    granted = any(_policy_allows(policy, wish) for policy in caller.policies.values())
    return granted or any(_rule_allows(rule, wish) for rule in _rules(store, caller, wish.namespace))


def check(store: Store, caller: Caller, wish: Wish) -> None:
    """Refuse what nothing grants, in the words of the API server."""
    if not allows(store, caller, wish):
        raise _refusal(caller, wish)


def _refusal(caller: Caller, wish: Wish) -> Refusal:
    named = f' "{wish.name}"' if wish.name else ""
    where = f'in the namespace "{wish.namespace}"' if wish.namespace else "at the cluster scope"
    message = (
        f'{qualified(wish.resource, wish.group)}{named} is forbidden: User "{caller.username}" cannot {wish.verb} '
        f'resource "{wish.full_resource}" in API group "{wish.group}" {where}'
    )
    return forbidden(message, wish.resource, wish.group, wish.name)


def _policy_allows(policy: Mapping[str, Any], wish: Wish) -> bool:
    name = policy["policyArn"].rpartition("/")[2]
    scope = policy["accessScope"]
    if scope["type"] == "namespace" and wish.namespace not in scope["namespaces"]:
        return False
    if name == _CLUSTER_ADMIN:
        return True
    if name == _ADMIN_VIEW:
        return wish.verb in READS
    if name not in _BY_NAMESPACE or not wish.namespace:
        return name in _BY_NAMESPACE and wish.verb in READS and wish.resource == "namespaces"
    return _namespaced_policy_allows(name, wish)


def _namespaced_policy_allows(name: str, wish: Wish) -> bool:
    if name == "AmazonEKSAdminPolicy":
        return True
    if wish.group in _OF_ADMINS:
        return False
    secret_read = wish.resource == "secrets" and name == "AmazonEKSViewPolicy"
    return not secret_read and (name == "AmazonEKSEditPolicy" or wish.verb in READS)


def _rules(store: Store, caller: Caller, namespace: str) -> Iterator[Document]:
    for binding in store.every(RBAC, "clusterrolebindings"):
        if _binds(binding, caller):
            yield from _role_rules(store, binding["roleRef"], "")
    for binding in store.every(RBAC, "rolebindings"):
        if namespace and binding["metadata"]["namespace"] == namespace and _binds(binding, caller):
            yield from _role_rules(store, binding["roleRef"], namespace)


def _binds(binding: Document, caller: Caller) -> bool:
    return any(
        (subject["kind"] == "Group" and subject["name"] in caller.groups)
        or (subject["kind"] == "User" and subject["name"] == caller.username)
        for subject in binding.get("subjects") or []
    )


def _role_rules(store: Store, reference: Document, namespace: str) -> list[Document]:
    if reference["name"] == "cluster-admin":
        return [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    plural = "clusterroles" if reference["kind"] == "ClusterRole" else "roles"
    role = store.find(RBAC, plural, "" if plural == "clusterroles" else namespace, reference["name"])
    return list(role.get("rules") or []) if role else []


def _rule_allows(rule: Document, wish: Wish) -> bool:
    names = rule.get("resourceNames")
    return (
        _has(rule.get("verbs"), wish.verb)
        and _has(rule.get("apiGroups"), wish.group)
        and _has(rule.get("resources"), wish.full_resource)
        and (not names or wish.name in names)
    )


def _has(words: list[str] | None, wanted: str) -> bool:
    return bool(words) and ("*" in (words or ()) or wanted in (words or ()))
