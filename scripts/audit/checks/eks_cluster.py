"""The EKS cluster of an environment."""

from __future__ import annotations

from collections.abc import Iterator

from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.eks.declared import control_planes, eks_of
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import encrypted_with_our_key, group_names, node_subnet_ids, tagged
from scripts.inventory import Inventory
from scripts.inventory.reading import readable


@check("eks.cluster_active", severity=Severity.HIGH, applies=applies.is_eks, setting="eks")
def cluster_active(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The cluster is there, active, and EKS finds nothing wrong with it; so is one that was there already.

    Why: without its control plane nothing is started or replaced, and nobody can say what runs.

    Fix: apply again; what EKS finds wrong is in the finding.
    """
    found = list(control_planes(inventory))
    if not found:
        yield Verdict(config.cluster_name, False, "the cluster is missing")
    for cluster in found:
        issues = f"; {'; '.join(cluster.issues)}" if cluster.issues else ""
        yield Verdict(cluster.name, cluster.status == "ACTIVE" and not issues, f"status is {cluster.status}{issues}")


@check("eks.version_declared", severity=Severity.MEDIUM, applies=applies.is_eks, setting="eks.version")
def version_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The control plane has the declared Kubernetes version.

    Why: versions of add-ons, of the Cluster Autoscaler and of the manifests' schemas are chosen for the declared one.

    Fix: `eks.version`, then apply; EKS goes up one version at a time and never down.
    """
    for cluster in control_planes(inventory):
        yield expect(cluster.name, "Kubernetes", cluster.version, str(config.eks.version))


@check("eks.private_endpoint_on", severity=Severity.HIGH, applies=applies.makes_eks_cluster, setting="access")
def private_endpoint_on(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """The Kubernetes API has its private endpoint.

    Why: without it nodes and pods go to the public one by way of the internet, and lose the control plane with it.

    Fix: apply again.
    """
    for cluster in control_planes(inventory):
        yield expect(cluster.name, "private endpoint", cluster.private_endpoint, True)


@check(
    "eks.api_authentication",
    severity=Severity.HIGH,
    applies=applies.is_eks,
    setting="access.entries",
)
def api_authentication(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Who may use the Kubernetes API is said by access entries; in an existing cluster by its ConfigMap, too.

    Why: whoever may edit the ConfigMap `aws-auth` makes itself cluster-admin, and no audit of AWS sees it.

    Fix: apply again; for an existing cluster `aws eks update-cluster-config --access-config
    authenticationMode=API_AND_CONFIG_MAP`.
    """
    fine = ("API",) if config.makes_cluster else ("API", "API_AND_CONFIG_MAP")
    for cluster in control_planes(inventory):
        mode = cluster.authentication_mode
        want = "" if mode in fine else f", want {' or '.join(fine)}"
        yield Verdict(cluster.name, mode in fine, f"authentication mode is {mode}{want}")


@check("eks.secrets_encrypted_with_our_key", severity=Severity.HIGH, applies=applies.makes_eks_cluster, setting="kms")
def secrets_encrypted_with_our_key(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """Kubernetes secrets are encrypted with the key of the environment.

    Why: Ray's token and the password of the head's store are among them.

    Fix: a cluster has one key for its life; make a new one, or bear it with a mute.
    """
    for cluster in control_planes(inventory):
        yield encrypted_with_our_key(cluster.name, cluster.secrets_key_arn, inventory)


@check("eks.logs_declared", severity=Severity.MEDIUM, applies=applies.makes_eks_cluster, setting="eks.log_types")
def logs_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The logs of the control plane that are declared go to CloudWatch.

    Why: the audit log is the only place where it stands who did what in the cluster.

    Fix: `eks.log_types`, then apply.
    """
    for cluster in control_planes(inventory):
        yield expect(cluster.name, "logs", set(cluster.logs), set(map(str, config.eks.log_types)))


@check("eks.guarded", severity=Severity.HIGH, applies=applies.makes_eks_cluster, setting="access.client_cidrs")
def guarded(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The control plane's interfaces are in the declared security group, beside that which EKS made.

    Why: another group on them opens the API, and the way from it to every kubelet.

    Fix: apply again.
    """
    names = group_names(inventory)
    for cluster in control_planes(inventory):
        found = {names.get(id_, id_) for id_ in cluster.group_ids}
        yield expect(cluster.name, "security groups", found, {config.group_name("control_plane")})


@check("eks.cluster_group_unchanged", severity=Severity.HIGH, applies=applies.makes_eks_cluster)
def cluster_group_unchanged(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """The security group that EKS made for the cluster lets in its own members only.

    EKS puts it on the control plane's interfaces, and writes one rule in: all traffic from itself. Terraform does not
    manage it.

    Why: a rule that somebody adds to it opens the Kubernetes API, and no plan shows it.

    Fix: delete the rule that is named: `aws ec2 revoke-security-group-ingress --security-group-rule-ids …`.
    """
    names = group_names(inventory)
    for cluster in control_planes(inventory):
        rules = readable(inventory.security_groups.rules)
        own = [rule for rule in rules if rule.group_id == cluster.cluster_group_id and not rule.egress]
        added = [rule for rule in own if rule.peer != cluster.cluster_group_id]
        detail = "; ".join(f"{rule.ports} from {names.get(rule.peer, rule.peer)} ({rule.rule_id})" for rule in added)
        yield Verdict(cluster.cluster_group_id or cluster.name, not added, detail or "lets in its own members only")


@check("eks.in_node_subnets", severity=Severity.MEDIUM, applies=applies.makes_eks_cluster, setting="network.zones")
def in_node_subnets(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The control plane has its interfaces in the private subnets of the nodes.

    Why: in a subnet with a route to the internet they are one rule away from it.

    Fix: apply again.
    """
    wanted = set(node_subnet_ids(inventory, config))
    for cluster in control_planes(inventory):
        yield expect(cluster.name, "subnets", set(cluster.subnet_ids), wanted)


@check("eks.oidc_provider_there", severity=Severity.HIGH, applies=applies.has_oidc_provider)
def oidc_provider_there(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """IAM trusts the cluster's OIDC issuer, for the audience `sts.amazonaws.com` alone.

    Why: without the provider no pod gets its role; another audience lets in tokens that were made for others.

    Fix: apply again.
    """
    found = {provider.url: provider.audiences for provider in map(readable, eks_of(inventory).oidc_providers)}
    for cluster in control_planes(inventory):
        audiences = found.get(cluster.issuer.removeprefix("https://"))
        detail = "no provider of its issuer" if audiences is None else f"audiences are {shown(audiences)}"
        yield Verdict(cluster.name, audiences == ("sts.amazonaws.com",), detail)


@check("eks.tagged", severity=Severity.LOW, applies=applies.makes_eks_cluster, setting="tags")
def cluster_tagged(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The cluster carries every tag of the environment.

    Why: bills, owners and this audit find what belongs together by its tags.

    Fix: apply again.
    """
    for cluster in control_planes(inventory):
        yield tagged(cluster.name, cluster.tags, config)
