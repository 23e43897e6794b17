"""Secrets, by name.

No check asks for rotation (FSBP SecretsManager.1 and .4) or for recent use (SecretsManager.3): nodes read a secret
once, when they boot, and a new value would part those that are up from those that come.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.autoscaling_ec2 import AUTOSCALING_SECRET
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.resource_policies import strangers
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import encrypted_with_our_key, present, tagged
from scripts.inventory import Inventory
from scripts.inventory.reading import each, mapped


@check("secrets.declared_secrets_there", severity=Severity.HIGH, applies=applies.has_secrets)
def declared_secrets_there(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Ray's token, MemoryDB's password and the autoscaler's configuration are there, and not about to be deleted.

    Each where the environment has it; what stands in them is never read.

    Why: without its secrets no node can boot and join.

    Fix: apply again; `aws secretsmanager restore-secret` brings back one that waits for its deletion.
    """
    parts = {
        "ray-token": applies.has_ray_token(config),
        "memorydb-password": applies.has_memorydb(config),
        AUTOSCALING_SECRET: isinstance(config, Ec2ClusterConfig) and applies.has_autoscaling_secret(config),
    }
    names = {secret.name for secret in each(inventory.secrets) if not secret.deleted}
    yield from present("the secret", names, {config.label.name(part) for part, declared in parts.items() if declared})


@check(
    "secrets.encrypted_with_our_key",
    severity=Severity.MEDIUM,
    applies=applies.has_secrets,
    standards=("Config secretsmanager-using-cmk",),
)
def secrets_encrypted_with_our_key(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Secrets are encrypted with the key of the environment.

    Why: with the key that AWS manages, everybody in the account whom IAM lets read the secret also gets its value.

    Fix: apply again.
    """
    for secret in each(inventory.secrets):
        yield encrypted_with_our_key(secret.name, secret.kms_key, inventory)


@check("secrets.policy_closed", severity=Severity.HIGH, applies=applies.has_secrets)
def policy_closed(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """No policy on a secret lets in another account.

    Why: whoever reads the token commands the cluster.

    Fix: `aws secretsmanager delete-resource-policy`: node roles read the secrets by their own policies.
    """
    for secret in each(inventory.secrets):
        others = mapped(secret.policy, lambda policy: strangers(policy, config.account_id))
        yield expect(secret.name, "others in the policy", others, ())


@check("secrets.keep_their_value", severity=Severity.MEDIUM, applies=applies.has_secrets)
def keep_their_value(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Nothing rotates the secrets behind the cluster's back.

    Why: nodes read a secret once, when they boot; after a rotation new ones cannot join those that are up.

    Fix: `aws secretsmanager cancel-rotate-secret`; a new value comes with new nodes.
    """
    for secret in each(inventory.secrets):
        yield expect(secret.name, "rotation", secret.rotates, False)


@check("secrets.tagged", severity=Severity.LOW, applies=applies.has_secrets)
def secrets_tagged(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Secrets carry every tag of the environment.

    Why: a secret that nobody owns is one that nobody dares to delete, or that somebody deletes.

    Fix: `tags` and `owner`, then apply.
    """
    for secret in each(inventory.secrets):
        yield tagged(secret.name, secret.tags, config)
