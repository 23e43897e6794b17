"""Faults of the checks on what roles can really do."""

from __future__ import annotations

from typing import Any

from tests.audit.healthy_iam import allow

INLINE = "iam.roles.1.inline_policies.0.document"
"""A policy of the workers' role in the small environment."""
TRUST = "iam.roles.1.trust"
BUCKET_POLICY = "buckets.0.policy"
BUCKET = "arn:aws:s3:::ray-small-models-123456789012"
LOGS = "arn:aws:s3:::ray-small-logs-123456789012"
WORKER = "arn:aws:iam::123456789012:role/ray-small-worker"
KEY = "arn:aws:kms:us-west-2:123456789012:key/1234"
GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trusting(type_: str, identifier: str, action: str = "sts:AssumeRole", **condition: Any) -> dict[str, Any]:
    """A trust policy."""
    statement = {"Effect": "Allow", "Principal": {type_: identifier}, "Action": action}
    return document({**statement, "Condition": condition} if condition else statement)


def doing(*actions: str, on: str = "*") -> dict[str, Any]:
    """A policy that allows actions."""
    return document(allow("Added", list(actions), [on]))


_WEB = "sts:AssumeRoleWithWebIdentity"
_AUDIENCE = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}

FAULTS: dict[str, tuple[str, Any]] = {
    "iam_effect.no_privilege_escalation": (INLINE, doing("iam:PassRole", "ec2:RunInstances")),
    "iam_effect.trust_not_open": (TRUST, trusting("AWS", "*")),
    "iam_effect.trust_needs_external_id": (TRUST, trusting("AWS", "arn:aws:iam::999999999999:root")),
    "iam_effect.trust_names_audience": (TRUST, trusting("Federated", GITHUB, _WEB)),
    "iam_effect.trust_names_caller": (TRUST, trusting("Service", "vpc-flow-logs.amazonaws.com")),
    "iam_effect.bucket_access_declared": (INLINE, doing("s3:GetObject")),
    "iam_effect.key_use_declared": (INLINE, doing("kms:*", on=KEY)),
    "iam_effect.file_system_access_declared": (INLINE, doing("elasticfilesystem:Client*")),
    "iam_effect.no_other_keys": (INLINE, doing("kms:Decrypt")),
    "iam_effect.secrets_declared": (INLINE, doing("secretsmanager:Get*")),
    "iam_effect.parameters_closed": (INLINE, doing("ssm:GetParameters")),
}

_EVERYBODY = {**allow("X", ["elasticfilesystem:*"], ["*"]), "Principal": "*"}
_BUCKETS = "iam_effect.bucket_access_declared"
_WAYS = "iam_effect.no_privilege_escalation"

MORE_FAULTS: tuple[tuple[str, str, Any], ...] = (
    ("iam.no_whole_service", INLINE, doing("s3:Get*", "s3:Put*", "s3:Delete*", "s3:List*")),
    (
        "iam.no_star_on_star",
        INLINE,
        document({"Effect": "Allow", "NotAction": "sns:*", "NotResource": "arn:aws:sns:::x"}),
    ),
    (_WAYS, INLINE, doing("iam:Put*", on="arn:aws:iam::*:role/*")),
    (_WAYS, INLINE, doing("sts:Assume*")),
    (_WAYS, INLINE, doing("ssm:SendCommand")),
    (_WAYS, INLINE, doing("iam:PassRole", "lambda:*", on="*")),
    (_WAYS, INLINE, doing("iam:PassRole", "ec2:RunInstances", on="arn:aws:*:*:*:*")),
    (_WAYS, INLINE, document({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})),
    (
        _WAYS,
        INLINE,
        document(
            allow("Pass", ["iam:PassRole"], ["*"], StringEquals={"iam:PassedToService": "ec2.amazonaws.com"}),
            allow("Run", ["ec2:Run*"], ["*"], StringEquals={"aws:RequestedRegion": "us-west-2"}),
        ),
    ),
    ("iam_effect.trust_not_open", TRUST, document({"Effect": "Allow", "Principal": "*", "Action": "sts:*"})),
    ("iam_effect.trust_not_open", TRUST, trusting("AWS", "*", StringLike={"aws:PrincipalArn": "*"})),
    ("iam_effect.trust_names_audience", TRUST, trusting("Federated", GITHUB, _WEB, StringEquals=_AUDIENCE)),
    (
        "iam_effect.trust_names_audience",
        TRUST,
        trusting("Federated", "arn:aws:iam::123456789012:saml-provider/okta", "sts:AssumeRoleWithSAML"),
    ),
    (_BUCKETS, INLINE, doing("s3:PutBucketVersioning", on=BUCKET)),
    (_BUCKETS, INLINE, doing("s3:*", on=f"{LOGS}/models/*")),
    (_BUCKETS, BUCKET_POLICY, document({**allow("X", ["s3:GetObject"], [f"{LOGS}/*"]), "Principal": {"AWS": WORKER}})),
    (_BUCKETS, "buckets.1.policy", document({**allow("X", ["s3:*"], ["*"]), "Principal": "*", "Effect": "Deny"})),
    (_BUCKETS, "iam.roles.0.boundary.document", doing("ec2:*")),
    ("iam_effect.key_use_declared", "keys.0.policy", document()),
    ("iam_effect.secrets_declared", INLINE, document()),
    (
        "iam_effect.secrets_declared",
        "secrets.1.policy",
        document({**allow("X", ["secretsmanager:*"], ["*"]), "Principal": {"AWS": WORKER}}),
    ),
    (
        "iam_effect.secrets_declared",
        "secrets.0.policy",
        document({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}),
    ),
    ("iam_effect.file_system_access_declared", "file_systems.0.policy", document(_EVERYBODY)),
    ("iam_effect.file_system_access_declared", "iam.roles.1.inline_policies.2.document", document()),
)


ALLOWED: tuple[tuple[str, str, Any], ...] = (
    (_WAYS, INLINE, doing("iam:PassRole", on="*")),
    (_WAYS, INLINE, document(allow("P", ["iam:PassRole"], [WORKER]), allow("R", ["ec2:RunInstances"], ["*"]))),
    (
        _WAYS,
        INLINE,
        document(
            allow("P", ["iam:PassRole"], ["*"], StringEquals={"iam:PassedToService": "ssm.amazonaws.com"}),
            allow("R", ["ec2:RunInstances"], ["*"]),
        ),
    ),
    (
        _WAYS,
        INLINE,
        document(allow("P", ["iam:*"], ["*"]), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}),
    ),
    (_WAYS, INLINE, doing("sts:AssumeRole", on="arn:aws:iam::123456789012:role/reporting")),
    ("iam.no_star_on_star", "iam.roles.0.boundary.document", doing("*")),
    ("iam_effect.trust_not_open", TRUST, trusting("AWS", "*", StringEquals={"aws:PrincipalOrgID": "o-1"})),
    (
        "iam_effect.trust_needs_external_id",
        TRUST,
        trusting("AWS", "999999999999", StringEquals={"sts:ExternalId": "one-of-ours"}),
    ),
    (
        "iam_effect.trust_names_audience",
        TRUST,
        trusting(
            "Federated",
            GITHUB,
            _WEB,
            StringEquals=_AUDIENCE,
            StringLike={"token.actions.githubusercontent.com:sub": "repo:acme/infra:*"},
        ),
    ),
    (
        "iam_effect.trust_names_caller",
        TRUST,
        trusting("Service", "backup.amazonaws.com", StringEquals={"aws:SourceAccount": "123456789012"}),
    ),
)
"""What looks like a fault and is none."""
