"""Buckets against their declared settings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from config.s3 import LOGS_BUCKET, BucketConfig
from config.static_ec2 import StaticEc2Config
from scripts.audit import applies
from scripts.audit.policies import denies_plain_http
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import encrypted_with_our_key, tagged
from scripts.inventory import Inventory
from scripts.inventory.reading import mapped
from scripts.inventory.s3 import PUBLIC_ACCESS_BLOCKS, Bucket, BucketEncryption, BucketLogging, CorsRule, LifecycleRule


@check("s3.buckets_there", severity=Severity.HIGH, applies=applies.has_buckets)
def buckets_there(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every declared bucket is there.

    Fix: apply again; what was in a bucket that is gone comes from a copy only.
    """
    # The inventory leaves out a bucket only when AWS says that it is gone.
    found = {bucket.name: mapped(bucket.versioning, lambda _: "there") for bucket in inventory.buckets}
    for name in (config.bucket_name(bucket) for bucket in config.all_buckets):
        yield expect(name, "the bucket", found.get(name, "missing"), "there")


@check("s3.versioned", severity=Severity.MEDIUM, applies=applies.has_buckets)
def versioned(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """Versioning is on: what is overwritten or deleted by mistake can be brought back.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        yield expect(bucket.name, "versioning", bucket.versioning, "Enabled")


@check("s3.encrypted_with_our_key", severity=Severity.HIGH, applies=applies.has_buckets)
def bucket_encrypted_with_our_key(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """New objects are encrypted with the key of the environment.

    The logs bucket uses AES256: S3 cannot deliver access logs to a bucket whose default is SSE-KMS.
    Fix: apply again.
    """
    for name, bucket in _declared(inventory, config):
        if name == LOGS_BUCKET:
            yield expect(bucket.name, "encryption", mapped(bucket.encryption, _algorithm), "AES256")
        else:
            yield encrypted_with_our_key(bucket.name, mapped(bucket.encryption, _key), inventory)


@check("s3.bucket_key_on", severity=Severity.LOW, applies=applies.has_buckets)
def bucket_key_on(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The S3 bucket key is on: without it every object costs a call to KMS.

    Fix: apply again.
    """
    for name, bucket in _declared(inventory, config):
        if name != LOGS_BUCKET:
            on = mapped(bucket.encryption, lambda encryption: encryption is not None and encryption.bucket_key)
            yield expect(bucket.name, "bucket key", on, True)


@check("s3.public_access_blocked", severity=Severity.HIGH, applies=applies.has_buckets)
def public_access_blocked(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """All four public access blocks are on.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        yield expect(bucket.name, "public access blocks", bucket.public_access_blocks, PUBLIC_ACCESS_BLOCKS)


@check("s3.owner_enforced", severity=Severity.MEDIUM, applies=applies.has_buckets)
def owner_enforced(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """Access control lists are off: only policies say who may do what.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        yield expect(bucket.name, "object ownership", bucket.ownership, "BucketOwnerEnforced")


@check("s3.tls_only", severity=Severity.HIGH, applies=applies.has_buckets)
def bucket_tls_only(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The bucket policy refuses everything without TLS: on the bucket and on every object.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        arn = f"arn:{config.place.partition}:s3:::{bucket.name}"
        refuses = partial(denies_plain_http, actions=("*", "s3:*"), resources=(arn, f"{arn}/*"))
        yield expect(bucket.name, "refusal of plain HTTP", mapped(bucket.policy, refuses), True)


@check("s3.lifecycle_declared", severity=Severity.MEDIUM, applies=applies.has_buckets)
def lifecycle_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Objects, old versions and unfinished uploads go when the environment says, and move as it says.

    Fix: the bucket's settings in `buckets`, then apply.
    """
    for name, bucket in _declared(inventory, config):
        settings = config.all_buckets[name]
        yield expect(bucket.name, "lifecycle", mapped(bucket.lifecycle, _lifecycle), _declared_lifecycle(settings))


@check("s3.access_logged", severity=Severity.MEDIUM, applies=applies.has_buckets)
def access_logged(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Access to every bucket but the logs bucket is recorded there.

    Fix: apply again.
    """
    for name, bucket in _declared(inventory, config):
        if name != LOGS_BUCKET:
            target = mapped(bucket.logging, _place)
            yield expect(bucket.name, "access log", target, f"{config.bucket_name(LOGS_BUCKET)}/{name}/")


@check("s3.cors_declared", severity=Severity.MEDIUM, applies=applies.has_buckets)
def cors_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Cross-origin rules are exactly the declared ones.

    Fix: `cors` of the bucket, then apply.
    """
    for name, bucket in _declared(inventory, config):
        yield expect(bucket.name, "cross-origin rules", bucket.cors, _declared_cors(config.all_buckets[name]))


@check("s3.tagged", severity=Severity.LOW, applies=applies.has_buckets)
def buckets_tagged(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Buckets carry every tag of the environment.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        yield tagged(bucket.name, bucket.tags, config)


def _declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[tuple[str, Bucket]]:
    found = {bucket.name: bucket for bucket in inventory.buckets}
    for name in config.all_buckets:
        if config.bucket_name(name) in found:
            yield name, found[config.bucket_name(name)]


def _algorithm(encryption: BucketEncryption | None) -> str | None:
    return encryption.algorithm if encryption else None


def _key(encryption: BucketEncryption | None) -> str | None:
    return encryption.key if encryption else None


def _place(logging: BucketLogging | None) -> str | None:
    return f"{logging.bucket}/{logging.prefix}" if logging else None


def _lifecycle(rules: tuple[LifecycleRule, ...]) -> set[str]:
    """What the rules do, in words; a rule for a part of the bucket says so, because none is ever declared."""
    return {f"{step}{_narrowing(rule)}" for rule in rules for step in _steps(rule)}


def _narrowing(rule: LifecycleRule) -> str:
    return f" (only {' and '.join(rule.filters)})" if rule.filters else ""


def _steps(rule: LifecycleRule) -> Iterator[str]:
    if rule.expire_days is not None:
        yield f"objects expire after {rule.expire_days} days"
    if rule.noncurrent_days is not None:
        yield f"old versions after {rule.noncurrent_days}"
    if rule.abort_upload_days is not None:
        yield f"unfinished uploads after {rule.abort_upload_days}"
    for days, storage_class in rule.transitions:
        yield f"objects move to {storage_class} after {days}"
    yield from rule.others


def _declared_lifecycle(settings: BucketConfig) -> set[str]:
    rule = LifecycleRule(
        id="declared",
        filters=(),
        expire_days=settings.expire_days,
        noncurrent_days=settings.noncurrent_days,
        abort_upload_days=settings.abort_upload_days,
        transitions=tuple((step.days, step.storage_class) for step in settings.transitions),
    )
    return set(_steps(rule))


def _declared_cors(settings: BucketConfig) -> tuple[CorsRule, ...]:
    return tuple(
        CorsRule(
            origins=tuple(sorted(rule.origins)),
            methods=tuple(sorted(rule.methods)),
            headers=tuple(sorted(rule.headers)),
            expose_headers=tuple(sorted(rule.expose_headers)),
            max_age_seconds=rule.max_age_seconds,
        )
        for rule in settings.cors
    )
