"""The allow-list of reads is a file, so that a new read shows in a diff; the auditor's policy follows from it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts.docs.auditor_policy import POLICY_CHARACTERS, actions_of, inventory_reads, policy_document
from scripts.inventory.reading import READ_PREFIXES, Read
from tests.inventory.replayed import model_of


def actions_in(statement: dict[str, Any]) -> list[str]:
    actions: str | list[str] = statement["Action"]
    return [actions] if isinstance(actions, str) else actions


GOLDEN = Path(__file__).parent / "golden" / "reads.txt"
READS = inventory_reads()
POLICY = policy_document(READS)
ALLOWED = {action for statement in POLICY["Statement"] for action in actions_in(statement)}


def test_the_allow_list_is_the_one_that_was_agreed_on() -> None:
    """After a look at the new read: python -m tests.inventory.test_auditor_policy."""
    assert GOLDEN.read_text().split() == [read.name for read in READS]


@pytest.mark.parametrize("read", READS, ids=lambda read: read.name)
def test_a_read_is_an_operation_of_its_service(read: Read) -> None:
    operation = model_of(read.service).operation_model(read.operation)
    assert read.operation.startswith(READ_PREFIXES)
    assert read.items is None or operation.output_shape.members[read.items].type_name == "list"


def test_every_read_is_allowed_and_nothing_else() -> None:
    asked = {action for read in READS for action in actions_of(read)}
    assert ALLOWED - asked == {"s3:GetObject", "s3:ListBucket"}
    assert asked <= ALLOWED
    assert all(re.fullmatch(r"[a-z0-9-]+:(Describe|Get|List)[A-Za-z]+", action) for action in ALLOWED)


def test_objects_are_read_from_the_state_bucket_only() -> None:
    (objects,) = (statement for statement in POLICY["Statement"] if statement["Action"] == "s3:GetObject")
    assert objects["Resource"] == "arn:aws:s3:::rayform-state-*/*.tfstate"


def test_the_policy_fits_into_a_managed_one() -> None:
    assert len(json.dumps(POLICY, separators=(",", ":"))) <= POLICY_CHARACTERS
    assert {statement["Effect"] for statement in POLICY["Statement"]} == {"Allow"}


@pytest.mark.parametrize(
    ("read", "action"),
    [
        (Read("s3", "GetBucketEncryption"), "s3:GetEncryptionConfiguration"),
        (Read("s3", "GetPublicAccessBlock"), "s3:GetBucketPublicAccessBlock"),
        (Read("s3control", "GetPublicAccessBlock"), "s3:GetAccountPublicAccessBlock"),
        (Read("efs", "DescribeFileSystems"), "elasticfilesystem:DescribeFileSystems"),
        (Read("resourcegroupstaggingapi", "GetResources"), "tag:GetResources"),
        (Read("ec2", "DescribeVpcs"), "ec2:DescribeVpcs"),
    ],
)
def test_iam_has_names_of_its_own(read: Read, action: str) -> None:
    assert actions_of(read)[0] == action


if __name__ == "__main__":
    GOLDEN.write_text("".join(f"{read.name}\n" for read in inventory_reads()))
