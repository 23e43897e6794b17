"""How the bucket, its key and its endpoint are bent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.verify.bending import Document, Make, everybody, policy
from tests.verify.deployment import Deployment

EXPOSED = ["Accept-Ranges", "Content-Range", "Content-Length"]
METHODS = ["GET", "POST", "PUT", "HEAD", "DELETE"]


def bucket_policy(change: Callable[[list[Any], Deployment], list[Any]]) -> Make:
    """Change the statements of the bucket's policy."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        s3 = d.client("s3")
        before = s3.get_bucket_policy(Bucket=d.bucket)["Policy"]
        after = change(json.loads(before)["Statement"], d)
        s3.put_bucket_policy(Bucket=d.bucket, Policy=json.dumps(policy(*after)))
        yield
        s3.put_bucket_policy(Bucket=d.bucket, Policy=before)

    return make


def and_deny(*actions: str, roles: tuple[str, ...] = (), **more: Any) -> Make:
    """A Deny in the bucket's policy, for everybody or for roles of the cloud."""

    def change(statements: list[Any], d: Deployment) -> list[Any]:
        account = d.environment.account_id
        who = [f"arn:aws:iam::{account}:role/{getattr(d, role)}" for role in roles]
        everything = [f"arn:aws:s3:::{d.bucket}", f"arn:aws:s3:::{d.bucket}/*"]
        refusal = {"Sid": "No", "Effect": "Deny", "Action": list(actions), "Resource": everything, **more}
        return [*statements, {**refusal, "Principal": {"AWS": who} if who else "*"}]

    return bucket_policy(change)


def only_tls(statements: list[Any], _d: Deployment) -> list[Any]:
    """The policy without what it allows."""
    return [each for each in statements if each["Effect"] == "Deny"]


def only_allowed(statements: list[Any], _d: Deployment) -> list[Any]:
    """The policy without the refusal of plain HTTP."""
    return [each for each in statements if each["Effect"] == "Allow"]


def cors(*rules: Document) -> Make:
    """Other cross-origin rules."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        s3 = d.client("s3")
        before = s3.get_bucket_cors(Bucket=d.bucket)["CORSRules"]
        if rules:
            s3.put_bucket_cors(Bucket=d.bucket, CORSConfiguration={"CORSRules": list(rules)})
        else:
            s3.delete_bucket_cors(Bucket=d.bucket)
        yield
        s3.put_bucket_cors(Bucket=d.bucket, CORSConfiguration={"CORSRules": before})

    return make


def origin(
    name: str, methods: list[str] | None = None, headers: tuple[str, ...] = ("*",), exposed: list[str] | None = None
) -> Document:
    """One rule."""
    return {
        "AllowedOrigins": [name],
        "AllowedMethods": METHODS if methods is None else methods,
        "AllowedHeaders": list(headers),
        "ExposeHeaders": EXPOSED if exposed is None else exposed,
    }


def encryption(**default: str) -> Make:
    """Another default encryption, or none."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        s3 = d.client("s3")
        before = s3.get_bucket_encryption(Bucket=d.bucket)["ServerSideEncryptionConfiguration"]
        if default:
            rules = [{"ApplyServerSideEncryptionByDefault": default}]
            s3.put_bucket_encryption(Bucket=d.bucket, ServerSideEncryptionConfiguration={"Rules": rules})
        else:
            s3.delete_bucket_encryption(Bucket=d.bucket)
        yield
        s3.put_bucket_encryption(Bucket=d.bucket, ServerSideEncryptionConfiguration=before)

    return make


def key_id(d: Deployment) -> str:
    """The environment's key."""
    return str(d.output("key_arn")).rpartition("/")[2]


@contextmanager
def key_disabled(d: Deployment) -> Iterator[None]:
    kms = d.client("kms")
    kms.disable_key(KeyId=key_id(d))
    yield
    kms.enable_key(KeyId=key_id(d))


def key_policy(change: Callable[[Deployment], list[Document]]) -> Make:
    """Another policy of the key."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        kms, which = d.client("kms"), {"KeyId": key_id(d), "PolicyName": "default"}
        before = kms.get_key_policy(**which)["Policy"]
        kms.put_key_policy(**which, Policy=json.dumps(policy(*change(d))))
        yield
        kms.put_key_policy(**which, Policy=before)

    return make


def for_roles(d: Deployment, *parts: str) -> list[Document]:
    """The key's policy names an administrator and roles of the cloud, and leaves nothing to the account."""
    account = d.environment.account_id
    names = ["administrator", *(getattr(d, part) for part in parts)]
    who = {"AWS": [f"arn:aws:iam::{account}:role/{name}" for name in names]}
    return [{"Effect": "Allow", "Principal": who, "Action": "kms:*", "Resource": "*"}]


def bucket_blocks(**changes: bool) -> Make:
    """Other public access blocks of the bucket."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        s3 = d.client("s3")
        before = s3.get_public_access_block(Bucket=d.bucket)["PublicAccessBlockConfiguration"]
        s3.put_public_access_block(Bucket=d.bucket, PublicAccessBlockConfiguration={**before, **changes})
        yield
        s3.put_public_access_block(Bucket=d.bucket, PublicAccessBlockConfiguration=before)

    return make


@contextmanager
def account_unblocked(d: Deployment) -> Iterator[None]:
    """No block on the account."""
    control, account = d.client("s3control"), {"AccountId": d.environment.account_id}
    before = control.get_public_access_block(**account)["PublicAccessBlockConfiguration"]
    control.delete_public_access_block(**account)
    yield
    control.put_public_access_block(**account, PublicAccessBlockConfiguration=before)


@contextmanager
def elsewhere(d: Deployment) -> Iterator[None]:
    """A bucket of the name `elsewhere` in another region, locked and encrypted, with the rules of ours."""
    s3, name = d.client("s3", "eu-west-1"), {"Bucket": "elsewhere"}
    s3.create_bucket(**name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_cors(**name, CORSConfiguration={"CORSRules": [origin("https://*.anyscale.com")]})
    default = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(**name, ServerSideEncryptionConfiguration=default)
    text = s3.get_bucket_policy(Bucket=d.bucket)["Policy"].replace(d.bucket, "elsewhere")
    s3.put_bucket_policy(**name, Policy=text)
    block = s3.get_public_access_block(Bucket=d.bucket)["PublicAccessBlockConfiguration"]
    s3.put_public_access_block(**name, PublicAccessBlockConfiguration=block)
    yield
    s3.delete_bucket(**name)


CONSOLE = "https://*.anyscale.com"


@contextmanager
def endpoint_for_others(d: Deployment) -> Iterator[None]:
    """The S3 endpoint lets nothing through but packages."""
    ec2 = d.client("ec2")
    filters = [{"Name": "vpc-id", "Values": [d.vpc_id]}, {"Name": "vpc-endpoint-type", "Values": ["Gateway"]}]
    (found,) = ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]
    packages = {**everybody("Allow", "s3:GetObject"), "Resource": "arn:aws:s3:::packages/*"}
    for document in (json.dumps(policy(packages)), found["PolicyDocument"]):
        ec2.modify_vpc_endpoint(VpcEndpointId=found["VpcEndpointId"], PolicyDocument=document)
        if document != found["PolicyDocument"]:
            yield
