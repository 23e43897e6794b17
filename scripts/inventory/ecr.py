"""Repositories for container images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Document, Tags, document_of, tags_of

_GONE = "RepositoryNotFoundException"

DESCRIBE_REPOSITORIES = Read("ecr", "DescribeRepositories", items="repositories", absent=(_GONE,))
GET_REPOSITORY_POLICY = Read("ecr", "GetRepositoryPolicy", absent=(_GONE, "RepositoryPolicyNotFoundException"))
GET_LIFECYCLE_POLICY = Read("ecr", "GetLifecyclePolicy", absent=(_GONE, "LifecyclePolicyNotFoundException"))
LIST_REPOSITORY_TAGS = Read("ecr", "ListTagsForResource", items="tags", absent=(_GONE,))


@dataclass(frozen=True)
class Repository:
    """A repository of ECR."""

    name: str
    arn: str
    uri: str
    mutability: str
    """`IMMUTABLE`."""
    scan_on_push: bool
    kms_key: str | None
    """None when ECR has a key of its own for it."""
    policy: Reading[Document | None]
    lifecycle: Reading[Document | None]
    tags: Reading[Tags]


def collect_repositories(reader: Reader, scope: Scope) -> tuple[Reading[Repository], ...]:
    """Read the repositories of the state; one that is gone is left out."""
    values = scope.state.values
    arns = dict(zip(values("aws_ecr_repository", "name"), values("aws_ecr_repository", "arn"), strict=True))
    started = [_start(reader, name, arn) for name, arn in arns.items()]
    found = [_repository(*answers) for answers in started]
    return tuple(each for each in found if each is not None)


def _start(reader: Reader, name: str, arn: str) -> tuple[Answer, ...]:
    return (
        reader.start(DESCRIBE_REPOSITORIES, repositoryNames=[name]),
        reader.start(GET_REPOSITORY_POLICY, repositoryName=name),
        reader.start(GET_LIFECYCLE_POLICY, repositoryName=name),
        reader.start(LIST_REPOSITORY_TAGS, resourceArn=arn),
    )


def _repository(repository: Answer, policy: Answer, lifecycle: Answer, tags: Answer) -> Reading[Repository | None]:
    parts = (
        policy.parse(lambda found: None if found is None else document_of(found["policyText"])),
        lifecycle.parse(lambda found: None if found is None else document_of(found["lifecyclePolicyText"])),
        tags.parse(tags_of),
    )
    return repository.parse(lambda items: _model(items[0], *parts) if items else None)


def _model(
    answer: Mapping[str, Any],
    policy: Reading[Document | None],
    lifecycle: Reading[Document | None],
    tags: Reading[Tags],
) -> Repository:
    encryption = answer.get("encryptionConfiguration") or {}
    return Repository(
        name=answer["repositoryName"],
        arn=answer["repositoryArn"],
        uri=answer["repositoryUri"],
        mutability=answer["imageTagMutability"],
        scan_on_push=bool((answer.get("imageScanningConfiguration") or {}).get("scanOnPush")),
        kms_key=encryption.get("kmsKey"),
        policy=policy,
        lifecycle=lifecycle,
        tags=tags,
    )
