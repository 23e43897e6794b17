"""What roles can really do: over all policies, boundaries and the policies of buckets and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from config.autoscaling_ec2 import AUTOSCALING_SECRET
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.ports import Tier
from scripts.audit import applies
from scripts.audit.iam_effect.abilities import (
    BUCKET_ABILITIES,
    BY_NO_SERVICE,
    FILE_SYSTEM_MISUSE,
    KEY_MISUSE,
    KEY_USE,
    MOUNT,
    NO_ACCESS_POINT,
    declared_abilities,
)
from scripts.audit.iam_effect.escalation import METHODS, Way, open_ways
from scripts.audit.iam_effect.evaluate import Delegation, Request, grants
from scripts.audit.iam_effect.glob import covers
from scripts.audit.iam_effect.judging import Access, effect, judge_access
from scripts.audit.iam_effect.roles import (
    Subject,
    is_administrator,
    services_allowed,
    subject_of,
    without_declared_policies,
)
from scripts.audit.iam_effect.statements import Statement, read_statements
from scripts.audit.iam_effect.trust import (
    Trusted,
    is_open,
    lacks_audience,
    lacks_external_id,
    may_be_confused,
    trusted,
)
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.efs import FileSystem
from scripts.inventory.kms import Key
from scripts.inventory.reading import Reading, Unreadable, each
from scripts.inventory.secrets import Secret
from scripts.inventory.shapes import Document

WAYS_SHOWN = 6
"""More ways than these for one role are counted, not listed."""
NODE_TIERS: tuple[Tier, ...] = ("head", "worker")


@check("iam_effect.no_privilege_escalation", severity=Severity.HIGH, setting="iam")
def no_privilege_escalation(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """No role can raise its own rights, or act with those of a role that is not of this cluster.

    Why: whoever gets a shell on a node, by a job or a notebook, has the node's role. With iam:PassRole and
    ec2:RunInstances on `*`, or iam:AttachRolePolicy, or ssm:SendCommand on any instance, that is soon the account.

    Fix: take the action out of the policy that the finding names, or name the roles that may be passed on; a managed
    policy is named by `iam.head_managed_policy_arns` or `iam.worker_managed_policy_arns`.
    """
    for subject in _subjects(inventory, config):
        ways = list(open_ways(subject.permissions, own_prefix=f"{config.label.cluster}-"))
        yield from effect(subject, _ways_shown(subject, ways), f"none of {len(METHODS)} known ways is open to it")


@check("iam_effect.trust_not_open", severity=Severity.HIGH)
def trust_not_open(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No role can be taken on by just anybody.

    Why: a trust policy with the principal `*` lets every AWS account of the world in, unless a condition on who asks
    (aws:PrincipalOrgID, aws:PrincipalAccount, aws:PrincipalArn) stops it.

    Fix: apply again; a role that was made by hand needs a principal by name.
    """
    yield from _judge_trust(inventory, "anybody can take it on", is_open)


