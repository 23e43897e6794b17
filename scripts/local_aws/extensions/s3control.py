"""S3 Control: an account that is set up well has its block of public access on, so this one begins with it.

It is the account's setting, not Terraform's, and the audit judges it the same here and on AWS. Removed or changed by
a caller it stays removed or changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.s3control.models import S3ControlBackend

from scripts.local_aws.extensions.plumbing import table, wrap

BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PublicAccessBlockConfiguration.html"""


@wrap(S3ControlBackend, "get_public_access_block")
def get_public_access_block(original: Callable[..., Any], self: Any, account_id: str) -> Any:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html"""
    if self.public_access_block is None and not table(self, "public_access_block"):
        self.put_public_access_block(account_id, dict.fromkeys(BLOCKS, True))
    return original(self, account_id)


@wrap(S3ControlBackend, "delete_public_access_block")
def delete_public_access_block(original: Callable[..., None], self: Any, account_id: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DeletePublicAccessBlock.html"""
    original(self, account_id)
    table(self, "public_access_block")["removed"] = True
