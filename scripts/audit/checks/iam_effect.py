"""What roles can really do: over all policies, boundaries and the policies of buckets and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config.anyscale import CLOUD_ID_TAG
from config.anyscale_cloud import AnyscaleCloudConfig
from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.declared_roles import control_plane_role, declared_roles, node_roles
from scripts.audit.iam_effect.accesses import (
    bucket_abilities,
    bucket_access,
    judge_file_system,
    judge_key,
    policy_of,
    used_buckets,
)
from scripts.audit.iam_effect.escalation import METHODS, Way, open_ways
from scripts.audit.iam_effect.evaluate import Request, grants
from scripts.audit.iam_effect.judging import Access, effect, judge_access
from scripts.audit.iam_effect.roles import (
    Subject,
    is_administrator,
    services_allowed,
    subject_of,
    without_declared_policies,
)
from scripts.audit.iam_effect.secret_reads import (
    judge_own_secret,
    named_secrets,
    other_secrets,
    secret_arn,
    secret_names,
    shared_secrets,
)
from scripts.audit.iam_effect.trust import (
    Trusted,
    is_open,
    lacks_audience,
    lacks_external_id,
    may_be_confused,
    trusted,
)
from scripts.audit.iam_effect.variables import Context
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable, each

WAYS_SHOWN = 6
"""More ways than these for one role are counted, not listed."""


CHANGE_INSTANCES = "ec2:ModifyInstanceAttribute + ec2:StopInstances + ec2:StartInstances"
CHANGE_STACKS = "cloudformation:UpdateStack"
_STRANGERS: tuple[Context, ...] = tuple(
    {f"{service}:resourcetag/{CLOUD_ID_TAG}": value for service in ("aws", "ec2")}
    for value in ((), ("cld_of-another",))
)
"""What no cloud has tagged, and what another cloud has."""


@check("iam_effect.no_privilege_escalation", severity=Severity.HIGH, setting="iam")
def no_privilege_escalation(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """No role can raise its own rights, or act with those of a role that is not of this cluster.

    The control plane of an Anyscale cloud can change what carries the cloud's tag, cannot give that tag to what others
    made, and can pass on the roles of `iam.passable_role_arns`. As long as the file knows no `anyscale.cloud_id`, it
    goes by the tag of any cloud: that it can change instances and stacks of other clouds is declared then, and said.

    Why: whoever gets a shell on a node, by a job or a notebook, has the node's role. With iam:PassRole and
    ec2:RunInstances on `*`, or iam:AttachRolePolicy, or ssm:SendCommand on any instance, that is soon the account.

    Fix: take the action out of the policy that the finding names, or name the roles that may be passed on; a managed
    policy is named by `iam.head_managed_policy_arns` or `iam.worker_managed_policy_arns`.
    """
    own_roles = [f"{config.label.cluster}-*", *(role.name for role in declared_roles(config))]
    strangers = _STRANGERS if isinstance(config, AnyscaleCloudConfig) else ()
    for subject in _subjects(inventory, config):
        declared = _declared_ways(subject, config)
        passable = [*own_roles, *_passable_roles(subject, config)]
        ways = list(open_ways(subject.permissions, own_roles=passable, strangers=strangers))
        undeclared = [way for way in ways if way.method.name not in declared]
        left = sorted({way.method.name for way in ways} & declared)
        but = f" but {', '.join(left)}, until `anyscale.cloud_id` is set" if left else ""
        otherwise = f"none of {len(METHODS)} known ways is open to it{but}"
        yield from effect(subject, _ways_shown(subject, undeclared), otherwise)


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


def has_used_buckets(config: FoundationConfig) -> bool:
    """Environments with buckets, made or there."""
    return bool(used_buckets(config))


@check("iam_effect.bucket_access_declared", severity=Severity.HIGH, applies=has_used_buckets, setting="buckets")
def bucket_access_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Nodes can do in each bucket what `node_access` says, and nothing else: by effect, whichever policy says so.

    In an Anyscale cloud, its nodes and its control plane can list, read, write and delete in the cloud's bucket. On
    EKS, Ray's service accounts can do what `node_access` says, so can the driver in buckets that are mounted, and all
    other accounts and the nodes can do nothing.

    Why: every job of the cluster has these rights. Who can end versioning, change the bucket's policy or delete old
    versions can destroy data for good, and who can write access logs can hide what was done.

    Fix: `node_access` of the bucket, then apply; or remove the policy that the finding names.
    """
    buckets = {bucket.name: bucket for bucket in inventory.buckets}
    for subject in _users(inventory, config):
        accesses: list[Access] = []
        for name, wanted in bucket_abilities(subject, config).items():
            bucket = buckets.get(config.bucket_name(name))
            if bucket is None:
                continue
            policy = policy_of(f"bucket {bucket.name}", bucket.policy)
            if isinstance(policy, Unreadable):
                yield Verdict(subject.name, policy, str(policy))
            else:
                accesses.append(bucket_access(subject, bucket.name, policy, wanted, config))
        if accesses:  # else there is nothing that was seen, and so nothing to pass
            yield from judge_access(subject, "bucket", accesses)


