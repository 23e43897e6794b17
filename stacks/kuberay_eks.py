"""Flavour `kuberay-eks`."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import ITerraformDependable, TerraformResource
from constructs import Construct

from config.eks import AddonName
from config.eks_logs import insight_log_groups, named_log_groups
from config.eks_permissions import EksArns
from config.eks_roles import key_users
from config.kuberay import KubeBucketConfig
from config.kuberay_eks import KuberayEksConfig
from config.permissions import node_grants
from config.s3 import BucketConfig
from config.service_accounts import RAY_HEAD, RAY_WORKER
from config.statement import Statement
from modules.eks import Cluster, ExistingCluster, MadeCluster
from modules.eks_access import define_access
from modules.eks_addons import BEFORE_NODES, define_addons
from modules.eks_nodes import NodeGroups, NodeRole
from modules.fsx import FsxLustre
from modules.log_group import LogGroup
from modules.pod_identity import ServiceAccountRoles
from modules.prometheus import Prometheus
from modules.registry import Registry
from stacks.foundation import FoundationStack

_QUAY_REGION = "us-east-1"
_SUBNET_TAGS = {
    "public": {"kubernetes.io/role/elb": "1"},
    "private": {"kubernetes.io/role/internal-elb": "1"},
}
"""Where controllers for load balancers look for subnets:
https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""


