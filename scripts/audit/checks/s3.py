"""Buckets against their declared settings, and who is let in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from config.foundation import FoundationConfig
from config.s3 import LOGS_BUCKET, BucketConfig
from scripts.audit import applies
from scripts.audit.policies import denies_plain_http
from scripts.audit.registry import Severity, check
from scripts.audit.resource_policies import allowing_any, open_actions, strangers
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import encrypted_with_our_key, tagged
from scripts.inventory import Inventory
from scripts.inventory.reading import Reading, Unreadable, each, mapped, readable
from scripts.inventory.s3 import PUBLIC_ACCESS_BLOCKS, Bucket, BucketEncryption, BucketLogging, CorsRule, LifecycleRule

READS = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetBucketAcl", "s3:ListBucket", "s3:ListBucketVersions")
WRITES = ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:PutObjectAcl")
"""What stands for reading and for changing a bucket in the policies of buckets."""


@check("s3.buckets_there", severity=Severity.HIGH, applies=applies.has_buckets, setting="buckets")
def buckets_there(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every declared bucket is there.

    Why: jobs know their buckets by name, and a name that is free can be taken by any account.

    Fix: apply again; what was in a bucket that is gone comes from a copy only.
    """
    # The inventory leaves out a bucket only when AWS says that it is gone.
    found = {bucket.name: mapped(bucket.versioning, lambda _: "there") for bucket in inventory.buckets}
    for name in (config.bucket_name(bucket) for bucket in config.all_buckets):
        yield expect(name, "the bucket", found.get(name, "missing"), "there")


