"""The roles of an Anyscale cloud: who takes them on, and what they may do, by effect."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from scripts.audit.anyscale import cloud
from scripts.audit.anyscale.needs import EVERYTHING, instance_requests
from scripts.audit.anyscale.rights import Asked, judge_rights
from scripts.audit.anyscale.service_needs import service_requests
from scripts.audit.anyscale.trust import EC2, control_plane_asks, others_let_in, service_may_assume
from scripts.audit.iam_effect.evaluate import Request
from scripts.audit.iam_effect.roles import Subject
from scripts.audit.iam_effect.statements import Statement, read_statements
from scripts.audit.iam_effect.truth import Truth
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.audit.wanted import present
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable, each, readable

_PULL = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")


@check("anyscale.roles_there", severity=Severity.HIGH)
def roles_there(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The roles of the control plane and of the nodes are there.

    Why: the cloud is registered with their ARNs.

    Fix: apply again.
    """
    found = {subject.name for subject in cloud.subjects(inventory, config, CONTROL_PLANE, CLUSTER_NODE)}
    yield from present("the role", found, {config.role_name(CONTROL_PLANE), config.role_name(CLUSTER_NODE)})


@check("anyscale.control_plane_trusted", severity=Severity.HIGH, setting="anyscale.external_id")
def control_plane_trusted(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Anyscale's account can take on the control plane's role with the external id, by effect of the trust policy.

    Why: without it Anyscale launches nothing, and the registration fails.

    Fix: `anyscale.external_id` and `anyscale.control_plane_account_id`, then apply.
    """
    for subject in cloud.subjects(inventory, config, CONTROL_PLANE):
        answer = control_plane_asks(config, subject.role.arn, _trust(subject))
        who = f"account {config.anyscale.control_plane_account_id} with external id {config.anyscale.external_id}"
        if answer.goes is Truth.MAYBE:
            unknown = Unreadable(f"the trust of {subject.name}", f"a condition: {who} is let in if {answer.why}")
            yield Verdict(subject.name, unknown, str(unknown))
        else:
            let_in = answer.goes is Truth.YES
            yield Verdict(subject.name, let_in, f"{who} {'is let in' if let_in else f'is kept out: {answer.why}'}")


@check("anyscale.control_plane_trust_closed", severity=Severity.HIGH, setting="anyscale.external_id")
def control_plane_trust_closed(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Nobody else can take it on: not Anyscale's account without the external id or with another, no other account.

    Tried out: without an id, with every other id that the policy names, with ids that others might have, and by every
    account that the policy names. Principals of your own account are left to you.

    Why: Anyscale serves many customers from one account. Without the id, one of them can have it use your role (the
    confused deputy: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).

    Fix: apply again.
    """
    for subject in cloud.subjects(inventory, config, CONTROL_PLANE):
        found = list(others_let_in(config, subject.role.arn, _trust(subject)))
        yield from (Verdict(subject.name, False, f"lets in {who}") for who in found)
        if not found:
            yield Verdict(subject.name, True, "lets in nobody else")


@check("anyscale.node_role_trusts_ec2", severity=Severity.HIGH)
def node_role_trusts_ec2(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """EC2 can take on the nodes' role, by effect of the trust policy.

    Why: else nodes start without a role, and cannot read the bucket or pull an image.

    Fix: apply again.
    """
    for subject in cloud.subjects(inventory, config, CLUSTER_NODE):
        may = service_may_assume(EC2, _trust(subject))
        if may is Truth.MAYBE:
            unknown = Unreadable(f"the trust of {subject.name}", "a condition that only EC2's request can tell")
            yield Verdict(subject.name, unknown, str(unknown))
        else:
            yield Verdict(subject.name, may is Truth.YES, f"{EC2} {'can' if may else 'cannot'} take it on")


@check("anyscale.instance_profile", severity=Severity.HIGH)
def instance_profile(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """An instance profile that is named like the nodes' role holds it.

    Why: Anyscale finds the profile by the name of the role.

    Fix: apply again.
    """
    name = config.role_name(CLUSTER_NODE)
    held = {profile.name: profile.role_names for profile in each(inventory.iam.instance_profiles)}
    detail = f"profile holds {', '.join(held[name]) or 'no role'}" if name in held else "the profile is missing"
    yield Verdict(name, held.get(name) == (name,), detail)


@check("anyscale.control_plane_rights", severity=Severity.HIGH, setting="anyscale.cloud_id")
def control_plane_rights(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The control plane can do all that running nodes takes: launch, tag, change and end them, and pass on their role.

    By effect over all of its policies and its permissions boundary. Asked as Anyscale asks: what it makes carries the
    tag of the cloud, when the cloud has an id, and what it changes has it.

    Why: an action that is missing shows only when a cluster needs it, as a cluster that does not start.

    Fix: remove what denies it, or apply again; a boundary must leave what the finding names.
    """
    for subject in cloud.subjects(inventory, config, CONTROL_PLANE):
        yield from judge_rights(subject, "for its nodes", map(Asked, instance_requests(inventory, config)))


@check(
    "anyscale.services_rights",
    severity=Severity.HIGH,
    applies=cloud.has_services,
    setting="anyscale.services",
)
def services_rights(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The control plane can do all that running services takes: stacks, load balancers, certificates.

    Why: an action that is missing shows only when a service is rolled out, half-way.

    Fix: remove what denies it, or apply again; a boundary must leave what the finding names.
    """
    for subject in cloud.subjects(inventory, config, CONTROL_PLANE):
        yield from judge_rights(subject, "for services", map(Asked, service_requests(config)))


@check("anyscale.node_pulls_images", severity=Severity.LOW, setting="iam.node_managed_policy_arns")
def node_pulls_images(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Nodes can pull images from the account's registries (ECR).

    Why: a cluster whose image is there does not start without.

    Fix: apply again, which attaches AmazonEC2ContainerRegistryReadOnly.
    """
    repository = config.place.arn("ecr", "repository/anyscale")
    asked = [Request("ecr:GetAuthorizationToken", EVERYTHING), *(Request(f"ecr:{each}", repository) for each in _PULL)]
    for subject in cloud.subjects(inventory, config, CLUSTER_NODE):
        yield from judge_rights(subject, "with registries", map(Asked, asked))


def _trust(subject: Subject) -> tuple[Statement, ...]:
    return readable(read_statements(f"the trust of {subject.name}", subject.role.trust))
