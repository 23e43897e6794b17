"""Flavour `anyscale-cloud`."""

from __future__ import annotations

from functools import partial

from constructs import Construct

from config.anyscale_arns import CloudArns
from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.security_rules import Group
from modules.anyscale import CloudFileSystem, CloudMemoryDb, ClusterNode, ControlPlane, role_grants
from modules.existing_bucket import ExistingBucket
from modules.s3 import Buckets
from modules.security_groups import GroupIdentity
from stacks.foundation import FoundationStack


class AnyscaleCloudStack(FoundationStack):
    """The AWS side of an Anyscale cloud; Anyscale's control plane launches the nodes."""

    def __init__(self, scope: Construct, config: AnyscaleCloudConfig) -> None:
        adopted = config.adopted
        super().__init__(
            scope,
            config,
            encrypts="stored data and logs",
            # Nodes' volumes are encrypted with the account's default key, not with this one.
            key_users=(),
            # Anyscale does not say what its nodes read from S3: any bucket, unless some are named.
            readable_buckets=config.network.s3_endpoint_buckets or ["*"],
            writable_buckets=config.foreign_buckets,
            # Anyscale launches nodes with what the subnet gives them.
            gives_addresses=config.access.public_nodes,
            # Mount targets are in it, too.
            filled_by={"cloud": "Anyscale"} if config.efs is None else {},
            identities={"cloud": GroupIdentity(adopted.security_group_name, adopted.security_group_description)},
        )
        self._config = config
        self._control_plane = ControlPlane(self, "control_plane", config=config)
        self._cluster_node = ClusterNode(self, "cluster_node", config=config)
        self._role_arns = {CONTROL_PLANE: self._control_plane.arn, CLUSTER_NODE: self._cluster_node.arn}
        self._bucket = self._define_bucket()
        self._allow_roles()
        self._efs = self._define_efs()
        self._memorydb = self._define_memorydb()
        # Anyscale may give nodes a login to registries of its own.
        self._define_endpoints(others_pull=True)
        self._publish()

    def _define_bucket(self) -> Buckets | ExistingBucket:
        config = self._config
        if config.bucket.existing_name is not None:
            return ExistingBucket(
                self, "buckets", part=CLOUD_BUCKET, name=config.bucket.existing_name, region=config.region
            )
        return self._buckets_with(partial(role_grants, role_arns=list(self._role_arns.values())))

    def _allow_roles(self) -> None:
        config = self._config
        arns = CloudArns(
            bucket=self._bucket.arn(CLOUD_BUCKET),
            keys=config.bucket_keys(self._key.key_arn),
            vpc=self._network.vpc_arn,
            cluster_node_role=self._cluster_node.arn,
            cluster_node_profile=self._cluster_node.instance_profile_arn,
        )
        self._control_plane.allow_all(config, arns)
        self._cluster_node.allow_all(config, arns)

    def _define_efs(self) -> CloudFileSystem | None:
        if self._config.efs is None:
            return None
        return CloudFileSystem(
            self,
            "efs",
            config=self._config,
            subnet_ids=self._node_subnet_ids,
            security_group_id=self._groups.id_of("cloud"),
            key_arn=self._key.key_arn,
            role_arns=list(self._role_arns.values()),
        )

    def _define_memorydb(self) -> CloudMemoryDb | None:
        if self._config.memorydb is None:
            return None
        group: Group = "cloud" if self._config.memorydb.in_cloud_security_group else "memorydb"
        return CloudMemoryDb(
            self,
            "memorydb",
            config=self._config,
            subnet_ids=self._node_subnet_ids,
            security_group_id=self._groups.id_of(group),
            key_arn=self._key.key_arn,
        )

    def _publish(self) -> None:
        """Define the outputs: what a registration takes."""
        self._publish_foundation()
        self.publish(
            node_subnet_ids=self._node_subnet_ids,
            role_arns=self._role_arns,
            instance_profile_arns={CLUSTER_NODE: self._cluster_node.instance_profile_arn},
            bucket_names=self._bucket.names,
            external_id=self._config.anyscale.external_id,
        )
        if self._efs is not None:
            self.publish(efs_id=self._efs.file_system_id, efs_mount_target_addresses=self._efs.mount_target_addresses)
        if self._memorydb is not None:
            self.publish(
                memorydb_name=self._memorydb.name,
                memorydb_arn=self._memorydb.arn,
                memorydb_address=self._memorydb.address,
            )