class KuberayEksStack(FoundationStack):
    """The AWS side of Ray on EKS; what runs in the cluster is rendered by `make manifests`. Wiring only."""

    def __init__(self, scope: Construct, config: KuberayEksConfig) -> None:
        super().__init__(
            scope,
            config,
            encrypts="everything",
            readable_buckets=[*_image_buckets(config.region), *config.network.s3_endpoint_buckets],
            writable_buckets=config.network.s3_endpoint_writable_buckets,
            gives_addresses=False,
            subnet_tags=_SUBNET_TAGS,
            filled_by={},
            key_users=key_users(config),
            log_groups=named_log_groups(config),
        )
        self._config = config
        self._cluster = self._define_cluster()
        self._accounts = ServiceAccountRoles(self, "service_accounts", config=config, cluster=self._cluster)
        self._buckets = self._buckets_with(self._grants)
        self._token = self._define_token()
        self._efs = self._define_mounted_efs(config.efs, self._accounts.arns_of("efs-csi"))
        self._memorydb = self._define_head_memorydb()
        self._fsx = self._define_fsx()
        self._registry = self._define_registry()
        self._endpoints = self._define_endpoints(
            others_pull=False, web_identity=config.eks.service_account_roles == "irsa"
        )
        self._allow_accounts()
        self._log_groups = self._define_insight_groups()
        self._node_role = NodeRole(self, "node_role", config=config)
        self._define_nodes()
        self._prometheus = self._define_prometheus()
        self._publish()

    def _define_cluster(self) -> Cluster:
        config = self._config
        existing, network = config.eks.existing_cluster, config.network.existing
        if existing is not None:
            assert network is not None  # a rule asks for it
            cluster: Cluster = ExistingCluster(
                self, "eks", config=existing, version=config.eks.version, vpc_id=network.vpc_id
            )
        else:
            cluster = MadeCluster(
                self,
                "eks",
                config=config.eks,
                access=config.access,
                label=self.label,
                place=config.place,
                subnet_ids=list(self._network.private_subnet_ids.values()),
                security_group_id=self._groups.id_of("control_plane"),
                key_arn=self._key.key_arn,
                permissions_boundary_arn=config.iam.permissions_boundary_arn,
                protect=config.protect,
                wait_for=self._groups.rules_of("control_plane"),
            )
        define_access(cluster, config=config, cluster_name=cluster.name)
        return cluster

    def _grants(self, bucket_arn: str, bucket: BucketConfig) -> Sequence[Statement]:
        """What a bucket's policy lets pods do, and the driver that mounts it."""
        mounted = isinstance(bucket, KubeBucketConfig) and bucket.mount_path is not None
        parts = [RAY_HEAD, RAY_WORKER, *(["s3-csi"] if mounted else [])]
        return node_grants(bucket_arn, bucket, role_arns=self._accounts.arns_of(*parts))

    def _define_fsx(self) -> FsxLustre | None:
        config = self._config
        if config.fsx is None:
            return None
        linked = config.fsx.linked_bucket
        return FsxLustre(
            self,
            "fsx",
            config=config.fsx,
            label=self.label,
            subnet_id=self._fsx_subnet_id,
            security_group_id=self._groups.id_of("fsx"),
            key_arn=self._key.key_arn,
            linked_bucket_name=None if linked is None else self._buckets.names[linked],
            protect=config.protect,
            wait_for=self._groups.rules_of("fsx"),
        )

    @property
    def _fsx_subnet_id(self) -> str:
        zone = self._config.fsx.zone if self._config.fsx is not None else None
        subnet_ids = self._network.private_subnet_ids
        return subnet_ids[zone or self._config.node_zones[0]]

    def _define_registry(self) -> Registry | None:
        config = self._config
        if config.ecr is None:
            return None
        return Registry(
            self, "registry", config=config.ecr, label=self.label, key_arn=self._key.key_arn, protect=config.protect
        )

    def _allow_accounts(self) -> None:
        efs = self._efs
        self._accounts.allow_all(
            EksArns(
                key=self._key.key_arn,
                buckets={name: self._buckets.arn(name) for name in self._config.all_buckets},
                efs=efs.arn if efs is not None else "",
                efs_access_point=efs.access_point_arn if efs is not None else "",
            )
        )

    def _define_insight_groups(self) -> dict[AddonName, list[TerraformResource]]:
        """Container Insights would make them, kept for ever and without the key."""
        groups = [
            LogGroup(
                self,
                f"insights_{part}",
                label=self.label,
                part=f"insights-{part}",
                name=name,
                retention_days=self._config.eks.log_retention_days,
                key_arn=self._key.key_arn,
            ).resource
            for part, name in insight_log_groups(self._config).items()
        ]
        return {"amazon-cloudwatch-observability": groups}

    def _define_nodes(self) -> None:
        """Define the node groups, between the add-ons that they need and those that need them."""
        config = self._config
        role = self._node_role
        theirs = [] if config.makes_cluster else [self._cluster.security_group_id]
        nodes = NodeGroups(
            self,
            "nodes",
            config=config,
            cluster_name=self._cluster.name,
            role_arn=role.arn,
            subnet_ids=self._network.private_subnet_ids,
            security_group_ids=[*theirs, self._groups.id_of("node")],
            key_arn=self._key.key_arn,
            wait_for=[
                *self._ways_out(self._endpoints),
                # A destroy would take them all at once, and nodes that drain would reach nothing any more.
                *self._groups.rules_of(*self._groups.ids),
                *role.policies,
                *role.attachments,
                *self._define_addons([name for name in config.addons if name in BEFORE_NODES]),
            ],
        )
        self._define_addons([name for name in config.addons if name not in BEFORE_NODES], *nodes.for_others)

    def _define_addons(
        self, names: Sequence[AddonName], *wait_for: ITerraformDependable
    ) -> Sequence[ITerraformDependable]:
        needed = self._accounts.needed_by_addons
        return define_addons(
            self._cluster,
            config=self._config,
            names=names,
            cluster_name=self._cluster.name,
            role_arns=self._accounts.addon_role_arns,
            wait_for={name: [*needed.get(name, ()), *wait_for, *self._log_groups.get(name, ())] for name in names},
        )

    def _define_prometheus(self) -> Prometheus | None:
        config = self._config
        if config.prometheus is None:
            return None
        return Prometheus(
            self,
            "prometheus",
            config=config.prometheus,
            label=self.label,
            key_arn=self._key.key_arn,
            cluster_arn=self._cluster.arn,
            subnet_ids=list(self._network.private_subnet_ids.values()),
            security_group_ids=[self._groups.id_of("node")],
            namespace=config.kuberay.namespace,
        )

    def _publish(self) -> None:
        """Define the outputs: what manifests are rendered with, and what reaches the cluster."""
        cluster = self._cluster
        self._publish_foundation()
        self.publish(
            cluster_name=cluster.name,
            cluster_arn=cluster.arn,
            cluster_endpoint=cluster.endpoint,
            cluster_certificate_authority=cluster.certificate_authority,
            cluster_version=cluster.version,
            cluster_security_group_id=cluster.security_group_id,
            service_cidr=cluster.service_cidr,
            node_group_names=self._config.node_group_names,
            node_role_arn=self._node_role.arn,
            service_account_role_arns=self._accounts.arns,
            bucket_names=self._buckets.names,
            ray_token_secret_arn=self._token.arn,
        )
        self._publish_storage()
        if self._registry is not None:
            self.publish(registry_url=self._registry.url)
        if self._prometheus is not None:
            self.publish(
                prometheus_workspace_arn=self._prometheus.workspace_arn, prometheus_endpoint=self._prometheus.endpoint
            )

    def _publish_storage(self) -> None:
        if self._efs is not None:
            self.publish(efs_id=self._efs.file_system_id, efs_access_point_id=self._efs.access_point_id)
        if self._fsx is not None:
            self.publish(
                fsx_id=self._fsx.file_system_id,
                fsx_dns_name=self._fsx.dns_name,
                fsx_mount_name=self._fsx.mount_name,
                fsx_subnet_id=self._fsx_subnet_id,
                fsx_security_group_id=self._groups.id_of("fsx"),
            )
        if self._memorydb is not None:
            self.publish(
                memorydb_address=self._memorydb.address,
                memorydb_user=self._memorydb.user_name,
                memorydb_password_secret_arn=self._memorydb.password_secret_arn,
            )


def _image_buckets(region: str) -> list[str]:
    """Where registries send clients in AWS for layers, through the S3 endpoint.

    registry.k8s.io has a bucket in each region; quay.io, which has the operator's image, sends those in its own to its
    bucket, and others to CloudFront.
    https://github.com/kubernetes/registry.k8s.io/blob/main/cmd/archeio/docs/request-handling.md,
    https://github.com/quay/quay/blob/master/storage/cloud.py
    """
    return [f"prod-registry-k8s-io-{region}", *(["quayio-production-s3"] if region == _QUAY_REGION else [])]
