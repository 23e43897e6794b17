"""`docs/auditor-policy.md` and `.json`: what an auditor's role must be allowed, from the reads that the audit makes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import scripts.inventory
from scripts.inventory.reading import Read

POLICY_NAME = "auditor-policy.json"

POLICY_CHARACTERS = 6_144
"""Characters of a managed policy, white space not counted.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

_PREFIXES = {
    "amp": "aps",
    "efs": "elasticfilesystem",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "service-quotas": "servicequotas",
}
"""Services that IAM calls otherwise than boto3.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

_ACTIONS = {
    "memorydb:DescribeACLs": "memorydb:DescribeAcls",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
}
"""Calls that IAM names otherwise than the API does.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

_ALSO = {"efs:DescribeMountTargetSecurityGroups": ("ec2:DescribeNetworkInterfaceAttribute",)}
"""What a call needs besides its own action.

Source: https://docs.aws.amazon.com/efs/latest/ug/API_DescribeMountTargetSecurityGroups.html
"""

_EVERY_BUCKET = frozenset({"s3:ListAllMyBuckets", "s3:GetAccountPublicAccessBlock", "s3:ListAccessPoints"})
"""Actions on S3 that no bucket's ARN narrows."""

_NARROWED: Mapping[str, tuple[str, str]] = {
    "s3:GetAccessPoint": ("AccessPoints", "arn:aws:s3:*:*:accesspoint/*"),
    "s3:": ("Buckets", "arn:aws:s3:::ray-*"),
    "secretsmanager:DescribeSecret": ("Secrets", "arn:aws:secretsmanager:*:*:secret:ray-*"),
    "secretsmanager:GetResourcePolicy": ("Secrets", "arn:aws:secretsmanager:*:*:secret:ray-*"),
}
"""Statement and resource of the actions whose resources have names of ours, by the beginning of the action."""

_STATE = [
    {"Sid": "State", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::rayform-state-*/*.tfstate"},
    {
        "Sid": "StateIsThere",
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::rayform-state-*",
    },
]

_INTRODUCTION = """\
# The auditor's role

`make audit` and `make dump` read, and nothing else. Every call is declared as a constant in `scripts/inventory/`; the
clients refuse all others before anything is sent, and of the objects in S3 all but the Terraform state. So the list of
calls below is complete, but for `sts:GetCallerIdentity`, which needs no permission.

[`auditor-policy.json`](auditor-policy.json) is the smallest policy that lets every read through, made from the same
list. Attach it to a role of its own:

```
aws iam create-policy --policy-name rayform-auditor --policy-document file://docs/auditor-policy.json
```

- `ray-*` is for environments whose `project` is `ray`, the default. Put in your own, and the names of buckets and
  secrets that you gave yourself. In China or the US government's regions the ARNs begin otherwise.
- Where the list of resources is `*`, AWS has no way to narrow the action, or the audit looks for what it does not know:
  a security group made by hand has no name of ours.
- The state holds secrets of the deployment. Whoever may read it, may read those: `s3:GetObject` is what to think about.
  The state bucket is encrypted with the key that S3 manages; with a key of your own, add `kms:Decrypt` on it.
- A read that is refused makes its checks UNKNOWN and the exit code 3; the coverage line names it.

"""


def inventory_reads() -> list[Read]:
    """Every read that a module of the inventory declares, by name."""
    found = walk_packages(scripts.inventory.__path__, f"{scripts.inventory.__name__}.")
    values = (value for module in found for value in vars(import_module(module.name)).values())
    reads = {value.name: value for value in values if isinstance(value, Read)}
    return sorted(reads.values(), key=lambda read: read.name)


def actions_of(read: Read) -> tuple[str, ...]:
    """IAM's actions for a read."""
    prefix = _PREFIXES.get(read.service, read.service)
    action = _ACTIONS.get(read.name, f"{prefix}:{read.operation}")
    return (action, *_ALSO.get(read.name, ()))


def policy_document(reads: Iterable[Read]) -> dict[str, Any]:
    """The policy."""
    statements: dict[tuple[str, str], set[str]] = {("Reads", "*"): set()}
    for action in sorted({action for read in reads for action in actions_of(read)}):
        statements.setdefault(_place(action), set()).add(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            *(
                {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": resource}
                for (sid, resource), actions in statements.items()
            ),
            *_STATE,
        ],
    }


def _place(action: str) -> tuple[str, str]:
    if action in _EVERY_BUCKET:
        return ("Reads", "*")
    return next((place for start, place in _NARROWED.items() if action.startswith(start)), ("Reads", "*"))


def render_auditor_policy_json() -> str:
    """Render the policy."""
    return json.dumps(policy_document(inventory_reads()), indent=2)


def render_auditor_policy() -> str:
    """Render the page."""
    reads = inventory_reads()
    size = len(json.dumps(policy_document(reads), separators=(",", ":")))
    lines = [
        _INTRODUCTION
        + f"The policy has {size:,} of the {POLICY_CHARACTERS:,} characters that a managed policy may have.",
        "",
        f"## The {len(reads)} reads",
        "",
        "| call | action | reads |",
        "|---|---|---|",
        *(_row(read) for read in reads),
        "",
    ]
    return "\n".join(lines)


def _row(read: Read) -> str:
    what = f"`{read.items}`, every page" if read.items else "one document"
    return f"| `{read.name}` | {', '.join(f'`{action}`' for action in actions_of(read))} | {what} |"
