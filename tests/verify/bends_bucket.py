"""The bucket: its policy, its key, what browsers are let do."""

from __future__ import annotations

import json

from config.anyscale import CloudBucketConfig
from tests.verify.bending import Bend, anyway, inline, rewritten, together
from tests.verify.bends_network import nothing
from tests.verify.bucket_bending import (
    CONSOLE,
    account_unblocked,
    and_deny,
    bucket_blocks,
    bucket_policy,
    cors,
    elsewhere,
    encryption,
    endpoint_for_others,
    for_roles,
    key_disabled,
    key_policy,
    only_allowed,
    only_tls,
    origin,
)

USABLE, KEY, TLS = "anyscale.bucket_usable", "anyscale.bucket_key_usable", "anyscale.bucket_tls_only"
CORS, THERE, PRIVATE = "anyscale.bucket_cors", "anyscale.bucket_there", "anyscale.bucket_private"
DENIED = "denied by statement No of the policy of bucket"
NO_READS = (
    rewritten("control_plane", "bucket", lambda text: text.replace('"s3:GetObject"', '"s3:GetObjectAcl"')),
    bucket_policy(lambda statements, d: json.loads(json.dumps(statements).replace("s3:GetObject", "s3:GetObjectAcl"))),
)

BENDS = (
    Bend("everything denied", and_deny("s3:*"), {USABLE: f"cannot s3:GetBucketLocation, .* in bucket .*: {DENIED}"}),
    Bend(
        "nodes may not write",
        and_deny("s3:PutObject", roles=("node",)),
        {USABLE: f"^cannot s3:PutObject in bucket .*: {DENIED}"},
    ),
    Bend(
        "only through our endpoint",
        and_deny("s3:*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}),
        {USABLE: f"cannot .*: {DENIED}"},
    ),
    Bend(
        "neither policy lets read", together(*NO_READS), {USABLE: "^cannot s3:GetObject in bucket .*: nothing allows"}
    ),
    Bend(
        "uploads denied by the role",
        inline(
            "node",
            {"Sid": "No", "Effect": "Deny", "NotAction": ["s3:Get*", "s3:List*", "kms:*", "ecr:*"], "Resource": "*"},
        ),
        {USABLE: "^cannot s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload in .*: denied by statement No of p"},
    ),
    Bend(
        "plain HTTP",
        bucket_policy(only_allowed),
        {TLS: "without TLS: s3:GetBucketLocation, .*s3:ListMultipartUploadParts"},
    ),
    Bend(
        "plain HTTP but for lists",
        together(
            bucket_policy(
                lambda statements, d: (
                    json.loads(json.dumps(only_tls(statements, d)).replace('"s3:*"', '"s3:List*"'))
                    + only_allowed(statements, d)
                )
            )
        ),
        {TLS: "without TLS: s3:GetBucketLocation, s3:GetObject, s3:PutObject"},
    ),
    Bend("no CORS", cors(), {CORS: "GET is not allowed at all"}),
    Bend("CORS for others", cors(origin("https://*.example.com")), {CORS: "GET is not allowed at all"}),
    Bend(
        "CORS without PUT",
        cors(origin(CONSOLE, ["GET", "POST", "HEAD", "DELETE"])),
        {CORS: ": PUT is not allowed at all$"},
    ),
    Bend(
        "CORS for some headers",
        cors(origin(CONSOLE, headers=("Range",))),
        {CORS: "GET is not allowed with any headers"},
    ),
    Bend(
        "CORS that shows no lengths",
        cors(origin("*", ["GET"], exposed=["ETag"]), origin(CONSOLE)),
        {CORS: ": GET does not expose Accept-Ranges, Content-Range, Content-Length$"},
    ),
    Bend(
        "an endpoint that lets nothing through",
        endpoint_for_others,
        {"anyscale.bucket_through_endpoint": "^cannot s3:GetBucketLocation, .* through vpce-.*: nothing allows it"},
    ),
    Bend("no encryption", encryption(), {"anyscale.bucket_encrypted": "default encryption is off, want on"}),
    Bend(
        "no block of public policies",
        together(account_unblocked, bucket_blocks(BlockPublicPolicy=False)),
        {PRIVATE: "public access blocks is BlockPublicAcls, Ig.*, want"},
    ),
    Bend("a key that is off", key_disabled, {KEY: "key .* is Disabled, want Enabled"}),
    Bend(
        "a key for nodes only",
        key_policy(lambda d: for_roles(d, "node")),
        {KEY: "^cannot kms:Decrypt, kms:GenerateDataKey with key .*: nothing allows it"},
    ),
    Bend(
        "a key that nobody named",
        encryption(SSEAlgorithm="aws:kms", KMSMasterKeyID="01234567-89ab-cdef-0123-456789abcdef"),
        {KEY: "kms:DescribeKey 01234567-.* names another key"},
    ),
    Bend(
        "a bucket in another region",
        together(
            elsewhere,
            rewritten(
                "node",
                "bucket",
                lambda text: text.replace("anyscale-production-data-cld-1a2b3c4d5e6f7g8h", "elsewhere"),
            ),
        ),
        {THERE: "region is eu-west-1, want us-west-2"},
        anyway(bucket=CloudBucketConfig(existing_name="elsewhere")),
    ),
    Bend(
        "no bucket",
        nothing,
        {
            THERE: "the bucket is missing",
            USABLE: "saw nothing",
            KEY: "saw nothing",
            TLS: "saw nothing",
            CORS: "saw nothing",
            "anyscale.bucket_encrypted": "saw nothing",
            PRIVATE: "saw nothing",
            "anyscale.bucket_through_endpoint": "saw nothing",
        },
        anyway(bucket=CloudBucketConfig(existing_name="never-made")),
    ),
)
