"""The bucket of an Anyscale cloud: who can use it, and how it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.anyscale_permissions import BUCKET_ACTIONS, OBJECT_ACTIONS
from scripts.audit.anyscale import cloud
from scripts.audit.anyscale.bucket_key import bucket_key, is_aws_managed, key_name
from scripts.audit.anyscale.cors import refused
from scripts.audit.anyscale.needs import in_region
from scripts.audit.anyscale.rights import Asked, judge_rights, policy_of
from scripts.audit.iam_effect.evaluate import Delegation, Permissions, Request
from scripts.audit.iam_effect.principals import Principal
from scripts.audit.iam_effect.roles import Subject
from scripts.audit.iam_effect.statements import Statement
from scripts.audit.iam_effect.truth import Truth
from scripts.audit.iam_effect.variables import Context
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable, mapped, readable
from scripts.inventory.s3 import PUBLIC_ACCESS_BLOCKS, Bucket

CONSOLE = "https://console.anyscale.com"
METHODS = ("GET", "POST", "PUT", "HEAD", "DELETE")
EXPOSED = ("Accept-Ranges", "Content-Range", "Content-Length")
"""What the console asks for: https://docs.anyscale.com/clouds/aws/manage"""


@check("anyscale.bucket_there", severity=Severity.HIGH, setting="bucket")
def bucket_there(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The cloud's bucket is there, in the region of the cloud.

    Why: logs, artifacts and code of all clusters go there. From another region each byte is paid for.

    Fix: `bucket.existing_name` with a bucket of this region, or apply again.
    """
    found = cloud.bucket(inventory, config)
    if found is None:
        yield Verdict(config.bucket_name(CLOUD_BUCKET), False, "the bucket is missing")
    else:
        yield expect(found.name, "region", found.region, config.region)


@check("anyscale.bucket_usable", severity=Severity.HIGH, setting="bucket")
def bucket_usable(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Control plane and nodes can each do the eight actions that Anyscale asks for, in the bucket and on its objects.

    By effect: by the role's policies, the bucket's or both, within the permissions boundary and past every Deny. Of a
    bucket of another account both must allow it. Where nobody can tell whose it is, what only one allows is unknown.

    Why: a cluster whose nodes cannot write there does not start, and its logs are never seen.

    Fix: remove what denies it, or apply again.
    """
    for bucket, subject in _each_role(inventory, config):
        policy = policy_of(f"bucket {bucket.name}", bucket.policy)
        known = _from(inventory, config, subject.name)
        way = Delegation.OPEN if bucket.owned is True else Delegation.BOTH
        asked = (Asked(Request(action, arn, known), policy, way) for action, arn in _actions(bucket, config))
        for verdict in judge_rights(subject, f"in bucket {bucket.name}", asked):
            unsure = isinstance(bucket.owned, Unreadable) and verdict.ok is False
            yield replace(verdict, ok=bucket.owned) if unsure else verdict


@check("anyscale.bucket_through_endpoint", severity=Severity.HIGH, setting="network.s3_endpoint_buckets")
def bucket_through_endpoint(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The policies of the VPC's S3 endpoints let nodes do the eight actions.

    Why: whatever role and bucket allow, nodes are refused by the endpoint that their route tables lead to.

    Fix: apply again; the owner of an existing VPC must let the bucket through.
    """
    bucket, endpoints = cloud.bucket(inventory, config), readable(inventory.vpc_endpoints)
    everything = Statement("the role", "#1", True, {"Effect": "Allow", "Action": "*", "Resource": "*"})
    if bucket is None:
        return
    for _, subject in _each_role(inventory, config, CLUSTER_NODE):
        anything = replace(subject.permissions, statements=(everything,), boundary=None)
        owner: Context = {"s3:resourceaccount": (config.account_id,)} if bucket.owned is True else {}
        known = {**_from(inventory, config, subject.name), **owner}
        for endpoint in (each for each in endpoints if each.service == "s3" and each.policy):
            policy = policy_of(f"endpoint {endpoint.vpc_endpoint_id}", endpoint.policy)
            asked = (
                Asked(Request(action, arn, known), policy, Delegation.ASKED) for action, arn in _actions(bucket, config)
            )
            through = f"in bucket {bucket.name} through {endpoint.vpc_endpoint_id}"
            yield from judge_rights(replace(subject, permissions=anything, unread=()), through, asked)
        unseen = cloud.unseen_endpoints(inventory, config)
        yield Verdict(subject.name, unseen or True, str(unseen or f"{len(endpoints)} endpoints in the VPC"))


@check("anyscale.bucket_key_usable", severity=Severity.HIGH, setting="bucket.existing_key_arn")
def bucket_key_usable(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The key of the bucket is enabled, and both roles can encrypt and decrypt with it through S3.

    Why: a role that may read an object and may not use its key is refused all the same.

    Fix: `bucket.existing_key_arn`, then apply; the policy of a key of your own must leave it to IAM or name
    both roles.
    """
    for bucket, subject in _each_role(inventory, config):
        name = key_name(readable(bucket.encryption))
        if name is None or is_aws_managed(name):
            yield Verdict(subject.name, True, "the bucket is encrypted with a key that asks for no right")
            continue
        key = bucket_key(inventory, name)
        state = readable(key.state)
        policy = policy_of(f"key {key.arn.rpartition('/')[2]}", key.policy)
        known: Context = {
            **_from(inventory, config, subject.name),
            "kms:viaservice": (f"s3.{config.region}.amazonaws.com",),
            "kms:calleraccount": (config.account_id,),
            "kms:grantisforawsresource": (),
        }
        if state != "Enabled":
            yield Verdict(subject.name, False, f"key {key.arn} is {state}, want Enabled")
            continue
        way = Delegation.ASKED if key.arn.split(":")[4] == config.account_id else Delegation.BOTH
        asked = (
            Asked(Request(action, key.arn, known), policy, way) for action in ("kms:Decrypt", "kms:GenerateDataKey")
        )
        yield from judge_rights(subject, f"with key {key.arn}", asked)


@check("anyscale.bucket_tls_only", severity=Severity.MEDIUM, setting="bucket")
def bucket_tls_only(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Nobody reads or writes the bucket without TLS: not even who may do everything in the account.

    Why: without TLS everybody on the way reads and changes what passes.

    Fix: apply again; an existing bucket needs a Deny of s3:* where aws:SecureTransport is false.
    """
    bucket = cloud.bucket(inventory, config)
    if bucket is None:
        return
    policy = policy_of(f"bucket {bucket.name}", bucket.policy)
    administrator = _administrator(config)
    asked = [Request(action, arn) for action, arn in _actions(bucket, config)]
    passed = [request.action for request in asked if Asked(request, policy).of(administrator).goes is not Truth.NO]
    yield Verdict(bucket.name, not passed, f"without TLS: {', '.join(passed) or 'everything is refused'}")


@check("anyscale.bucket_cors", severity=Severity.MEDIUM, setting="bucket")
def bucket_cors(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The cross-origin rules let Anyscale's console read and write, with any headers, and see the lengths of ranges.

    By effect for https://console.anyscale.com, however many rules there are and whatever wildcards stand in them.

    Why: logs and files stay empty in the console, and only the browser's own log says why.

    Fix: apply again; an existing bucket needs a rule with the origin `https://*.anyscale.com`, all five methods,
    headers `*`, and the three headers exposed.
    """
    bucket = cloud.bucket(inventory, config)
    if bucket is not None:
        found = list(refused(readable(bucket.cors), CONSOLE, METHODS, EXPOSED))
        yield Verdict(bucket.name, not found, f"{CONSOLE}: {'; '.join(found) or 'all that it asks for'}")


@check("anyscale.bucket_encrypted", severity=Severity.MEDIUM, setting="bucket")
def bucket_encrypted(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """New objects are encrypted by default, whatever the key.

    Why: logs and code of all clusters are in it.

    Fix: apply again, or `aws s3api put-bucket-encryption` for an existing bucket.
    """
    bucket = cloud.bucket(inventory, config)
    if bucket is not None:
        algorithm = mapped(bucket.encryption, lambda found: found.algorithm if found else None)
        is_on = mapped(algorithm, lambda found: found is not None)
        yield expect(bucket.name, "default encryption", is_on, True)


@check("anyscale.bucket_private", severity=Severity.HIGH, setting="bucket")
def bucket_private(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """All four public access blocks are on: on the bucket, on the account, or some here and some there.

    Why: one policy or access list written in haste opens all logs and code to everybody.

    Fix: apply again, or `aws s3api put-public-access-block` for an existing bucket.
    """
    bucket = cloud.bucket(inventory, config)
    if bucket is None:
        return
    sources = (bucket.public_access_blocks, inventory.s3_account.public_access_blocks)
    on = {block for blocks in sources if not isinstance(blocks, Unreadable) for block in blocks}
    unread = next((blocks for blocks in sources if isinstance(blocks, Unreadable)), None)
    if unread is not None and on != set(PUBLIC_ACCESS_BLOCKS):
        yield Verdict(bucket.name, unread, str(unread))
    else:
        yield expect(bucket.name, "public access blocks", on, set(PUBLIC_ACCESS_BLOCKS))


def _each_role(inventory: Inventory, config: AnyscaleCloudConfig, *parts: str) -> Iterator[tuple[Bucket, Subject]]:
    """Bucket and role; of a bucket that may be another account's, nothing is known of whose it is."""
    bucket = cloud.bucket(inventory, config)
    if bucket is None:
        return
    for subject in cloud.subjects(inventory, config, *(parts or (CONTROL_PLANE, CLUSTER_NODE))):
        known = {key: value for key, value in subject.permissions.context.items() if key != "aws:resourceaccount"}
        anybodys = replace(subject, permissions=replace(subject.permissions, context=known))
        yield bucket, subject if bucket.owned is True else anybodys


def _actions(bucket: Bucket, config: AnyscaleCloudConfig) -> Iterator[tuple[str, str]]:
    """The eight actions, and what each is asked of."""
    arn = config.place.s3_arn(bucket.name)
    yield from ((action, arn) for action in BUCKET_ACTIONS)
    yield from ((action, f"{arn}/*") for action in OBJECT_ACTIONS)


def _from(inventory: Inventory, config: AnyscaleCloudConfig, role: str) -> Context:
    """Where a role's requests come from: the control plane's from a network of Anyscale's, the nodes' from the VPC."""
    if role == config.role_name(CONTROL_PLANE):
        return in_region(config)
    endpoints = [
        each.vpc_endpoint_id
        for each in readable(inventory.vpc_endpoints)
        if each.service == "s3" and (each.type == "Gateway" or each.private_dns)
    ]
    known: Context = {"aws:requestedregion": (config.region,)}
    if len(endpoints) != 1:
        return known
    vpcs = tuple(vpc.vpc_id for vpc in readable(inventory.network.vpcs))
    return {**known, "aws:sourcevpce": tuple(endpoints), "aws:sourcevpc": vpcs}


def _administrator(config: AnyscaleCloudConfig) -> Permissions:
    """Somebody of the account who may do everything, and does it without TLS."""
    everything = Statement("an administrator", "#1", True, {"Effect": "Allow", "Action": "*", "Resource": "*"})
    who = Principal(config.place.partition, config.account_id, "administrator")
    return Permissions(who, (everything,), None, {"aws:securetransport": ("false",)})
