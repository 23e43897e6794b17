"""Buckets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from constructs import Construct

from config.label import Label
from config.place import Place
from config.s3 import LOGS_BUCKET, BucketConfig, CorsConfig
from config.statement import ANYBODY, Condition, Statement
from modules.aws import (
    S3Bucket,
    S3BucketCorsConfiguration,
    S3BucketCorsConfigurationCorsRule,
    S3BucketLoggingA,
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
    S3BucketPolicy,
    S3BucketPublicAccessBlock,
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from modules.ids import THIS, construct_id
from modules.policy import policy_document
from modules.protection import protected, waive
from modules.s3_lifecycle import define_lifecycle

Grants = Callable[[str, BucketConfig], Sequence[Statement]]
"""Statements of a bucket's policy, from its ARN: what it lets roles do."""


class Bucket(Construct):
    """Define a private, versioned, encrypted bucket that takes TLS only.

    Stateful: `protect` maps to Terraform `prevent_destroy`, and only an unprotected bucket is emptied when destroyed.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: BucketConfig,
        name: str,
        label: Label,
        part: str,
        key_arn: str | None,
        protect: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._bucket = S3Bucket(
            self,
            THIS,
            bucket=name,
            force_destroy=not protect,
            lifecycle=protected(protect),
            tags=label.tags(part),
        )
        self._block_public_access()
        self._encrypt(key_arn)
        S3BucketVersioningA(
            self,
            "versioning",
            bucket=self.name,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        define_lifecycle(self, config=config, bucket=self.name)
        if config.cors:
            self._allow_origins(config.cors)
        self._explain(key_arn)

    def _explain(self, key_arn: str | None) -> None:
        reasons = {
            "CKV_AWS_144": "Copies in another region are for the account's backup policy to decide; versions are kept.",
            "CKV2_AWS_62": "Nothing listens to events of these buckets; jobs read them by name.",
        }
        if key_arn is None:
            reasons["CKV_AWS_145"] = "S3 delivers access logs only to buckets encrypted with its own keys (AES256)."
        waive(self._bucket, **reasons)

    def _block_public_access(self) -> None:
        S3BucketPublicAccessBlock(
            self,
            "public_access_block",
            bucket=self.name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self.name,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )

    def _encrypt(self, key_arn: str | None) -> None:
        default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="AES256" if key_arn is None else "aws:kms", kms_master_key_id=key_arn
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.name,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=default, bucket_key_enabled=key_arn is not None
                )
            ],
        )

    def _allow_origins(self, rules: Sequence[CorsConfig]) -> None:
        S3BucketCorsConfiguration(
            self,
            "cors",
            bucket=self.name,
            cors_rule=[
                S3BucketCorsConfigurationCorsRule(
                    allowed_origins=rule.origins,
                    allowed_methods=list(rule.methods),
                    allowed_headers=rule.headers or None,
                    expose_headers=rule.expose_headers or None,
                    max_age_seconds=rule.max_age_seconds,
                )
                for rule in rules
            ],
        )

    def log_access_to(self, bucket: Bucket, prefix: str) -> None:
        """Deliver access logs to another bucket, once its policy lets S3 do so."""
        S3BucketLoggingA(
            self,
            "logging",
            bucket=self.name,
            target_bucket=bucket.name,
            target_prefix=prefix,
            depends_on=[bucket.policy],
        )

    def set_policy(self, statements: Sequence[Statement]) -> None:
        """Refuse requests without TLS, and add statements."""
        tls_only = Statement(
            "DenyWithoutTls",
            ["s3:*"],
            [self.arn, f"{self.arn}/*"],
            effect="Deny",
            principals=ANYBODY,
            conditions=[Condition("Bool", "aws:SecureTransport", "false")],
        )
        self._policy = S3BucketPolicy(
            self, "policy", bucket=self.name, policy=policy_document(self, "policy_document", [tls_only, *statements])
        )

    @property
    def policy(self) -> S3BucketPolicy:
        """The bucket's policy, for what must wait for it."""
        return self._policy

    @cached_property
    def name(self) -> str:
        """Name of the bucket, a token that makes others wait for it."""
        return str(self._bucket.id)

    @cached_property
    def arn(self) -> str:
        """ARN of the bucket, a token until apply."""
        return str(self._bucket.arn)


class Buckets(Construct):
    """Define the buckets of an environment, and the one that takes the access logs of the others.

    `grants` gives the statements of a bucket's policy by its ARN: what it lets roles do.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        configs: Mapping[str, BucketConfig],
        names: Mapping[str, str],
        label: Label,
        place: Place,
        key_arn: str,
        grants: Grants,
        protect: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._configs = configs
        self._buckets = {
            part: Bucket(
                self,
                construct_id(part),
                config=config,
                name=names[part],
                label=label,
                part=part,
                # S3 cannot deliver access logs to a bucket whose default encryption is a KMS key.
                # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
                key_arn=None if part == LOGS_BUCKET else key_arn,
                protect=protect,
            )
            for part, config in configs.items()
        }
        for part, bucket in self._buckets.items():
            if part != LOGS_BUCKET:
                bucket.set_policy(grants(bucket.arn, configs[part]))
        if self._buckets:
            self._deliver_logs(self._buckets[LOGS_BUCKET], place)

    def _deliver_logs(self, logs: Bucket, place: Place) -> None:
        logs.set_policy([_log_delivery(logs, place)])
        for part, bucket in self._buckets.items():
            if bucket is not logs:
                bucket.log_access_to(logs, f"{part}/")

    @property
    def readable_arns(self) -> list[str]:
        """ARNs of the buckets that nodes may read."""
        return [*self._arns("read_only"), *self.writable_arns]

    @property
    def writable_arns(self) -> list[str]:
        """ARNs of the buckets that nodes may write to."""
        return self._arns("read_write")

    def _arns(self, node_access: str) -> list[str]:
        return [bucket.arn for part, bucket in self._buckets.items() if self._configs[part].node_access == node_access]

    def arn(self, part: str) -> str:
        """ARN of a bucket by its name in the environment file, a token until apply."""
        return self._buckets[part].arn

    @property
    def names(self) -> dict[str, str]:
        """Bucket names by their name in the environment file."""
        return {part: bucket.name for part, bucket in self._buckets.items()}


def _log_delivery(bucket: Bucket, place: Place) -> Statement:
    own_account = Condition("StringEquals", "aws:SourceAccount", place.account_id)
    return Statement(
        "AccessLogs",
        ["s3:PutObject"],
        [f"{bucket.arn}/*"],
        principals={"Service": ["logging.s3.amazonaws.com"]},
        conditions=[own_account],
    )
