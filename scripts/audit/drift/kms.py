"""The key of the environment and its aliases."""

from __future__ import annotations

from typing import Any

from scripts.audit.drift.translator import (
    COMPUTED,
    FIXED,
    FOLLOWS,
    NAME,
    OWN,
    TAGS,
    Case,
    Same,
    Translator,
    added,
    by_document,
    left_out,
    policy,
    renamed,
)
from scripts.inventory.details import DESCRIBE_ALIASED_KEY, LIST_KEY_TAGS
from scripts.inventory.kms import DESCRIBE_KEY, GET_KEY_POLICY, GET_KEY_ROTATION_STATUS, LIST_ALIASES


def _rotation(field: str) -> Same:
    def read(case: Case) -> Any:
        answer = case.deployed.document(GET_KEY_ROTATION_STATUS, KeyId=case.state("arn"))
        return answer.get(field)

    return Same(read)


def _rotation_period(case: Case) -> Any:
    """Says nothing of its own when rotation is off."""
    answer = case.deployed.document(GET_KEY_ROTATION_STATUS, KeyId=case.state("arn"))
    days = answer.get("RotationPeriodInDays")
    return days if answer["KeyRotationEnabled"] and days else case.state("rotation_period_in_days")


def _policy(case: Case) -> Any:
    return case.deployed.document(GET_KEY_POLICY, KeyId=case.state("arn"), PolicyName="default")["Policy"]


def _tags(case: Case) -> dict[str, str]:
    tags = case.deployed.document(LIST_KEY_TAGS, KeyId=case.state("arn"))
    return {tag["TagKey"]: tag["TagValue"] for tag in tags}


def _added_aliases(case: Case) -> list[str]:
    aliases = case.deployed.document(LIST_ALIASES, KeyId=case.state("arn"))
    ours = {each.attributes["name"] for each in case.deployed.state.of_type("aws_kms_alias")}
    return [alias["AliasName"] for alias in aliases if alias["AliasName"] not in ours]


KEY = Translator(
    "aws_kms_key",
    by_document(DESCRIBE_KEY, KeyId="arn"),
    {
        **renamed(
            description="KeyMetadata.Description",
            is_enabled="KeyMetadata.Enabled",
            key_usage="KeyMetadata.KeyUsage",
            multi_region="KeyMetadata.MultiRegion",
        ),
        "enable_key_rotation": _rotation("KeyRotationEnabled"),
        "rotation_period_in_days": Same(_rotation_period),
        **policy("policy", _policy),
        "tags_all": Same(_tags),
        "aliases": added(_added_aliases),
    },
    left_out(
        (COMPUTED, "arn id key_id"),
        (FIXED, "customer_master_key_spec custom_key_store_id xks_key_id"),
        (OWN, "bypass_policy_lockout_safety_check deletion_window_in_days timeouts"),
        (TAGS, "tags"),
    ),
)

ALIAS = Translator(
    "aws_kms_alias",
    by_document(DESCRIBE_ALIASED_KEY, KeyId="name"),
    renamed(target_key_arn="KeyMetadata.Arn"),
    left_out((COMPUTED, "arn id"), (NAME, "name name_prefix"), (FOLLOWS, "target_key_id")),
)

TRANSLATORS = (KEY, ALIAS)
