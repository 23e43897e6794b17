"""What only an environment on EKS has: the cluster and its parts, FSx, images, Prometheus, and what runs in it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from config.eks_logs import named_log_groups
from config.eks_permissions import EksArns, managed_policy_arns, service_account_statements
from config.eks_roles import (
    cluster_statements,
    node_managed_policy_arns,
    node_statements,
    pod_identity_trust,
    web_identity_trust,
)
from config.foundation import FoundationConfig
from config.kuberay_eks import CLUSTER_ROLE, NODE_ROLE, KuberayEksConfig
from config.node_groups import node_groups
from config.policy_document import policy_document
from config.service_accounts import service_accounts
from config.statement import Condition, Statement, service_trust
from scripts.audit.eks.access import declared_groups, declared_policies
from scripts.inventory.ecr import Repository
from scripts.inventory.eks_cluster import (
    AccessEntry,
    Addon,
    ControlPlane,
    Eks,
    NodeGroup,
    NodeImage,
    OfferedAddon,
    OidcProvider,
    PodIdentity,
    TemplateVersion,
)
from scripts.inventory.eks_cluster.access import AccessPolicy
from scripts.inventory.eks_cluster.templates import TemplateVolume
from scripts.inventory.fsx import LustreFileSystem, LustreLink
from scripts.inventory.iam import Iam, Policy, Role
from scripts.inventory.instances import Instance, Nodes, Volume
from scripts.inventory.kubernetes_view import KubernetesView, RayClusterStatus
from scripts.inventory.logs import LogGroup
from scripts.inventory.network_interfaces import NetworkInterface
from scripts.inventory.prometheus import Prometheus, Scraper, Workspace
from scripts.inventory.security_groups import SecurityGroup, SecurityGroupRule
from scripts.kubernetes.diff import ClusterDiff, Operator
from scripts.kubernetes.objects import ObjectKey
from tests.audit import healthy_iam, healthy_reachability

MADE = datetime(2026, 11, 1, tzinfo=timezone.utc)
CREATOR = "arn:aws:iam::123456789012:role/deployer"
ISSUER = "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLE"
CLUSTER_GROUP = "sg-eks-cluster"
RAY_CLUSTER = ObjectKey("ray.io/v1", "RayCluster", "ray", "ray")
NODE = "i-node"


def _key(config: KuberayEksConfig) -> str:
    return config.kms.existing_key_arn or config.place.arn("kms", "key/1234")


def eks(config: KuberayEksConfig, subnet_ids: dict[str, str]) -> Eks:
    """A cluster that was made a while ago, by whom the file does not name."""
    offered = [OfferedAddon(name, (config.addon_version(name),), "v99.0.0-eksbuild.1") for name in config.addons]
    return Eks(
        control_plane=_control_plane(config, subnet_ids),
        node_groups=tuple(_node_groups(config, subnet_ids)),
        templates=tuple(_templates(config)),
        node_images=tuple(NodeImage(kind, "20261001") for kind in sorted({g.ami_type for g in node_groups(config)})),
        addons=tuple(_addons(config)),
        offered_addons=tuple(offered),
        access_entries=tuple(_entries(config)),
        pod_identities=tuple(_identities(config)) if config.eks.service_account_roles == "pod-identity" else (),
        oidc_providers=()
        if config.eks.service_account_roles == "pod-identity"
        else (OidcProvider(_provider(config), ISSUER, ("sts.amazonaws.com",)),),
    )


def cluster_group(config: KuberayEksConfig) -> tuple[SecurityGroup, list[SecurityGroupRule]]:
    """The group that EKS makes, with its two rules."""
    group = SecurityGroup(CLUSTER_GROUP, f"eks-cluster-sg-{config.cluster_name}-1", "EKS created security group", {})
    return group, [
        SecurityGroupRule("sgr-eks-in", CLUSTER_GROUP, False, "-1", -1, -1, CLUSTER_GROUP, ""),
        SecurityGroupRule("sgr-eks-out", CLUSTER_GROUP, True, "-1", -1, -1, "0.0.0.0/0", ""),
    ]


def _provider(config: KuberayEksConfig) -> str:
    return config.place.iam_arn(f"oidc-provider/{ISSUER}")


def _control_plane(config: KuberayEksConfig, subnet_ids: dict[str, str]) -> ControlPlane:
    return ControlPlane(
        name=config.cluster_name,
        arn=config.place.arn("eks", f"cluster/{config.cluster_name}"),
        created=MADE,
        status="ACTIVE",
        issues=(),
        version=config.eks.version,
        platform_version="eks.9",
        endpoint="https://example.eks.amazonaws.com",
        role_arn=config.place.iam_arn(f"role/{config.label.name(CLUSTER_ROLE)}"),
        authentication_mode="API",
        private_endpoint=True,
        public_cidrs=tuple(sorted(map(str, config.access.public_api_cidrs))) or None,
        vpc_id="vpc-1",
        subnet_ids=tuple(sorted(subnet_ids.values())),
        group_ids=("sg-control_plane",),
        cluster_group_id=CLUSTER_GROUP,
        service_cidr="172.20.0.0/16",
        logs=tuple(sorted(config.eks.log_types)),
        secrets_key_arn=_key(config),
        support_type="STANDARD",
        issuer=f"https://{ISSUER}",
        deletion_protection=False,
        tags=config.default_tags,
    )


def _node_groups(config: KuberayEksConfig, subnet_ids: dict[str, str]) -> list[NodeGroup]:
    return [
        NodeGroup(
            name=group.name,
            arn=f"arn:{group.name}",
            status="ACTIVE",
            issues=(),
            version=config.eks.version,
            release_version=f"{config.eks.version}.4-20260917",
            ami_type=group.ami_type,
            capacity_type=group.capacity_type,
            instance_types=tuple(group.instance_types),
            min_size=group.bounds.least,
            max_size=group.bounds.most,
            desired_size=group.bounds.least,
            labels=group.labels,
            taints=tuple((key, value, "NO_SCHEDULE") for key, value in group.taints.items()),
            subnet_ids=tuple(sorted(subnet_ids[zone] for zone in group.zones)),
            role_arn=config.place.iam_arn(f"role/{config.label.name(NODE_ROLE)}"),
            template_id=f"lt-{group.name}",
            template_version=2,
            remote_access=False,
            autoscaling_groups=(f"eks-{group.name}-1",),
            tags=config.default_tags,
        )
        for group in node_groups(config)
    ]


def _group_ids(config: KuberayEksConfig) -> tuple[str, ...]:
    return ("sg-node",) if config.makes_cluster else (CLUSTER_GROUP, "sg-node")


def _templates(config: KuberayEksConfig) -> list[TemplateVersion]:
    return [
        TemplateVersion(
            template_id=f"lt-{group.name}",
            name=config.label.name(group.name),
            version=2,
            metadata_tokens="required",
            metadata_hop_limit=1,
            group_ids=_group_ids(config),
            public_address=False,
            volumes=(TemplateVolume("/dev/xvda", "gp3", group.root_volume_gib, True, _key(config)),),
            image_id=None,
        )
        for group in node_groups(config)
    ]


def _addons(config: KuberayEksConfig) -> list[Addon]:
    names = list(dict.fromkeys([*config.addons, "eks-pod-identity-agent"]))
    return [
        Addon(name, f"arn:{name}", "ACTIVE", (), config.addon_version(name), "", None, config.default_tags)
        for name in names
    ]


def _entries(config: KuberayEksConfig) -> list[AccessEntry]:
    place = config.place
    admin = AccessPolicy(f"arn:{place.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", ())
    scraper = place.iam_arn(
        "role/aws-service-role/scraper.aps.amazonaws.com/AWSServiceRoleForAmazonPrometheusScraper_1"
    )
    node = place.iam_arn(f"role/{config.label.name(NODE_ROLE)}")
    of_eks = [
        AccessEntry(CREATOR, "STANDARD", (), CREATOR, MADE + timedelta(seconds=20), (admin,), {}),
        AccessEntry(node, "EC2_LINUX", ("system:nodes",), "node", MADE + timedelta(minutes=10), (), {}),
        AccessEntry(scraper, "STANDARD", (), scraper, MADE + timedelta(minutes=30), (), {}),
    ]
    named = [
        AccessEntry(
            principal,
            "STANDARD",
            tuple(declared_groups(config)[principal]),
            principal,
            MADE + timedelta(minutes=11),
            tuple(policies),
            {},
        )
        for principal, policies in declared_policies(config).items()
    ]
    return [*(of_eks if config.makes_cluster else ()), *named]


def _identities(config: KuberayEksConfig) -> list[PodIdentity]:
    return [
        PodIdentity(
            f"a-{account.part}",
            account.namespace,
            account.name,
            config.place.iam_arn(f"role/{config.label.name(account.part)}"),
            None,
            None,
            config.default_tags,
        )
        for account in service_accounts(config)
    ]


def lustre(config: KuberayEksConfig, subnet_ids: dict[str, str]) -> tuple[LustreFileSystem, ...]:
    """The file system, with the bucket that it shows."""
    fsx = config.fsx
    if fsx is None:
        return ()
    persistent = fsx.deployment_type == "PERSISTENT_2"
    bucket = None if fsx.linked_bucket is None else config.bucket_name(fsx.linked_bucket)
    return (
        LustreFileSystem(
            file_system_id="fs-lustre",
            name=config.label.name("fsx"),
            state="AVAILABLE",
            failure="",
            deployment_type=fsx.deployment_type,
            capacity_gib=fsx.capacity_gib,
            throughput_mibps_per_tib=(fsx.throughput_mibps_per_tib or 125) if persistent else None,
            version="2.15",
            kms_key_arn=_key(config) if persistent else None,
            backup_retention_days=fsx.backup_days if persistent else None,
            subnet_ids=(subnet_ids[fsx.zone or config.node_zones[0]],),
            interface_ids=("eni-lustre",),
            dns_name="fs-lustre.fsx.us-west-2.amazonaws.com",
            mount_name="abcdefgh",
            tags=config.default_tags,
            links=()
            if bucket is None
            else (LustreLink("dra-1", "AVAILABLE", f"/{fsx.linked_bucket}", f"s3://{bucket}"),),
        ),
    )


def repositories(config: KuberayEksConfig) -> tuple[Repository, ...]:
    """The repository of the environment."""
    if config.ecr is None:
        return ()
    chosen = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": config.ecr.keep_untagged_days,
    }
    name = config.label.cluster
    return (
        Repository(
            name=name,
            arn=config.place.arn("ecr", f"repository/{name}"),
            uri=f"123456789012.dkr.ecr.us-west-2.amazonaws.com/{name}",
            mutability="IMMUTABLE",
            scan_on_push=True,
            kms_key=_key(config),
            policy=None,
            lifecycle={"rules": [{"rulePriority": 1, "selection": chosen, "action": {"type": "expire"}}]},
            tags=config.default_tags,
        ),
    )


def prometheus(config: KuberayEksConfig, subnet_ids: dict[str, str]) -> Prometheus:
    """The workspace and its scraper."""
    if config.prometheus is None:
        return Prometheus((), ())
    place, cluster = config.place, config.label.cluster
    arn = place.arn("aps", "workspace/ws-1")
    workspace = Workspace("ws-1", arn, cluster, "ACTIVE", "https://aps", _key(config), config.default_tags)
    source = place.arn("eks", f"cluster/{config.cluster_name}")
    subnets = tuple(sorted(subnet_ids.values()))
    scraper = Scraper("s-1", cluster, "ACTIVE", "", source, ("sg-node",), subnets, arn, config.default_tags)
    return Prometheus((workspace,), (scraper,))


def kubernetes(config: KuberayEksConfig) -> KubernetesView:
    """All that was rendered is there, and ready."""
    operator = Operator(config.kuberay.operator_namespace, config.kuberay.operator_version, ())
    return KubernetesView(
        ClusterDiff(compared=(RAY_CLUSTER,), operators=(operator,)), RayClusterStatus(True, "ready", 1, 1)
    )


def log_groups(config: FoundationConfig) -> list[LogGroup]:
    """Those whose names AWS gives."""
    if not isinstance(config, KuberayEksConfig):
        return []
    return [LogGroup(name, 365, _key(config)) for name in named_log_groups(config)]


def nodes(config: KuberayEksConfig, subnet_ids: dict[str, str]) -> Nodes:
    """One node of the last group, and its volume."""
    group = node_groups(config)[-1]
    zone = group.zones[0]
    tags = {"eks:cluster-name": config.cluster_name, "eks:nodegroup-name": group.name, **config.default_tags}
    node = Instance(
        instance_id=NODE,
        name=config.label.name(group.name),
        state="running",
        instance_type=group.instance_types[0],
        image_id="ami-eks",
        zone=zone,
        subnet_id=subnet_ids[zone],
        private_ip=healthy_reachability.address(config, zone, 30),
        public_ip=None,
        group_ids=_group_ids(config),
        instance_profile="eks-1",
        key_name=None,
        metadata_tokens="required",
        metadata_hop_limit=1,
        monitoring="enabled",
        ebs_optimized=True,
        root_device="/dev/xvda",
        spot=group.spot,
        tags=tags,
        vpc_id="vpc-1",
    )
    volume = Volume("vol-node", NODE, "/dev/xvda", "gp3", group.root_volume_gib, True, _key(config))
    return Nodes((node,), (volume,), {}, {})


def network_interfaces(config: KuberayEksConfig, subnet_ids: dict[str, str]) -> tuple[NetworkInterface, ...]:
    """Of that node, and of the file system."""
    zone = node_groups(config)[-1].zones[0]
    address = healthy_reachability.address
    own = ((address(config, zone, 30),), (), None)
    node = NetworkInterface("eni-node", "", "interface", subnet_ids[zone], NODE, 0, *own, _group_ids(config))
    if config.fsx is None:
        return (node,)
    zone = config.fsx.zone or config.node_zones[0]
    at = ((address(config, zone, 40),), (), None)
    return (node, NetworkInterface("eni-lustre", "", "interface", subnet_ids[zone], None, None, *at, ("sg-fsx",)))


def iam(config: KuberayEksConfig) -> Iam:
    """Every role, with the policies that Terraform would give it."""
    place = config.place
    key, cluster = _key(config), place.arn("eks", f"cluster/{config.cluster_name}")
    by_cluster = service_trust("eks.amazonaws.com", [Condition("ArnLike", "aws:SourceArn", cluster)])
    own = [_role(config, CLUSTER_ROLE, by_cluster, "cluster", cluster_statements(key, place), ())]
    by_node = service_trust("ec2.amazonaws.com")
    managed = node_managed_policy_arns(place)
    node = _role(config, NODE_ROLE, by_node, "session", node_statements(), managed)
    arns = EksArns(
        key=key,
        buckets={name: place.s3_arn(config.bucket_name(name)) for name in config.all_buckets},
        efs=place.arn("elasticfilesystem", "file-system/fs-1"),
        efs_access_point=place.arn("elasticfilesystem", "access-point/fsap-1"),
    )
    accounts = [
        _role(
            config,
            account.part,
            pod_identity_trust(config, account)
            if config.eks.service_account_roles == "pod-identity"
            else web_identity_trust(account, _provider(config), ISSUER),
            account.part,
            service_account_statements(config, account.part, arns),
            managed_policy_arns(account.part, place),
        )
        for account in service_accounts(config)
    ]
    return Iam((*(own if config.makes_cluster else ()), node, *accounts), ())


def _role(
    config: KuberayEksConfig, part: str, trust: Statement, policy: str, statements: list[Statement], managed: Any
) -> Role:
    name = config.label.name(part)
    inline = (Policy(policy, None, policy_document(statements)),) if statements else ()
    return Role(
        name=name,
        arn=config.place.iam_arn(f"role/{name}"),
        trust=policy_document([trust]),
        permissions_boundary_arn=config.iam.permissions_boundary_arn,
        tags=config.default_tags,
        inline_policies=inline,
        attached_policies=tuple(healthy_iam.attached_policy(arn) for arn in managed),
        boundary=healthy_iam.boundary(config),
    )
