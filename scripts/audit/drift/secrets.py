"""Secrets and their versions; no value is read, or shown."""

from __future__ import annotations

from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.translator import (
    COMPUTED,
    NAME,
    OWN,
    TAGS,
    Case,
    How,
    Same,
    Translator,
    added,
    fields,
    left_out,
    tags,
)
from scripts.inventory.secrets import DESCRIBE_SECRET, GET_SECRET_POLICY
from scripts.state import Resource


def _secret(resource: Resource, deployed: Deployed) -> Any:
    """One that is to be deleted is gone for Terraform, too."""
    secret = deployed.document(DESCRIBE_SECRET, SecretId=resource.attributes["name"])
    return None if secret is None or "DeletedDate" in secret else secret


def _policy(case: Case) -> Any:
    answer = case.deployed.document(GET_SECRET_POLICY, SecretId=case.state("name"))
    return answer.get("ResourcePolicy") if answer else None


def _replicas(case: Case) -> list[str]:
    return [replica["Region"] for replica in case.answer.get("ReplicationStatus") or ()]


SECRET = Translator(
    "aws_secretsmanager_secret",
    _secret,
    {
        **fields("description kms_key_id"),
        # No module gives either: what the state has of them after a refresh was added by hand.
        "policy": Same(_policy, How.POLICY, intended=lambda _case: None),
        "replica": added(_replicas),
        **tags(),
    },
    left_out(
        (COMPUTED, "arn id"),
        (NAME, "name name_prefix"),
        (OWN, "force_overwrite_replica_secret recovery_window_in_days"),
        (TAGS, "tags"),
    ),
)


def _version(resource: Resource, deployed: Deployed) -> Any:
    """Its stages, among the versions of the secret. One without a stage is about to be deleted."""
    secret = next(
        (
            each
            for each in deployed.state.of_type("aws_secretsmanager_secret")
            if each.attributes["arn"] == resource.attributes["secret_id"]
        ),
        None,
    )
    name = secret.attributes["name"] if secret is not None else resource.attributes["secret_id"]
    answer = deployed.document(DESCRIBE_SECRET, SecretId=name)
    return None if answer is None else answer.get("VersionIdsToStages", {}).get(resource.attributes["version_id"])


VERSION = Translator(
    "aws_secretsmanager_secret_version",
    _version,
    # A value that somebody has put takes the stage AWSCURRENT from ours.
    {"version_stages": Same(lambda case: case.answer)},
    left_out(
        (COMPUTED, "arn id version_id"),
        (NAME, "secret_id"),
        ("a secret: never read", "secret_binary secret_string secret_string_wo has_secret_string_wo"),
        (OWN, "secret_string_wo_version"),
    ),
)

TRANSLATORS = (SECRET, VERSION)
