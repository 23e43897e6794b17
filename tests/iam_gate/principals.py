"""Who calls, and the policies that hold for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from scripts.audit.iam_effect import principals
from scripts.audit.iam_effect.evaluate import Permissions
from scripts.audit.iam_effect.statements import Statement, read_statements
from scripts.inventory.reading import Unreadable
from scripts.inventory.shapes import Document

ACCOUNT_ID = "123456789012"
"""The emulator's account."""

_VARIABLE = re.compile(r"\$\{\s*([^},]+?)\s*[,}]")


class StatementId(NamedTuple):
    """Where a statement stands."""

    role: str
    policy: str
    sid: str
    """`Sid`, or `#2` for the second statement of the policy when it has none."""


@dataclass(frozen=True)
class Principal:
    """A role and its policies. Raises ValueError for a policy that nobody can read."""

    name: str
    """Name of the role, with its path: `app/head`."""
    policies: Mapping[str, Document]
    """Policy documents by policy name."""
    account_id: str = ACCOUNT_ID
    boundary: Document | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, str] = field(default_factory=dict)
    """Further condition keys of each of its requests, `ec2:SourceInstanceARN` for example."""

    def __post_init__(self) -> None:
        assert self.permissions

    @classmethod
    def of_role(cls, iam: Any, role_name: str) -> Principal:
        """A role as it is in IAM; `iam` is a boto3 client of the emulator itself."""
        role = iam.get_role(RoleName=role_name)["Role"]
        inline = iam.list_role_policies(RoleName=role_name)["PolicyNames"]
        attached = iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"]
        policies = {
            name: iam.get_role_policy(RoleName=role_name, PolicyName=name)["PolicyDocument"] for name in inline
        } | {policy["PolicyName"]: _managed(iam, policy["PolicyArn"]) for policy in attached}
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return cls(
            name=role["Arn"].partition(":role/")[2],
            policies=policies,
            account_id=role["Arn"].split(":")[4],
            boundary=_managed(iam, boundary) if boundary else None,
            tags={tag["Key"]: tag["Value"] for tag in role.get("Tags", [])},
        )

    @property
    def arn(self) -> str:
        """ARN of the role."""
        return f"arn:aws:iam::{self.account_id}:role/{self.name}"

    @cached_property
    def permissions(self) -> Permissions:
        """What the evaluator takes; every key that a policy speaks of is absent until a request has it."""
        statements = tuple(each for name, document in self.policies.items() for each in _statements(name, document))
        boundary = None if self.boundary is None else _statements("boundary", self.boundary)
        absent: dict[str, tuple[str, ...]] = dict.fromkeys(_mentioned((*statements, *(boundary or ()))), ())
        return Permissions(
            principals.Principal("aws", self.account_id, self.name), statements, boundary, absent | self._known
        )

    @property
    def _known(self) -> dict[str, tuple[str, ...]]:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
        return {
            "aws:principalarn": (self.arn,),
            "aws:principalaccount": (self.account_id,),
            "aws:principaltype": ("AssumedRole",),
            "aws:principalisawsservice": ("false",),
            # The gate speaks HTTP; it stands for AWS's endpoints, which all clients here would ask by TLS.
            "aws:securetransport": ("true",),
            **{f"aws:principaltag/{key.lower()}": (value,) for key, value in self.tags.items()},
            **{key.lower(): (value,) for key, value in self.context.items()},
        }

    @property
    def statement_ids(self) -> tuple[StatementId, ...]:
        """Every statement of its policies."""
        return tuple(self.place(statement) for statement in self.permissions.statements)

    def place(self, statement: Statement) -> StatementId:
        """Name one of its statements."""
        return StatementId(self.name, statement.policy, statement.name)

    def without(self, statement: StatementId | str) -> Principal:
        """A copy that lacks one statement, named by its place or by its Sid. Raises KeyError when there is none."""
        gone = [each for each in self.statement_ids if statement in (each, each.sid)]
        if len(gone) != 1:
            raise KeyError(f"{len(gone)} statements {statement!r} of {self.name}")
        changed = {}
        for name, document in self.policies.items():
            kept = [
                # Its name stays the one that it had with the other in its place.
                {"Sid": each.name, **each.elements}
                for each in _statements(name, document)
                if self.place(each) != gone[0]
            ]
            changed[name] = {**document, "Statement": kept}
        return replace(self, policies=changed)

    def to_dict(self) -> dict[str, Any]:
        """An entry of a principals file."""
        found: dict[str, Any] = {"name": self.name, "account_id": self.account_id, "boundary": self.boundary}
        return found | {name: dict(getattr(self, name)) for name in ("policies", "tags", "context")}


def read_principals(path: Path) -> dict[str, Principal]:
    """Principals by access key id from a file."""
    return {key_id: Principal(**entry) for key_id, entry in json.loads(path.read_text(encoding="utf-8")).items()}


def _managed(iam: Any, arn: str) -> Document:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document: Document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return document


def _statements(name: str, document: Document) -> tuple[Statement, ...]:
    found = read_statements(name, document)
    if isinstance(found, Unreadable):
        raise ValueError(f"policy {name}: {found}")  # noqa: TRY004  # its content is wrong, not its type
    return found


def _mentioned(statements: tuple[Statement, ...]) -> Iterator[str]:
    """Condition keys and variables that statements speak of, in small letters."""
    for statement in statements:
        for tests in statement.condition.values():
            yield from (key.lower() for key in tests)
        yield from (key.lower() for key in _VARIABLE.findall(json.dumps(dict(statement.elements))))