@check("iam_effect.trust_needs_external_id", severity=Severity.HIGH)
def trust_needs_external_id(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """A role that another account may take on asks for an ExternalId.

    Why: a vendor's account serves many customers. Without sts:ExternalId one of them can have the vendor use your
    role (the confused deputy).

    Fix: add a condition StringEquals on sts:ExternalId to the statement that the finding names, or on
    aws:PrincipalOrgID for an account of your own organization; or apply again.
    """
    yield from _judge_trust(
        inventory,
        "another account needs no ExternalId",
        lambda who: lacks_external_id(who, config.account_id),
    )


@check("iam_effect.trust_names_audience", severity=Severity.HIGH)
def trust_names_audience(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """A role for users of an identity provider names the audience and the users.

    Why: an OIDC provider such as that of GitHub signs tokens for the whole world. Without a condition on its `aud`
    and its `sub` any of them takes on the role.

    Fix: add conditions StringEquals on the provider's `:aud` and `:sub` (`SAML:aud` for SAML), or apply again.
    """
    yield from _judge_trust(inventory, "an identity provider lets anybody in", lacks_audience)


@check("iam_effect.trust_names_caller", severity=Severity.MEDIUM)
def trust_names_caller(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """A role for an AWS service says for which account the service may use it.

    Why: a service acts for all of its customers. A condition on aws:SourceAccount, aws:SourceArn or aws:SourceOrgID
    keeps it from using this role for another one (the confused deputy). EC2 takes on only what was passed to it.

    Fix: add a condition StringEquals on aws:SourceAccount to the statement that the finding names, or apply again.
    """
    yield from _judge_trust(inventory, "a service may use it for others", may_be_confused)


@check("iam_effect.bucket_access_declared", severity=Severity.HIGH, applies=applies.has_buckets, setting="buckets")
def bucket_access_declared(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Nodes can do in each bucket what `node_access` says, and nothing else: by effect, whichever policy says so.

    Why: every job of the cluster has these rights. Who can end versioning, change the bucket's policy or delete old
    versions can destroy data for good, and who can write access logs can hide what was done.

    Fix: `node_access` of the bucket, then apply; or remove the policy that the finding names.
    """
    buckets = {bucket.name: bucket for bucket in inventory.buckets}
    for subject in _nodes(inventory, config):
        accesses: list[Access] = []
        for name, settings in config.all_buckets.items():
            bucket = buckets.get(config.bucket_name(name))
            if bucket is None:
                continue
            policy = _policy(f"bucket {bucket.name}", bucket.policy)
            if isinstance(policy, Unreadable):
                yield Verdict(subject.name, policy, str(policy))
            else:
                accesses.append(_access(subject, bucket.name, policy, declared_abilities(settings), config))
        if accesses:  # else there is nothing that was seen, and so nothing to pass
            yield from judge_access(subject, "bucket", accesses)


@check("iam_effect.key_use_declared", severity=Severity.HIGH)
def key_use_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Nodes can use the key of the environment, and can neither change nor delete it nor hand it on.

    Why: who deletes the key deletes everything that it encrypts: buckets, volumes, file system, store, secrets.

    Fix: remove the policy that the finding names, or apply again.
    """
    for subject in _nodes(inventory, config):
        for key in inventory.keys:
            yield from _judge_key(subject, key, config)


@check("iam_effect.file_system_access_declared", severity=Severity.HIGH, applies=applies.has_efs, setting="efs")
def file_system_access_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Nodes can mount the file system through the access point, not past it, and can neither change nor delete it.

    Why: past the access point a client may be any user, and root; who can change the policy or add an access point
    gets there, too.

    Fix: remove the policy that the finding names, or apply again.
    """
    for subject in _nodes(inventory, config):
        for file_system in each(inventory.file_systems):
            yield from _judge_file_system(subject, file_system, config)


@check(
    "iam_effect.no_other_keys",
    severity=Severity.MEDIUM,
    standards=(
        "FSBP KMS.1",
        "FSBP KMS.2",
        "Config iam-customer-policy-blocked-kms-actions",
        "Config iam-inline-policy-blocked-kms-actions",
    ),
)
def no_other_keys(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Roles can decrypt with the key of the environment and with no other key.

    Why: a key's policy that trusts its account leaves the decision to IAM: who may decrypt with `*` reads whatever
    any team of the account has encrypted, as soon as a bucket or a queue lets them.

    Fix: name the key in the policy that the finding names, or apply again.
    """
    ours = {key.arn for key in inventory.keys}
    for subject in _subjects(inventory, config):
        found = grants(subject.permissions, Request("kms:Decrypt", config.place.arn("kms", "key/*")))
        others = [f"can decrypt with other keys {grant}" for grant in found if grant.resource not in ours]
        yield from effect(subject, others, "can decrypt with no other key")


@check("iam_effect.secrets_declared", severity=Severity.HIGH, applies=applies.has_secrets)
def secrets_declared(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Nodes can read the secrets that they need, and no other secret of the account.

    Why: a worker that reads the password of the head's store reads and changes the state of the whole cluster; one
    that reads every secret of the account has left the cluster.

    Fix: remove the policy that the finding names, or apply again.
    """
    secrets = [secret for secret in inventory.secrets if not isinstance(secret, Unreadable)]
    for tier, subject in _node_tiers(inventory, config):
        wanted = _secret_names(tier, config)
        others = [*_other_secrets(subject, wanted, config), *_shared_secrets(subject, secrets, wanted, config)]
        yield from effect(subject, others, f"can read no secret but {len(wanted)} of its own")
        for secret in secrets:
            if secret.name in wanted:
                yield from _judge_own_secret(subject, secret, config)
    # One that could not be read is said at the end, after the others.
    yield from (_unread(secret) for secret in inventory.secrets if isinstance(secret, Unreadable))


@check("iam_effect.parameters_closed", severity=Severity.MEDIUM, setting="iam")
def parameters_closed(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Nodes can read no parameters of Systems Manager but by the managed policies that the environment names.

    Why: teams keep passwords there, and a SecureString under the account's default key is open to whoever may read
    the parameter. AmazonSSMManagedInstanceCore lets its role read them all.

    Fix: detach the policy that is named: nodes have what Session Manager needs without AmazonSSMManagedInstanceCore.
    """
    everything = config.place.arn("ssm", "parameter/*")
    for subject in _nodes(without_declared_policies(inventory, config), config):
        found = (
            grant
            for action in ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath")
            for grant in grants(subject.permissions, Request(action, everything))
        )
        lines = dict.fromkeys(f"can read parameters {grant}" for grant in found)
        yield from effect(subject, list(lines), "can read no parameter")


def _subjects(inventory: Inventory, config: FoundationConfig) -> Iterator[Subject]:
    return (subject_of(role, config) for role in each(inventory.iam.roles))


def _nodes(inventory: Inventory, config: FoundationConfig) -> Iterator[Subject]:
    return (subject for _, subject in _node_tiers(inventory, config))


def _node_tiers(inventory: Inventory, config: FoundationConfig) -> Iterator[tuple[Tier, Subject]]:
    tiers = {config.label.name(tier): tier for tier in NODE_TIERS}
    for subject in _subjects(inventory, config):
        if subject.name in tiers:
            yield tiers[subject.name], subject


def _ways_shown(subject: Subject, ways: list[Way]) -> list[str]:
    services = services_allowed(subject)
    if is_administrator(services):
        return [f"can do everything {services['iam'].by}: all {len(ways)} known ways to raise its rights are open"]
    if len(ways) <= WAYS_SHOWN:
        return [str(way) for way in ways]
    more = len(ways) - WAYS_SHOWN
    return [*(str(way) for way in ways[:WAYS_SHOWN]), f"and by {more} other known ways"]


def _judge_trust(inventory: Inventory, wrong: str, is_wrong: Callable[[Trusted], bool]) -> Iterator[Verdict]:
    for role in each(inventory.iam.roles):
        everybody = trusted(role.name, role.trust)
        if isinstance(everybody, Unreadable):
            yield Verdict(role.name, everybody, str(everybody))
            continue
        found = [who for who in everybody if is_wrong(who)]
        yield from (Verdict(role.name, False, f"{wrong}: {who}") for who in found)
        if not found:
            names = ", ".join(who.name for who in everybody)
            yield Verdict(role.name, True, f"trusts {names or 'nobody'}")


def _access(
    subject: Subject, bucket: str, policy: tuple[Statement, ...], wanted: set[str], config: Ec2ClusterConfig
) -> Access:
    found = {
        ability: grants(
            subject.permissions, Request(action, config.place.s3_arn(f"{bucket}{part}")), resource_policy=policy
        )
        for ability, (action, part) in BUCKET_ABILITIES.items()
    }
    # Wheels are read from below a prefix of a bucket, which may be one of these.
    wheels = {"list it", "read objects"} if _is_wheel_bucket(bucket, config) else set()
    return Access(bucket, {ability: ways[0] for ability, ways in found.items() if ways}, wanted, wanted | wheels)


def _is_wheel_bucket(bucket: str, config: Ec2ClusterConfig) -> bool:
    source = config.ray.wheel_source or ""
    return source.removeprefix("s3://").partition("/")[0] == bucket


def _judge_key(subject: Subject, key: Key, config: FoundationConfig) -> Iterator[Verdict]:
    policy = _policy(f"key {key.arn.rpartition('/')[2]}", key.policy)
    if isinstance(policy, Unreadable):
        yield Verdict(subject.name, policy, str(policy))
        return
    # Who launches instances has EC2 make grants of the volumes' key, and may make none itself.
    direct = BY_NO_SERVICE if subject.name == config.label.name("head") and applies.is_autoscaling(config) else {}
    asked = {
        **{ability: Request(action, key.arn) for ability, action in KEY_USE.items()},
        **{ability: Request(action, key.arn, direct) for ability, action in KEY_MISUSE.items()},
    }
    found = {
        ability: grants(subject.permissions, request, resource_policy=policy, delegation=Delegation.ASKED)
        for ability, request in asked.items()
    }
    can = {ability: ways[0] for ability, ways in found.items() if ways}
    yield from judge_access(subject, "key", [Access(key.arn, can, set(KEY_USE), set(KEY_USE))])


def _judge_file_system(subject: Subject, file_system: FileSystem, config: FoundationConfig) -> Iterator[Verdict]:
    policy = _policy(f"file system {file_system.name}", file_system.policy)
    if isinstance(policy, Unreadable):
        yield Verdict(subject.name, policy, str(policy))
        return
    arn = config.place.arn("elasticfilesystem", f"file-system/{file_system.file_system_id}")
    asked = {
        **{ability: Request(action, arn) for ability, action in MOUNT.items()},
        **{ability: Request(action, arn, NO_ACCESS_POINT) for ability, action in FILE_SYSTEM_MISUSE.items()},
    }
    found = {
        ability: grants(subject.permissions, request, resource_policy=policy) for ability, request in asked.items()
    }
    can = {ability: ways[0] for ability, ways in found.items() if ways}
    yield from judge_access(subject, "file system", [Access(file_system.name, can, set(MOUNT), set(MOUNT))])


_READ_SECRET = "secretsmanager:GetSecretValue"  # noqa: S105 — an action


def _secret_names(tier: Tier, config: Ec2ClusterConfig) -> set[str]:
    """Secrets that a tier reads."""
    parts = {
        "ray-token": config.has_token,
        "memorydb-password": tier == "head" and config.memorydb is not None,
        AUTOSCALING_SECRET: tier == "head" and applies.has_autoscaling_secret(config),
    }
    return {config.label.name(part) for part, declared in parts.items() if declared}


def _secret_arn(name: str, config: FoundationConfig) -> str:
    """Secrets Manager adds six characters to a name."""
    return config.place.arn("secretsmanager", f"secret:{name}-??????")


def _other_secrets(subject: Subject, wanted: set[str], config: FoundationConfig) -> Iterator[str]:
    own = [_secret_arn(name, config) for name in wanted]
    for grant in grants(subject.permissions, Request(_READ_SECRET, config.place.arn("secretsmanager", "secret:*"))):
        if not any(covers(pattern, grant.resource) for pattern in own):
            yield f"can read other secrets {grant}"


def _shared_secrets(
    subject: Subject, secrets: Iterable[Secret], wanted: set[str], config: FoundationConfig
) -> Iterator[str]:
    """Secrets of the environment that their own policy opens to a role that does not need them."""
    for secret in secrets:
        policy = _policy(f"secret {secret.name}", secret.policy)
        if secret.name not in wanted and not isinstance(policy, Unreadable):
            request = Request(_READ_SECRET, _secret_arn(secret.name, config))
            found = grants(subject.permissions, request, resource_policy=policy)
            yield from (f"can read secret {secret.name} {grant.by}" for grant in found if grant.statement in policy)


def _judge_own_secret(subject: Subject, secret: Secret, config: FoundationConfig) -> Iterator[Verdict]:
    policy = _policy(f"secret {secret.name}", secret.policy)
    if isinstance(policy, Unreadable):
        yield Verdict(subject.name, policy, str(policy))
        return
    request = Request(_READ_SECRET, _secret_arn(secret.name, config))
    reached = bool(grants(subject.permissions, request, resource_policy=policy))
    # What could not be read may be what lets it.
    if reached or not subject.unread:
        yield Verdict(subject.name, reached, f"{'can' if reached else 'cannot'} read its secret {secret.name}")


def _policy(owner: str, document: Reading[Document | None]) -> Reading[tuple[Statement, ...]]:
    """The statements of a resource's policy; without one there are none."""
    return document if isinstance(document, Unreadable) else read_statements(f"the policy of {owner}", document or {})


def _unread(unreadable: Unreadable) -> Verdict:
    return Verdict(unreadable.about or unreadable.read, unreadable, str(unreadable))
