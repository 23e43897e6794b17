"""The repository for images."""

from __future__ import annotations

import json
from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.translator import COMPUTED, NAME, OWN, TAGS, Case, Same, Translator, added, left_out
from scripts.inventory.ecr import (
    DESCRIBE_REPOSITORIES,
    GET_LIFECYCLE_POLICY,
    GET_REPOSITORY_POLICY,
    LIST_REPOSITORY_TAGS,
)
from scripts.state import Resource


def _find(resource: Resource, deployed: Deployed) -> Any:
    found = deployed.document(DESCRIBE_REPOSITORIES, repositoryNames=[resource.attributes["name"]])
    return found[0] if found else None


def _encryption(case: Case) -> dict[str, Any]:
    found = case.answer.get("encryptionConfiguration") or {}
    return {"encryption_type": found.get("encryptionType"), "kms_key": found.get("kmsKey")}


def _scanning(case: Case) -> dict[str, Any]:
    return {"scan_on_push": (case.answer.get("imageScanningConfiguration") or {}).get("scanOnPush")}


def _tags(case: Case) -> dict[str, str]:
    found = case.deployed.document(LIST_REPOSITORY_TAGS, resourceArn=case.state("arn"))
    return {tag["Key"]: tag["Value"] for tag in found}


def _policy(case: Case) -> Any:
    """Terraform makes none."""
    found = case.deployed.document(GET_REPOSITORY_POLICY, repositoryName=case.state("name"))
    return None if found is None else found["policyText"]


REPOSITORY = Translator(
    "aws_ecr_repository",
    _find,
    {
        "encryption_configuration": Same(_encryption),
        "image_scanning_configuration": Same(_scanning),
        "image_tag_mutability": Same(lambda case: case.answer["imageTagMutability"]),
        "policy": added(_policy),
        "tags_all": Same(_tags),
    },
    left_out(
        (COMPUTED, "arn id registry_id repository_url"), (NAME, "name"), (OWN, "force_delete timeouts"), (TAGS, "tags")
    ),
)


def _find_lifecycle(resource: Resource, deployed: Deployed) -> Any:
    return deployed.document(GET_LIFECYCLE_POLICY, repositoryName=resource.attributes["repository"])


LIFECYCLE = Translator(
    "aws_ecr_lifecycle_policy",
    _find_lifecycle,
    {
        "policy": Same(
            lambda case: json.loads(case.answer["lifecyclePolicyText"]),
            intended=lambda case: json.loads(case.state("policy")),
        )
    },
    left_out((COMPUTED, "id registry_id"), (NAME, "repository")),
)

TRANSLATORS = (REPOSITORY, LIFECYCLE)