@check("iam_effect.key_use_declared", severity=Severity.HIGH)
def key_use_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Nodes can use the key of the environment, and can neither change nor delete it nor hand it on.

    So can the control plane of an Anyscale cloud, and on EKS the service accounts that hold data, but not the nodes.

    Why: who deletes the key deletes everything that it encrypts: buckets, volumes, file system, store, secrets.

    Fix: remove the policy that the finding names, or apply again.
    """
    for subject in _users(inventory, config):
        for key in inventory.keys:
            yield from judge_key(subject, key, config)


@check("iam_effect.file_system_access_declared", severity=Severity.HIGH, applies=applies.has_efs, setting="efs")
def file_system_access_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Nodes can mount the file system through the access point, not past it, and can neither change nor delete it.

    In an Anyscale cloud there is no access point: its nodes and its control plane can mount it, and be root on it. On
    EKS the driver can mount it, and nobody else.

    Why: past the access point a client may be any user, and root; who can change the policy or add an access point
    gets there, too.

    Fix: remove the policy that the finding names, or apply again.
    """
    for subject in _users(inventory, config):
        for file_system in each(inventory.file_systems):
            yield from judge_file_system(subject, file_system, config)


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
    """Roles can decrypt with the key of the environment, with keys that the file names, and with no other key.

    Why: a key's policy that trusts its account leaves the decision to IAM: who may decrypt with `*` reads whatever
    any team of the account has encrypted, as soon as a bucket or a queue lets them.

    Fix: name the key in the policy that the finding names, or apply again.
    """
    ours = {key.arn for key in inventory.keys} | _named_keys(config)
    for subject in _subjects(inventory, config):
        found = grants(subject.permissions, Request("kms:Decrypt", config.place.arn("kms", "key/*")))
        others = [f"can decrypt with other keys {grant}" for grant in found if grant.resource not in ours]
        yield from effect(subject, others, "can decrypt with no other key")


@check("iam_effect.secrets_declared", severity=Severity.HIGH, applies=applies.may_read_secrets)
def secrets_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Nodes can read the secrets that they need, and no other secret of the account.

    Why: a worker that reads the password of the head's store reads and changes the state of the whole cluster; one
    that reads every secret of the account has left the cluster.

    Fix: remove the policy that the finding names, or apply again.
    """
    secrets = [secret for secret in inventory.secrets if not isinstance(secret, Unreadable)]
    for subject in _users(inventory, config):
        wanted, named = secret_names(subject, config), named_secrets(subject, config)
        own = [*(secret_arn(name, config) for name in wanted), *named]
        others = [*other_secrets(subject, own, config), *shared_secrets(subject, secrets, wanted, config)]
        yield from effect(subject, others, f"can read no secret but {len(own)} of its own")
        for secret in secrets:
            if secret.name in wanted:
                yield from judge_own_secret(subject, secret, config)
    # One that could not be read is said at the end, after the others.
    yield from (_unread(secret) for secret in inventory.secrets if isinstance(secret, Unreadable))


@check("iam_effect.parameters_closed", severity=Severity.MEDIUM, setting="iam")
def parameters_closed(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Nodes can read no parameters of Systems Manager but by the managed policies that the environment names.

    Why: teams keep passwords there, and a SecureString under the account's default key is open to whoever may read
    the parameter. AmazonSSMManagedInstanceCore lets its role read them all.

    Fix: detach the policy that is named: nodes have what Session Manager needs without AmazonSSMManagedInstanceCore.
    """
    everything = config.place.arn("ssm", "parameter/*")
    for subject in _users(without_declared_policies(inventory, config), config):
        found = (
            grant
            for action in ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath")
            for grant in grants(subject.permissions, Request(action, everything))
        )
        lines = dict.fromkeys(f"can read parameters {grant}" for grant in found)
        yield from effect(subject, list(lines), "can read no parameter")


def _subjects(inventory: Inventory, config: FoundationConfig) -> Iterator[Subject]:
    return (subject_of(role, config) for role in each(inventory.iam.roles))


def _users(inventory: Inventory, config: FoundationConfig) -> Iterator[Subject]:
    """Who works with the environment's data: its nodes and service accounts, an Anyscale cloud's control plane."""
    accounts = {role.name for role in declared_roles(config) if role.of_accounts}
    names = {*node_roles(config), *accounts, control_plane_role(config)}
    return (subject for subject in _subjects(inventory, config) if subject.name in names)


def _named_keys(config: FoundationConfig) -> set[str]:
    """Keys that the file says roles may use beside that of the environment."""
    if not isinstance(config, AnyscaleCloudConfig):
        return set()
    iam = config.iam
    return {*iam.node_secret_key_arns, *iam.volume_key_arns, *filter(None, [config.bucket.existing_key_arn])}


def _passable_roles(subject: Subject, config: FoundationConfig) -> list[str]:
    """Names, with their paths, of roles that the file lets the control plane give to nodes."""
    if not isinstance(config, AnyscaleCloudConfig) or subject.name != control_plane_role(config):
        return []
    return [arn.partition(":role/")[2] for arn in config.iam.passable_role_arns]


def _declared_ways(subject: Subject, config: FoundationConfig) -> set[str]:
    """Ways to what other clouds have, open to the control plane before there is an id to narrow its rights to."""
    if not isinstance(config, AnyscaleCloudConfig) or config.anyscale.cloud_id is not None:
        return set()
    if subject.name != control_plane_role(config):
        return set()
    return {CHANGE_INSTANCES, CHANGE_STACKS} if config.anyscale.services else {CHANGE_INSTANCES}


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


def _unread(unreadable: Unreadable) -> Verdict:
    return Verdict(unreadable.about or unreadable.read, unreadable, str(unreadable))
