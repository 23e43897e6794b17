"""Buckets and their settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from config.anyscale_cloud import CLOUD_BUCKET, AnyscaleCloudConfig
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Document, Tags, document_of, ordered, tags_of

_GONE = "NoSuchBucket"

LIST_BUCKETS = Read("s3", "ListBuckets", items="Buckets")
GET_BUCKET_VERSIONING = Read("s3", "GetBucketVersioning", absent=(_GONE,))
GET_BUCKET_ENCRYPTION = Read(
    "s3", "GetBucketEncryption", absent=(_GONE, "ServerSideEncryptionConfigurationNotFoundError")
)
GET_PUBLIC_ACCESS_BLOCK = Read("s3", "GetPublicAccessBlock", absent=(_GONE, "NoSuchPublicAccessBlockConfiguration"))
GET_BUCKET_OWNERSHIP_CONTROLS = Read(
    "s3", "GetBucketOwnershipControls", absent=(_GONE, "OwnershipControlsNotFoundError")
)
GET_BUCKET_POLICY = Read("s3", "GetBucketPolicy", absent=(_GONE, "NoSuchBucketPolicy"))
GET_BUCKET_LIFECYCLE = Read("s3", "GetBucketLifecycleConfiguration", absent=(_GONE, "NoSuchLifecycleConfiguration"))
GET_BUCKET_LOGGING = Read("s3", "GetBucketLogging", absent=(_GONE,))
GET_BUCKET_CORS = Read("s3", "GetBucketCors", absent=(_GONE, "NoSuchCORSConfiguration"))
GET_BUCKET_LOCATION = Read("s3", "GetBucketLocation", absent=(_GONE,))
GET_BUCKET_TAGGING = Read("s3", "GetBucketTagging", absent=(_GONE, "NoSuchTagSet", "NoSuchTagSetError"))

NOT_ASKED = "not asked"
PUBLIC_ACCESS_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


@dataclass(frozen=True)
class BucketEncryption:
    """Default encryption of a bucket."""

    algorithm: str
    key: str | None
    """What the bucket names: key id, ARN or alias."""
    bucket_key: bool


@dataclass(frozen=True)
class LifecycleRule:
    """One enabled lifecycle rule."""

    id: str
    filters: tuple[str, ...]
    """What narrows the rule, in words; nothing when it holds for the whole bucket."""
    expire_days: int | None
    noncurrent_days: int | None
    abort_upload_days: int | None
    transitions: tuple[tuple[int, str], ...]
    """Days and storage class."""
    others: tuple[str, ...] = ()
    """What else the rule does, in words: no environment can declare it."""


@dataclass(frozen=True)
class BucketLogging:
    """Where a bucket's access logs go."""

    bucket: str
    prefix: str


@dataclass(frozen=True)
class CorsRule:
    """One cross-origin rule."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    expose_headers: tuple[str, ...]
    max_age_seconds: int | None


@dataclass(frozen=True)
class Bucket:
    """A bucket."""

    name: str
    versioning: Reading[str]
    encryption: Reading[BucketEncryption | None]
    public_access_blocks: Reading[tuple[str, ...]]
    """Those of the four that are on."""
    ownership: Reading[str | None]
    policy: Reading[Document | None]
    lifecycle: Reading[tuple[LifecycleRule, ...]]
    logging: Reading[BucketLogging | None]
    cors: Reading[tuple[CorsRule, ...]]
    tags: Reading[Tags]
    region: Reading[str] = NOT_ASKED
    """Read of the bucket of an Anyscale cloud only: another may stand anywhere."""
    owned: Reading[bool] = True
    """Whether it is the account's own; read of a bucket that somebody else manages only."""


_READS: Mapping[str, Read] = {
    "versioning": GET_BUCKET_VERSIONING,
    "encryption": GET_BUCKET_ENCRYPTION,
    "public_access_blocks": GET_PUBLIC_ACCESS_BLOCK,
    "ownership": GET_BUCKET_OWNERSHIP_CONTROLS,
    "policy": GET_BUCKET_POLICY,
    "lifecycle": GET_BUCKET_LIFECYCLE,
    "logging": GET_BUCKET_LOGGING,
    "cors": GET_BUCKET_CORS,
    "tags": GET_BUCKET_TAGGING,
}


def collect_buckets(reader: Reader, scope: Scope) -> tuple[Bucket, ...]:
    """Read the settings of the buckets that are declared or in the state; one that is gone is left out.

    A bucket that an Anyscale cloud uses and somebody else manages is read, too.
    """
    environment = scope.environment
    declared = {environment.bucket_name(bucket) for bucket in environment.all_buckets}
    of_cloud = {environment.bucket_name(CLOUD_BUCKET)} if isinstance(environment, AnyscaleCloudConfig) else set()
    names = sorted(declared.union(of_cloud, scope.state.values("aws_s3_bucket", "bucket")))
    started = {name: _start(reader, name, with_region=name in of_cloud) for name in names}
    owned = {name: _owned(reader, name) for name in of_cloud - declared}
    found = (_bucket(name, answers) for name, answers in started.items() if not _is_gone(answers))
    return tuple(replace(bucket, owned=owned[bucket.name]) if bucket.name in owned else bucket for bucket in found)


