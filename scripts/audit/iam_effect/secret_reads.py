"""Which secrets a role can read, and which it should."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.autoscaling_ec2 import AUTOSCALING_SECRET
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.declared_roles import node_roles
from scripts.audit.iam_effect.accesses import policy_of
from scripts.audit.iam_effect.evaluate import Request, grants
from scripts.audit.iam_effect.glob import covers
from scripts.audit.iam_effect.roles import Subject
from scripts.audit.verdict import Verdict
from scripts.inventory.reading import Unreadable
from scripts.inventory.secrets import Secret

_READ_SECRET = "secretsmanager:GetSecretValue"  # noqa: S105 — an action


def secret_names(subject: Subject, config: FoundationConfig) -> set[str]:
    """Secrets of the environment that a role reads."""
    if not isinstance(config, Ec2ClusterConfig):
        return set()
    is_head = subject.name == config.label.name("head")
    parts = {
        "ray-token": config.has_token,
        "memorydb-password": is_head and config.memorydb is not None,
        AUTOSCALING_SECRET: is_head and applies.has_autoscaling_secret(config),
    }
    return {config.label.name(part) for part, declared in parts.items() if declared}


def named_secrets(subject: Subject, config: FoundationConfig) -> list[str]:
    """ARNs of others' secrets that the file lets a role read; without the suffix AWS takes them, too."""
    if not isinstance(config, AnyscaleCloudConfig) or subject.name not in node_roles(config):
        return []
    return [arn for named in config.iam.node_secret_arns for arn in (named, f"{named}-??????")]


def secret_arn(name: str, config: FoundationConfig) -> str:
    """Secrets Manager adds six characters to a name."""
    return config.place.arn("secretsmanager", f"secret:{name}-??????")


def other_secrets(subject: Subject, own: Iterable[str], config: FoundationConfig) -> Iterator[str]:
    """Secrets that a role can read beside `own`, which are patterns of ARNs."""
    for grant in grants(subject.permissions, Request(_READ_SECRET, config.place.arn("secretsmanager", "secret:*"))):
        if not any(covers(pattern, grant.resource) for pattern in own):
            yield f"can read other secrets {grant}"


def shared_secrets(
    subject: Subject, secrets: Iterable[Secret], wanted: set[str], config: FoundationConfig
) -> Iterator[str]:
    """Secrets of the environment that their own policy opens to a role that does not need them."""
    for secret in secrets:
        policy = policy_of(f"secret {secret.name}", secret.policy)
        if secret.name not in wanted and not isinstance(policy, Unreadable):
            request = Request(_READ_SECRET, secret_arn(secret.name, config))
            found = grants(subject.permissions, request, resource_policy=policy)
            yield from (f"can read secret {secret.name} {grant.by}" for grant in found if grant.statement in policy)


def judge_own_secret(subject: Subject, secret: Secret, config: FoundationConfig) -> Iterator[Verdict]:
    """Judge that a role can read a secret that it needs."""
    policy = policy_of(f"secret {secret.name}", secret.policy)
    if isinstance(policy, Unreadable):
        yield Verdict(subject.name, policy, str(policy))
        return
    request = Request(_READ_SECRET, secret_arn(secret.name, config))
    reached = bool(grants(subject.permissions, request, resource_policy=policy))
    # What could not be read may be what lets it.
    if reached or not subject.unread:
        yield Verdict(subject.name, reached, f"{'can' if reached else 'cannot'} read its secret {secret.name}")
