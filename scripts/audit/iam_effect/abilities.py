"""What can be done to a bucket, a key or a file system, in words, and the action of AWS that does it."""

from __future__ import annotations

from collections.abc import Mapping

from config.s3 import BucketConfig
from scripts.audit.iam_effect.variables import Context

BUCKET = ""
OBJECTS = "/*"

BUCKET_ABILITIES: Mapping[str, tuple[str, str]] = {
    "list it": ("s3:ListBucket", BUCKET),
    "read objects": ("s3:GetObject", OBJECTS),
    "write objects": ("s3:PutObject", OBJECTS),
    "delete objects": ("s3:DeleteObject", OBJECTS),
    "delete old versions": ("s3:DeleteObjectVersion", OBJECTS),
    "change who owns objects": ("s3:PutObjectAcl", OBJECTS),
    "end a retention": ("s3:BypassGovernanceRetention", OBJECTS),
    "delete the bucket": ("s3:DeleteBucket", BUCKET),
    "change its policy": ("s3:PutBucketPolicy", BUCKET),
    "delete its policy": ("s3:DeleteBucketPolicy", BUCKET),
    "change its access list": ("s3:PutBucketAcl", BUCKET),
    "open it to the public": ("s3:PutBucketPublicAccessBlock", BUCKET),
    "change versioning": ("s3:PutBucketVersioning", BUCKET),
    "change its lifecycle": ("s3:PutLifecycleConfiguration", BUCKET),
    "change its encryption": ("s3:PutEncryptionConfiguration", BUCKET),
    "copy it elsewhere": ("s3:PutReplicationConfiguration", BUCKET),
    "stop its access log": ("s3:PutBucketLogging", BUCKET),
}
"""Action, and whether it is asked of the bucket or of its objects.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

KEY_USE: Mapping[str, str] = {"decrypt": "kms:Decrypt", "make data keys": "kms:GenerateDataKey"}
"""What nodes need of the key of the environment."""

KEY_MISUSE: Mapping[str, str] = {
    "delete it": "kms:ScheduleKeyDeletion",
    "turn it off": "kms:DisableKey",
    "change its policy": "kms:PutKeyPolicy",
    "hand it on by a grant": "kms:CreateGrant",
    "take grants back": "kms:RevokeGrant",
    "stop its rotation": "kms:DisableKeyRotation",
    "move its alias": "kms:UpdateAlias",
    "delete its alias": "kms:DeleteAlias",
}
"""What nodes never need.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
"""

BY_NO_SERVICE: Context = {"kms:viaservice": (), "kms:grantisforawsresource": ("false",)}
"""What is known of a request to KMS that no service of AWS makes for the caller."""

MOUNT: Mapping[str, str] = {
    "mount it": "elasticfilesystem:ClientMount",
    "write to it": "elasticfilesystem:ClientWrite",
}
"""What nodes need of the file system."""

PAST_ACCESS_POINT: Mapping[str, str] = {
    "mount it past the access point": "elasticfilesystem:ClientMount",
    "be root on it past the access point": "elasticfilesystem:ClientRootAccess",
}
"""What nodes of a Ray cluster never need: through the access point a client is the user that it sets, whoever it says
it is.

https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
"""

FILE_SYSTEM_MISUSE: Mapping[str, str] = {
    "delete it": "elasticfilesystem:DeleteFileSystem",
    "change its policy": "elasticfilesystem:PutFileSystemPolicy",
    "delete its policy": "elasticfilesystem:DeleteFileSystemPolicy",
    "open another subnet": "elasticfilesystem:CreateMountTarget",
    "add an access point": "elasticfilesystem:CreateAccessPoint",
    "stop its backup": "elasticfilesystem:PutBackupPolicy",
    "copy it elsewhere": "elasticfilesystem:CreateReplicationConfiguration",
}
"""What no role of ours needs."""

ROOT: Mapping[str, str] = {"be root on it": "elasticfilesystem:ClientRootAccess"}
"""What Anyscale's nodes need beside: they mount the file system itself, and containers write as root.

https://docs.anyscale.com/clouds/aws/manage
"""

NO_ACCESS_POINT: Context = {"elasticfilesystem:accesspointarn": ()}
"""What is known of a request that goes past the access point."""

_READ = ("list it", "read objects")
_WRITE = ("write objects", "delete objects")


def declared_abilities(settings: BucketConfig) -> set[str]:
    """What `node_access` means."""
    return {"none": set(), "read_only": {*_READ}, "read_write": {*_READ, *_WRITE}}[settings.node_access]