def _owned(reader: Reader, name: str) -> Reading[bool]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html"""
    return reader.start(LIST_BUCKETS).parse(lambda answer: name in {bucket["Name"] for bucket in answer})


def _start(reader: Reader, name: str, *, with_region: bool) -> dict[str, Answer]:
    reads = {**_READS, "region": GET_BUCKET_LOCATION} if with_region else _READS
    return {setting: reader.start(read, Bucket=name) for setting, read in reads.items()}


def _is_gone(answers: Mapping[str, Answer]) -> bool:
    """GetBucketVersioning always has an answer for a bucket that is there."""
    return answers["versioning"].parse(lambda answer: answer is None) is True


def _bucket(name: str, answers: Mapping[str, Answer]) -> Bucket:
    return Bucket(
        name=name,
        versioning=answers["versioning"].parse(lambda answer: str(answer.get("Status", "Disabled"))),
        encryption=answers["encryption"].parse(_encryption),
        public_access_blocks=answers["public_access_blocks"].parse(public_access_blocks_of),
        ownership=answers["ownership"].parse(_ownership),
        policy=answers["policy"].parse(lambda answer: document_of(answer["Policy"]) if answer else None),
        lifecycle=answers["lifecycle"].parse(_lifecycle),
        logging=answers["logging"].parse(_logging),
        cors=answers["cors"].parse(_cors),
        region=answers["region"].parse(_region) if "region" in answers else NOT_ASKED,
        tags=answers["tags"].parse(lambda answer: tags_of(answer["TagSet"] if answer else None)),
    )


def _region(answer: Mapping[str, Any] | None) -> str:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html"""
    location = (answer or {}).get("LocationConstraint")
    return {None: "us-east-1", "EU": "eu-west-1"}.get(location, str(location))


def _encryption(answer: Mapping[str, Any] | None) -> BucketEncryption | None:
    if answer is None:
        return None
    rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0]
    default = rule["ApplyServerSideEncryptionByDefault"]
    return BucketEncryption(default["SSEAlgorithm"], default.get("KMSMasterKeyID"), rule.get("BucketKeyEnabled", False))


def public_access_blocks_of(answer: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Those of the four that are on, of a bucket, an access point or the account."""
    blocks = answer["PublicAccessBlockConfiguration"] if answer else {}
    return tuple(block for block in PUBLIC_ACCESS_BLOCKS if blocks.get(block))


def _ownership(answer: Mapping[str, Any] | None) -> str | None:
    return str(answer["OwnershipControls"]["Rules"][0]["ObjectOwnership"]) if answer else None


def _lifecycle(answer: Mapping[str, Any] | None) -> tuple[LifecycleRule, ...]:
    rules = answer["Rules"] if answer else ()
    return ordered((_rule(rule) for rule in rules if rule["Status"] == "Enabled"), key=lambda rule: rule.id)


def _rule(rule: Mapping[str, Any]) -> LifecycleRule:
    transitions = ((step["Days"], step["StorageClass"]) for step in rule.get("Transitions", ()) if "Days" in step)
    return LifecycleRule(
        id=rule.get("ID", ""),
        filters=tuple(sorted(_filters(rule))),
        expire_days=rule.get("Expiration", {}).get("Days"),
        noncurrent_days=rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays"),
        abort_upload_days=rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
        transitions=tuple(sorted(transitions)),
        others=tuple(sorted(_others(rule))),
    )


def _filters(rule: Mapping[str, Any]) -> Iterator[str]:
    """A single condition stands in the filter itself, several in its `And`; old rules have a prefix and no filter."""
    given = rule.get("Filter") or {"Prefix": rule.get("Prefix", "")}
    conditions = {**given, **given.get("And", {})}
    tags = [*conditions.pop("Tags", ()), *filter(None, [conditions.pop("Tag", None)])]
    conditions.pop("And", None)
    yield from (f"tag {tag['Key']}={tag['Value']}" for tag in tags)
    # An empty prefix is how a rule for the whole bucket is written.
    yield from (f"{name} {value}" for name, value in conditions.items() if value not in ("", None))


def _others(rule: Mapping[str, Any]) -> Iterator[str]:
    known = {
        "Expiration": "Days",
        "NoncurrentVersionExpiration": "NoncurrentDays",
        "AbortIncompleteMultipartUpload": "DaysAfterInitiation",
    }
    for element, day in known.items():
        settings: Mapping[str, Any] = rule.get(element, {})
        yield from (f"{element}.{name} {value}" for name, value in settings.items() if value and name != day)
    yield from (
        f"move to {step['StorageClass']} on {step['Date']}" for step in rule.get("Transitions", ()) if "Date" in step
    )
    for step in rule.get("NoncurrentVersionTransitions", ()):
        yield f"move old versions to {step['StorageClass']} after {step.get('NoncurrentDays')}"


def _logging(answer: Mapping[str, Any]) -> BucketLogging | None:
    enabled = answer.get("LoggingEnabled")
    return BucketLogging(enabled["TargetBucket"], enabled.get("TargetPrefix", "")) if enabled else None


def _cors(answer: Mapping[str, Any] | None) -> tuple[CorsRule, ...]:
    return tuple(_cors_rule(rule) for rule in (answer["CORSRules"] if answer else ()))


def _cors_rule(rule: Mapping[str, Any]) -> CorsRule:
    def sorted_field(name: str) -> tuple[str, ...]:
        values: Iterable[str] = rule.get(name, ())
        return tuple(sorted(values))

    return CorsRule(
        origins=sorted_field("AllowedOrigins"),
        methods=sorted_field("AllowedMethods"),
        headers=sorted_field("AllowedHeaders"),
        expose_headers=sorted_field("ExposeHeaders"),
        max_age_seconds=rule.get("MaxAgeSeconds"),
    )
