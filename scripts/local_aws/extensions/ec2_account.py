"""Settings of the account that protect what is made without care, in an account that is set up well.

A new account on AWS has none of them on; this one has, as a platform team leaves it, so that an audit of a fresh
environment speaks of the environment. Each can be turned off by its own call. Encryption by default is only said, not
done: moto encrypts a volume when it is asked to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response

from scripts.local_aws.extensions.plumbing import AwsError, Params, op, table, wrap

SHARING_BLOCKS = ("block-all-sharing", "block-new-sharing")
UNBLOCKED = "unblocked"
METADATA_MEMBERS = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "InstanceMetadataTags")
NO_PREFERENCE = ("no-preference", -1)


@wrap(EC2Backend, "get_ebs_encryption_by_default")
def get_ebs_encryption_by_default(_original: Callable[..., bool], self: Any) -> bool:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsEncryptionByDefault.html"""
    return bool(table(self, "account_settings").get("encryption", True))


@wrap(EC2Backend, "enable_ebs_encryption_by_default")
def enable_ebs_encryption_by_default(_original: Callable[..., None], self: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableEbsEncryptionByDefault.html"""
    table(self, "account_settings")["encryption"] = True


@wrap(EC2Backend, "disable_ebs_encryption_by_default")
def disable_ebs_encryption_by_default(_original: Callable[..., None], self: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableEbsEncryptionByDefault.html"""
    table(self, "account_settings")["encryption"] = False


@op(EC2Response)
def get_snapshot_block_public_access_state(self: Any, _params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSnapshotBlockPublicAccessState.html"""
    state = table(self.ec2_backend, "account_settings").get("snapshots", SHARING_BLOCKS[0])
    return {"State": state, "ManagedBy": "account"}


@op(EC2Response)
def enable_snapshot_block_public_access(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableSnapshotBlockPublicAccess.html"""
    if params.get("State") not in SHARING_BLOCKS:
        raise AwsError("InvalidParameterValue", f"State must be one of {', '.join(SHARING_BLOCKS)}")
    table(self.ec2_backend, "account_settings")["snapshots"] = params["State"]
    return {"State": params["State"]}


@op(EC2Response)
def disable_snapshot_block_public_access(self: Any, _params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableSnapshotBlockPublicAccess.html"""
    table(self.ec2_backend, "account_settings")["snapshots"] = UNBLOCKED
    return {"State": UNBLOCKED}


@op(EC2Response)
def get_instance_metadata_defaults(self: Any, _params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceMetadataDefaults.html"""
    return {"AccountLevel": {"ManagedBy": "account", **_metadata_defaults(self.ec2_backend)}}


@op(EC2Response)
def modify_instance_metadata_defaults(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataDefaults.html"""
    defaults = _metadata_defaults(self.ec2_backend)
    given = {member: params[member] for member in METADATA_MEMBERS if params.get(member) is not None}
    kept = {member: value for member, value in {**defaults, **given}.items() if value not in NO_PREFERENCE}
    table(self.ec2_backend, "account_settings")["metadata"] = kept
    return {"Return": True}


def _metadata_defaults(backend: Any) -> Params:
    found: Params = table(backend, "account_settings").setdefault("metadata", {"HttpTokens": "required"})
    return found
