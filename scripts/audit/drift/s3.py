"""Buckets, each setting a resource of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.normal import snaked, tag_map
from scripts.audit.drift.translator import (
    COMPUTED,
    FIXED,
    NAME,
    OWN,
    TAGS,
    Case,
    How,
    Same,
    Translator,
    at,
    by_document,
    left_out,
    policy,
    renamed,
    walk,
)
from scripts.inventory.details import GET_BUCKET_REPLICATION
from scripts.inventory.reading import Read
from scripts.inventory.s3 import (
    GET_BUCKET_CORS,
    GET_BUCKET_ENCRYPTION,
    GET_BUCKET_LIFECYCLE,
    GET_BUCKET_LOGGING,
    GET_BUCKET_OWNERSHIP_CONTROLS,
    GET_BUCKET_POLICY,
    GET_BUCKET_TAGGING,
    GET_BUCKET_VERSIONING,
    GET_PUBLIC_ACCESS_BLOCK,
)
from scripts.state import Resource

_SETTING = left_out((COMPUTED, "id"), (NAME, "bucket"))
_OWNER = left_out((OWN, "expected_bucket_owner"))
_RULE_NAMES = {
    "Transitions": "transition",
    "NoncurrentVersionTransitions": "noncurrent_version_transition",
    "SSEAlgorithm": "sse_algorithm",
}


def _setting(type_: str, read: Read, same: Mapping[str, Same], without: Mapping[str, str] | None = None) -> Translator:
    return Translator(type_, by_document(read, Bucket="bucket"), same, {**_SETTING, **(without or {})})


def _unless_managed(type_: str, read: Read, path: str, how: How = How.VALUE) -> Same:
    """A setting that somebody gave to a bucket for which no resource declares one."""
    steps = tuple(path.split("."))

    def deployed(case: Case) -> Any:
        bucket = case.state("bucket")
        if case.deployed.resources(type_, "bucket", bucket):
            return None
        return snaked(walk(case.deployed.document(read, Bucket=bucket), steps))

    return Same(deployed, how, intended=lambda _case: None)


def _bucket_tags(case: Case) -> dict[str, str]:
    answer = case.deployed.document(GET_BUCKET_TAGGING, Bucket=case.state("bucket"))
    return tag_map(answer["TagSet"] if answer else ())


def _elsewhere(*types: str) -> dict[str, str]:
    return {attribute: f"compared as {type_}" for type_, _, attribute in (each.partition(":") for each in types)}


BUCKET = Translator(
    "aws_s3_bucket",
    # Always has an answer for a bucket that is there.
    by_document(GET_BUCKET_VERSIONING, Bucket="bucket"),
    {
        "tags_all": Same(_bucket_tags),
        "cors_rule": _unless_managed("aws_s3_bucket_cors_configuration", GET_BUCKET_CORS, "CORSRules"),
        "lifecycle_rule": _unless_managed("aws_s3_bucket_lifecycle_configuration", GET_BUCKET_LIFECYCLE, "Rules"),
        "logging": _unless_managed("aws_s3_bucket_logging", GET_BUCKET_LOGGING, "LoggingEnabled"),
        "replication_configuration": _unless_managed(
            "aws_s3_bucket_replication_configuration", GET_BUCKET_REPLICATION, "ReplicationConfiguration"
        ),
        "policy": _unless_managed("aws_s3_bucket_policy", GET_BUCKET_POLICY, "Policy", How.POLICY),
    },
    {
        **left_out(
            (COMPUTED, "arn id bucket_domain_name bucket_regional_domain_name hosted_zone_id region"),
            (COMPUTED, "website_domain website_endpoint"),
            (NAME, "bucket bucket_prefix"),
            (OWN, "acl force_destroy timeouts"),
            (TAGS, "tags"),
            ("without effect: with the ownership that is compared there are no grants but the owner's", "grant"),
            ("without effect: the public access block that is compared keeps it from everybody", "website"),
            ("who pays, not what may be done: not worth a call for each bucket", "acceleration_status request_payer"),
            (FIXED, "object_lock_configuration object_lock_enabled"),
        ),
        **_elsewhere(
            "aws_s3_bucket_versioning:versioning",
            "aws_s3_bucket_server_side_encryption_configuration:server_side_encryption_configuration",
        ),
    },
)

VERSIONING = _setting(
    "aws_s3_bucket_versioning",
    GET_BUCKET_VERSIONING,
    {
        "versioning_configuration": Same(
            lambda case: {"status": case.answer.get("Status", "Disabled"), "mfa_delete": case.answer.get("MFADelete")}
        )
    },
    {**_OWNER, **left_out((OWN, "mfa"))},
)

ENCRYPTION = _setting(
    "aws_s3_bucket_server_side_encryption_configuration",
    GET_BUCKET_ENCRYPTION,
    renamed(rule="ServerSideEncryptionConfiguration.Rules"),
    _OWNER,
)

PUBLIC_ACCESS_BLOCK = _setting(
    "aws_s3_bucket_public_access_block",
    GET_PUBLIC_ACCESS_BLOCK,
    {
        name: Same(at(f"PublicAccessBlockConfiguration.{field}"))
        for name, field in {
            "block_public_acls": "BlockPublicAcls",
            "block_public_policy": "BlockPublicPolicy",
            "ignore_public_acls": "IgnorePublicAcls",
            "restrict_public_buckets": "RestrictPublicBuckets",
        }.items()
    },
)

OWNERSHIP = _setting(
    "aws_s3_bucket_ownership_controls", GET_BUCKET_OWNERSHIP_CONTROLS, renamed(rule="OwnershipControls.Rules")
)

POLICY = _setting("aws_s3_bucket_policy", GET_BUCKET_POLICY, policy("policy", lambda case: case.answer["Policy"]))


def _logging(resource: Resource, deployed: Deployed) -> Any:
    answer = deployed.document(GET_BUCKET_LOGGING, Bucket=resource.attributes["bucket"])
    return (answer or {}).get("LoggingEnabled")


LOGGING = Translator(
    "aws_s3_bucket_logging",
    _logging,
    renamed(
        target_bucket="TargetBucket",
        target_prefix="TargetPrefix",
        target_grant="TargetGrants",
        target_object_key_format="TargetObjectKeyFormat",
    ),
    {**_SETTING, **_OWNER},
)

CORS = _setting("aws_s3_bucket_cors_configuration", GET_BUCKET_CORS, renamed(cors_rule="CORSRules"), _OWNER)


def _rules(case: Case) -> dict[str, Any]:
    """By their ids, so that a difference names its rule."""
    return {rule.get("ID", ""): _rule(rule) for rule in case.answer["Rules"]}


def _rule(rule: Mapping[str, Any]) -> Any:
    found = snaked(rule, _RULE_NAMES)
    conditions = found.get("filter") or {}
    if conditions.get("and", {}).get("tags"):
        conditions["and"]["tags"] = tag_map(rule["Filter"]["And"]["Tags"])
    return found


def _intended_rules(case: Case) -> dict[str, Any]:
    return {rule["id"]: rule for rule in case.state("rule") or ()}


def _size(case: Case) -> Any:
    return case.answer.get("TransitionDefaultMinimumObjectSize") or case.state("transition_default_minimum_object_size")


LIFECYCLE = _setting(
    "aws_s3_bucket_lifecycle_configuration",
    GET_BUCKET_LIFECYCLE,
    {"rule": Same(_rules, intended=_intended_rules), "transition_default_minimum_object_size": Same(_size)},
    {**_OWNER, **left_out((OWN, "timeouts"))},
)

TRANSLATORS: tuple[Translator, ...] = (
    BUCKET,
    VERSIONING,
    ENCRYPTION,
    PUBLIC_ACCESS_BLOCK,
    OWNERSHIP,
    POLICY,
    LOGGING,
    CORS,
    LIFECYCLE,
)
