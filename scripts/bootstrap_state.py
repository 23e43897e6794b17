"""`make bootstrap-state`: make the bucket that holds the Terraform states, and mend its settings.

One bucket per account and region, for all environments there. It is not itself under Terraform: its state would
have no place to be.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from config.errors import UserError, report_user_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from config.environment import Environment

KEPT_NONCURRENT_DAYS = 365
"""How long one can go back to an older state."""


def bootstrap(s3: S3Client, *, bucket: str, account_id: str, region: str) -> bool:
    """Make the bucket if there is none, and give it all its settings; True when it was made now."""
    owner: dict[str, Any] = {"Bucket": bucket, "ExpectedBucketOwner": account_id}
    is_new = not _exists(s3, bucket, account_id)
    if is_new:
        _create(s3, bucket, region)
    s3.put_public_access_block(
        **owner,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_ownership_controls(**owner, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    s3.put_bucket_versioning(**owner, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(**owner, ServerSideEncryptionConfiguration={"Rules": [_encryption()]})
    s3.put_bucket_policy(**owner, Policy=json.dumps(tls_only_policy(bucket, region)))
    s3.put_bucket_lifecycle_configuration(**owner, LifecycleConfiguration={"Rules": [_lifecycle()]})
    return is_new


def _exists(s3: S3Client, bucket: str, account_id: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account_id)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchBucket"}:
            return False
        if error.response["Error"]["Code"] in {"403", "AccessDenied"}:
            raise UserError(
                f"{bucket} exists, but not for account {account_id} or not for these credentials: "
                "ask who runs the account for s3:ListBucket on it"
            ) from None
        raise
    return True


def _create(s3: S3Client, bucket: str, region: str) -> None:
    # The oldest region is the default, and refused as a constraint.
    place: dict[str, Any] = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    s3.create_bucket(Bucket=bucket, ObjectOwnership="BucketOwnerEnforced", **place)


def _encryption() -> Any:
    # What Terraform's backend asks for with `encrypt = true`; no key policy to lock oneself out of the state with.
    return {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


def _lifecycle() -> Any:
    return {
        "ID": "old-states",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_NONCURRENT_DAYS},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }


def tls_only_policy(bucket: str, region: str) -> dict[str, Any]:
    """Deny everything that does not come over TLS."""
    arn = f"arn:{_partition(region)}:s3:::{bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def _partition(region: str) -> str:
    import boto3

    return boto3.session.Session().get_partition_for_region(region)


@contextmanager
def _explained(environment: Environment) -> Iterator[None]:
    """Turn what AWS refuses into one line."""
    from botocore.exceptions import BotoCoreError, ClientError

    bucket = environment.state_bucket
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "BucketAlreadyExists":
            line = f"the name {bucket} is taken by another account: use another region, or ask who runs that account"
        else:
            line = (
                f"AWS refuses {error.operation_name} on {bucket} ({code}): ask who runs the account for that permission"
            )
        raise UserError(line) from None
    except BotoCoreError as error:
        raise UserError(f"AWS cannot be reached for {bucket} ({error}): check the network, then try again") from None


def require_aws(environment: Environment) -> None:
    """Refuse on the emulator, where a bucket of that name would be of no use."""
    if environment.target == "local":
        raise UserError(f"{environment.name} is on the embedded AWS, where the state is a file: no bucket is needed")


@report_user_errors
def main() -> int:
    """Bootstrap the bucket of one environment's account and region."""
    from config.load import load_environment
    from scripts.arguments import environment_parser
    from scripts.target import enter_aws

    given = environment_parser("scripts.bootstrap_state", __doc__).parse_args()
    environment = load_environment(given.env, target=given.target)
    require_aws(environment)
    enter_aws(environment)
    import boto3

    with _explained(environment):
        is_new = bootstrap(
            boto3.client("s3", region_name=environment.region),
            bucket=environment.state_bucket,
            account_id=environment.account_id,
            region=environment.region,
        )
    print(f"{environment.state_bucket} {'is made' if is_new else 'was there, its settings are as they should be'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
