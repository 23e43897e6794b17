"""File systems, buckets, keys and secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.inventory.efs import DESCRIBE_ACCESS_POINTS, DESCRIBE_MOUNT_TARGETS
from scripts.inventory.kms import LIST_ALIASES
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read
from scripts.inventory.s3 import LIST_BUCKETS
from scripts.inventory.scope import Scope
from scripts.inventory.surroundings.thing import Managed, Thing, Things, parsed

LIST_GRANTS = Read("kms", "ListGrants", items="Grants", page_size=100)
LIST_SECRETS = Read("secretsmanager", "ListSecrets", items="SecretList", page_size=100)

_SERVICE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?")
_ROLE_OF_AWS = re.compile(r"arn:[a-z-]+:(?:sts::\d{12}:assumed-role/aws:|iam::\d{12}:role/aws-service-role/).+")
"""Roles that only AWS can make.

https://docs.aws.amazon.com/kms/latest/developerguide/determining-access-grants.html
"""


def start_data(reader: Reader, scope: Scope, managed: Managed) -> Things:
    """Start the reads of what holds data, and of what opens it."""
    parse = _Parser(managed)
    file_systems = scope.state.values("aws_efs_file_system")
    # A key that is there already serves others, too: its aliases and grants are not this environment's.
    keys = scope.state.values("aws_kms_key", "arn")
    ours = [{"Key": "name", "Values": [f"{managed.cluster}-"]}]
    return {
        "mount_targets": parsed(
            parse.mount_targets, *(reader.start(DESCRIBE_MOUNT_TARGETS, FileSystemId=id_) for id_ in file_systems)
        ),
        "access_points": parsed(
            parse.access_points, *(reader.start(DESCRIBE_ACCESS_POINTS, FileSystemId=id_) for id_ in file_systems)
        ),
        "buckets": parsed(parse.buckets, reader.start(LIST_BUCKETS)),
        "aliases": parsed(parse.aliases, *(reader.start(LIST_ALIASES, KeyId=key) for key in keys)),
        "grants": parsed(parse.grants, *(reader.start(LIST_GRANTS, KeyId=key) for key in keys)),
        "secrets": parsed(parse.secrets, reader.start(LIST_SECRETS, Filters=ours)),
    }


class _Parser:
    def __init__(self, managed: Managed) -> None:
        self._managed = managed

    def mount_targets(self, answer: list[Any]) -> Iterator[Thing]:
        for target in answer:
            id_ = target["MountTargetId"]
            known = self._managed.has(id_, "aws_efs_mount_target")
            yield Thing(id_, managed=known, tagged=True, note=f"of {target['FileSystemId']} in {target['SubnetId']}")

    def access_points(self, answer: list[Any]) -> Iterator[Thing]:
        for point in answer:
            id_, path = point["AccessPointId"], point.get("RootDirectory", {}).get("Path", "/")
            user = point.get("PosixUser", {}).get("Uid")
            note = f"of {point['FileSystemId']} at {path}, user {'of the client' if user is None else user}"
            known = self._managed.has(id_, "aws_efs_access_point")
            yield Thing(id_, point.get("Name", ""), known, tagged=True, note=note)

    def buckets(self, answer: list[Any]) -> Iterator[Thing]:
        names = (bucket["Name"] for bucket in answer)
        for name in filter(self._managed.is_ours, names):
            yield Thing(name, managed=self._managed.has(name, "aws_s3_bucket", attribute="bucket"), tagged=True)

    def aliases(self, answer: list[Any]) -> Iterator[Thing]:
        for alias in answer:
            name = alias["AliasName"]
            yield Thing(name, managed=self._managed.has(name, "aws_kms_alias", attribute="name"), tagged=True)

    def grants(self, answer: list[Any]) -> Iterator[Thing]:
        for grant in answer:
            id_ = grant["GrantId"]
            who = grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal") or "unknown"
            made_by = "a service of AWS asked for it" if self._asked_by_aws(grant) else ""
            note = f"lets {who} {', '.join(grant.get('Operations', ()))}"
            known = self._managed.has(id_, "aws_kms_grant", attribute="grant_id")
            yield Thing(id_, grant.get("Name", ""), known, tagged=True, made_by=made_by, note=note)

    def _asked_by_aws(self, grant: Mapping[str, Any]) -> bool:
        """Whether it is for a volume or a cluster; not what is only called like a service, nor in another account."""
        principals = [str(grant.get(key, "")) for key in ("GranteePrincipal", "RetiringPrincipal")]
        ours = f"::{self._managed.account_id}:"
        return any(_SERVICE.fullmatch(who) or (ours in who and _ROLE_OF_AWS.fullmatch(who)) for who in principals)

    def secrets(self, answer: list[Any]) -> Iterator[Thing]:
        # The filter ignores case and matches beginnings of words.
        for secret in answer:
            if self._managed.is_ours(secret["Name"]):
                known = self._managed.has(secret["Name"], "aws_secretsmanager_secret", attribute="name")
                yield Thing(secret["Name"], managed=known, tagged=True)