@check(
    "s3.versioned",
    severity=Severity.MEDIUM,
    applies=applies.has_buckets,
    standards=("Config s3-bucket-versioning-enabled",),
)
def versioned(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Versioning is on.

    Why: what is overwritten or deleted by mistake can then be brought back.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        yield expect(bucket.name, "versioning", bucket.versioning, "Enabled")


@check(
    "s3.encrypted_with_our_key",
    severity=Severity.HIGH,
    applies=applies.has_buckets,
    standards=("Config s3-default-encryption-kms",),
)
def bucket_encrypted_with_our_key(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """New objects are encrypted with the key of the environment, those of the logs bucket with S3's own.

    Why: who may use the key decides who can read an object, whatever the bucket's policy says. S3 cannot deliver access
    logs to a bucket whose default is SSE-KMS.

    Fix: apply again.
    """
    for name, bucket in _declared(inventory, config):
        if name == LOGS_BUCKET:
            yield expect(bucket.name, "encryption", mapped(bucket.encryption, _algorithm), "AES256")
        else:
            yield encrypted_with_our_key(bucket.name, mapped(bucket.encryption, _key), inventory)


@check("s3.bucket_key_on", severity=Severity.LOW, applies=applies.has_buckets)
def bucket_key_on(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The S3 bucket key is on.

    Why: without it every object costs a call to KMS, and a busy job is throttled there.

    Fix: apply again.
    """
    for name, bucket in _declared(inventory, config):
        if name != LOGS_BUCKET:
            on = mapped(bucket.encryption, lambda encryption: encryption is not None and encryption.bucket_key)
            yield expect(bucket.name, "bucket key", on, True)


@check(
    "s3.public_access_blocked",
    severity=Severity.HIGH,
    applies=applies.has_buckets,
    standards=("FSBP S3.8", "CIS 2.1.4", "Config s3-bucket-level-public-access-prohibited"),
)
def public_access_blocked(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """All four public access blocks are on.

    Why: they hold whatever a policy or an access control list says, now or later.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        yield expect(bucket.name, "public access blocks", bucket.public_access_blocks, PUBLIC_ACCESS_BLOCKS)


@check(
    "s3.owner_enforced",
    severity=Severity.MEDIUM,
    applies=applies.has_buckets,
    standards=("FSBP S3.12", "Config s3-bucket-acl-prohibited"),
)
def owner_enforced(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Access control lists are off.

    Why: then only policies say who may do what, and every object belongs to this account, whoever wrote it.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        yield expect(bucket.name, "object ownership", bucket.ownership, "BucketOwnerEnforced")


@check(
    "s3.tls_only",
    severity=Severity.HIGH,
    applies=applies.has_buckets,
    standards=("FSBP S3.5", "CIS 2.1.1", "Config s3-bucket-ssl-requests-only"),
)
def bucket_tls_only(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The bucket policy refuses everything without TLS: on the bucket and on every object.

    Why: without TLS everybody on the way reads what is sent, and the signature of the request.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        arn = f"arn:{config.place.partition}:s3:::{bucket.name}"
        refuses = partial(denies_plain_http, actions=("*", "s3:*"), resources=(arn, f"{arn}/*"))
        yield expect(bucket.name, "refusal of plain HTTP", mapped(bucket.policy, refuses), True)


@check(
    "s3.lifecycle_declared",
    severity=Severity.MEDIUM,
    applies=applies.has_buckets,
    standards=("FSBP S3.13", "Config s3-lifecycle-policy-check", "Config s3-version-lifecycle-policy-check"),
    setting="buckets",
)
def lifecycle_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Objects, old versions and unfinished uploads go when the environment says, and move as it says.

    Objects with a prefix of `expire_prefix_days` go when that says.

    Why: old versions and unfinished uploads cost money though nobody sees them; a rule made by hand deletes what was
    to stay.

    Fix: the bucket's settings in `buckets`, then apply.
    """
    for name, bucket in _declared(inventory, config):
        settings = config.all_buckets[name]
        yield expect(bucket.name, "lifecycle", mapped(bucket.lifecycle, _lifecycle), _declared_lifecycle(settings))


@check(
    "s3.access_logged",
    severity=Severity.MEDIUM,
    applies=applies.has_buckets,
    standards=("FSBP S3.9", "Config s3-bucket-logging-enabled"),
)
def access_logged(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Access to every bucket but the logs bucket is recorded there.

    Why: without the log nobody can say later who read or removed what.

    Fix: apply again.
    """
    for name, bucket in _declared(inventory, config):
        if name != LOGS_BUCKET:
            target = mapped(bucket.logging, _place)
            yield expect(bucket.name, "access log", target, f"{config.bucket_name(LOGS_BUCKET)}/{name}/")


@check("s3.cors_declared", severity=Severity.MEDIUM, applies=applies.has_buckets, setting="buckets")
def cors_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Cross-origin rules are exactly the declared ones.

    Why: each origin lets its web pages read the bucket with the rights of whoever visits them.

    Fix: `cors` of the bucket in `buckets`, then apply.
    """
    for name, bucket in _declared(inventory, config):
        yield expect(bucket.name, "cross-origin rules", bucket.cors, _declared_cors(config.all_buckets[name]))


@check(
    "s3.tagged",
    severity=Severity.LOW,
    applies=applies.has_buckets,
    standards=("Config s3-bucket-tagged",),
    setting="tags",
)
def buckets_tagged(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Buckets carry every tag of the environment.

    Why: tags tell who pays for it and whom to ask.

    Fix: `tags` and `owner`, then apply.
    """
    for bucket in inventory.buckets:
        yield tagged(bucket.name, bucket.tags, config)


@check(
    "s3.account_public_access_blocked",
    severity=Severity.MEDIUM,
    standards=("FSBP S3.1", "CIS 2.1.4", "Config s3-account-level-public-access-blocks-periodic"),
)
def account_public_access_blocked(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """All four public access blocks are on for the whole account.

    Why: they hold for every bucket there is and every one to come, those made by hand included.

    Fix: `aws s3control put-public-access-block --account-id …`, by whoever looks after the account.
    """
    blocks = inventory.s3_account.public_access_blocks
    yield expect(f"account {config.account_id}", "public access blocks", blocks, PUBLIC_ACCESS_BLOCKS)


@check(
    "s3.no_public_read",
    severity=Severity.HIGH,
    applies=applies.has_buckets,
    standards=("FSBP S3.2", "Config s3-bucket-public-read-prohibited"),
)
def no_public_read(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Neither a policy nor an access control list lets everybody read a bucket.

    Why: whoever learns its name has the data; a block in front of an open policy is one click away from gone.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        yield _closed(bucket, READS)


@check(
    "s3.no_public_write",
    severity=Severity.HIGH,
    applies=applies.has_buckets,
    standards=("FSBP S3.3", "Config s3-bucket-public-write-prohibited"),
)
def no_public_write(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Neither a policy nor an access control list lets everybody change a bucket.

    Why: code and models that jobs load from it run on every node.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        yield _closed(bucket, WRITES)


@check(
    "s3.no_other_account",
    severity=Severity.HIGH,
    applies=applies.has_buckets,
    standards=("FSBP S3.6", "Config s3-bucket-blacklisted-actions-prohibited"),
)
def no_other_account(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The bucket policy lets in no principal of another account, and nobody who has been deleted.

    Why: nothing here is shared with another account, and what another account can change it can also open.

    Fix: apply again.
    """
    for bucket in inventory.buckets:
        others = mapped(bucket.policy, lambda policy: strangers(policy, config.account_id))
        yield expect(bucket.name, "others in the policy", others, ())


@check(
    "s3.access_points_blocked",
    severity=Severity.HIGH,
    standards=("FSBP S3.19", "Config s3-access-point-public-access-blocks"),
    optional=True,
)
def access_points_blocked(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """All four public access blocks are on for every access point of a bucket of ours.

    Why: an access point is a door with a policy of its own.

    Fix: `aws s3control delete-access-point`, and make it anew: its blocks cannot be changed.
    """
    for point in each(readable(inventory.s3_account.access_points)):
        yield expect(
            point.name, f"access point of {point.bucket}, blocks", point.public_access_blocks, PUBLIC_ACCESS_BLOCKS
        )


def _closed(bucket: Bucket, actions: tuple[str, ...]) -> Verdict:
    """Judge that no door stands open for these actions: lists count only when nothing turns them off."""
    granted = mapped(bucket.policy, lambda policy: allowing_any(open_actions(policy), actions))
    lists = _lists_count(bucket)
    for reading in (granted, lists):
        if isinstance(reading, Unreadable):
            return Verdict(bucket.name, reading, str(reading))
    doors = [*readable(granted), *(["access control lists"] if lists else [])]
    return expect(bucket.name, "open to everybody", doors, [])


def _lists_count(bucket: Bucket) -> Reading[bool]:
    if isinstance(bucket.ownership, Unreadable):
        return bucket.ownership
    if isinstance(bucket.public_access_blocks, Unreadable):
        return bucket.public_access_blocks
    return bucket.ownership != "BucketOwnerEnforced" and "IgnorePublicAcls" not in bucket.public_access_blocks


def _declared(inventory: Inventory, config: FoundationConfig) -> Iterator[tuple[str, Bucket]]:
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
    """What the rules do, in words; a rule for a part of the bucket says so."""
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
    below = (
        LifecycleRule("declared", (f"Prefix {prefix}",), days, None, None, ())
        for prefix, days in settings.expire_prefix_days.items()
    )
    return _lifecycle((rule, *below))


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
