"""The repository for container images."""

from __future__ import annotations

from collections.abc import Iterator

from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.resource_policies import strangers
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import encrypted_with_our_key, present, tagged
from scripts.inventory import Inventory
from scripts.inventory.reading import each, mapped, readable
from scripts.inventory.shapes import Document


@check("ecr.repository_there", severity=Severity.HIGH, applies=applies.has_registry, setting="ecr")
def repository_there(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The repository is there.

    Why: pods whose image is gone do not start again.

    Fix: apply again, and push the images.
    """
    names = {repository.name for repository in each(inventory.repositories)}
    yield from present("the repository", names, {config.label.cluster})


@check(
    "ecr.tags_immutable",
    severity=Severity.MEDIUM,
    applies=applies.has_registry,
    standards=("FSBP ECR.2", "Config ecr-private-tag-immutability-enabled"),
)
def tags_immutable(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """A tag of an image never moves to another one.

    Why: head and workers that start on different days must run the same image, and nobody may swap it.

    Fix: apply again.
    """
    for repository in each(inventory.repositories):
        yield expect(repository.name, "tags", repository.mutability, "IMMUTABLE")


@check(
    "ecr.scanned_on_push",
    severity=Severity.MEDIUM,
    applies=applies.has_registry,
    standards=("FSBP ECR.1", "Config ecr-private-image-scanning-enabled"),
)
def scanned_on_push(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """Images are scanned when they are pushed.

    Why: known holes show before the image runs.

    Fix: apply again.
    """
    for repository in each(inventory.repositories):
        yield expect(repository.name, "scan on push", repository.scan_on_push, True)


@check("ecr.encrypted_with_our_key", severity=Severity.MEDIUM, applies=applies.has_registry, standards=("FSBP ECR.5",))
def images_encrypted_with_our_key(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """Images are encrypted with the key of the environment.

    Why: code and models in them are as worth protecting as the buckets.

    Fix: a repository keeps its key: make a new one, and push the images.
    """
    for repository in each(inventory.repositories):
        yield encrypted_with_our_key(repository.name, repository.kms_key, inventory)


@check("ecr.policy_for_us_only", severity=Severity.HIGH, applies=applies.has_registry)
def repository_for_us_only(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """No policy of the repository lets in another account.

    Why: whoever pushes an image runs code on the cluster.

    Fix: `aws ecr delete-repository-policy`: roles of the account need none.
    """
    for repository in each(inventory.repositories):
        others = mapped(repository.policy, lambda policy: strangers(policy, config.account_id))
        yield expect(repository.name, "others in the policy", others, ())


@check(
    "ecr.untagged_expire",
    severity=Severity.LOW,
    applies=applies.has_registry,
    standards=("FSBP ECR.3", "Config ecr-private-lifecycle-policy-configured"),
    setting="ecr.keep_untagged_days",
)
def untagged_expire(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Images without a tag go when they are as old as declared, and no others.

    Why: each push of a tag's successor leaves one behind, which is paid for; a rule on tagged images takes away what
    runs.

    Fix: `ecr.keep_untagged_days`, then apply.
    """
    assert config.ecr is not None
    for repository in each(inventory.repositories):
        rules = [] if (policy := readable(repository.lifecycle)) is None else _rules(policy)
        yield expect(
            repository.name, "rules", rules, [f"untagged sinceImagePushed {config.ecr.keep_untagged_days} days"]
        )


@check("ecr.tagged", severity=Severity.LOW, applies=applies.has_registry, setting="tags")
def repository_tagged(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The repository carries every tag of the environment.

    Why: bills, owners and this audit find what belongs together by its tags.

    Fix: apply again.
    """
    for repository in each(inventory.repositories):
        yield tagged(repository.name, repository.tags, config)


def _rules(policy: Document) -> list[str]:
    """`untagged sinceImagePushed 14 days`, in order."""
    chosen = [rule.get("selection") or {} for rule in policy.get("rules") or ()]
    parts = ("tagStatus", "countType", "countNumber", "countUnit")
    return [" ".join(str(each_.get(part, "")) for part in parts).rstrip() for each_ in chosen]
