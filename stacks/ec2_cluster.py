"""What the flavours on EC2 have in common: everything but the nodes and who makes them."""

from __future__ import annotations

from functools import partial
from typing import Any

from cdktf import ITerraformDependable
from constructs import Construct

from config.ec2_cluster import BASTION, Ec2ClusterConfig
from config.label import HEAD_HOST
from config.permissions import bucket_statements, node_grants
from config.ports import TIERS, Tier
from modules.bastion import Bastion, allow_sessions
from modules.dns import PrivateZone
from modules.kms import spot_users
from modules.log_group import LogGroup
from modules.node import NodeSurroundings
from modules.node_policy import metrics_namespace
from modules.node_roles import NodeRoles
from modules.role import InstanceRole, Role
from modules.ssh_key import ExistingKeyPair, SshKey
from modules.state_volume import HeadStateVolume
from modules.wheels import wheel_bucket, wheel_statements
from scripts.rendering.cluster_facts import ClusterFacts, EfsMount, HeadStore, StateVolume
from stacks.foundation import FoundationStack

_STATE_VOLUME_GIB = 20


class Ec2ClusterStack(FoundationStack):
    """A cluster but for its nodes, which a flavour adds. Wiring only, no branch on an environment's name."""

    def __init__(self, scope: Construct, config: Ec2ClusterConfig) -> None:
        super().__init__(
            scope,
            config,
            encrypts="everything",
            key_users=spot_users(config.place) if any(worker.spot for worker in config.workers.values()) else (),
            readable_buckets=_readable_buckets(config),
            writable_buckets=config.network.s3_endpoint_writable_buckets,
            # Nodes ask for their public address themselves.
            gives_addresses=False,
            filled_by=dict.fromkeys(set(TIERS) - {node.tier for node in config.fixed_nodes.values()}, "Ray"),
        )
        self._config = config
        self._other_roles: dict[str, Role] = {}
        self._roles = NodeRoles(self, "roles", config=config.iam, label=self.label, place=config.place)
        self._node_logs = self._define_node_logs()
        self._token = self._define_token() if config.has_token else None
        self._zone = PrivateZone(
            self,
            "dns",
            label=self.label,
            vpc_id=self._network.vpc_id,
            written_by_nodes=not config.terraform_makes_head,
        )
        self._buckets = self._buckets_with(partial(node_grants, role_arns=list(self._roles.arns.values())))
        self._efs = self._define_mounted_efs(config.efs, list(self._roles.arns.values()))
        self._memorydb = self._define_head_memorydb()
        self._state_volume = self._define_state_volume()
        self._endpoints = self._define_endpoints(others_pull=False)

    def _define_node_logs(self) -> LogGroup | None:
        observability = self._config.observability
        if not observability.cloudwatch_agent:
            return None
        return LogGroup(
            self,
            "node_logs",
            label=self.label,
            part="nodes",
            retention_days=observability.log_retention_days,
            key_arn=self._key.key_arn,
        )

    def _define_state_volume(self) -> HeadStateVolume | None:
        config = self._config
        if config.ray.head_storage != "rocksdb":
            return None
        return HeadStateVolume(
            self,
            "state_volume",
            label=self.label,
            zone=config.head_zone(),
            size_gib=config.head.state_volume_gib or _STATE_VOLUME_GIB,
            key_arn=self._key.key_arn,
            protect=config.protect,
        )

    def _allow_nodes(self, *more_head_secrets: str) -> None:
        """Give head and workers the rights that do not depend on who makes them."""
        tokens = [self._token.arn] if self._token is not None else []
        passwords = [self._memorydb.password_secret_arn] if self._memorydb is not None else []
        self._roles.allow_basics(
            key_arn=self._key.key_arn,
            log_group_arn=self._node_logs.arn if self._node_logs is not None else None,
            secret_arns={"head": [*tokens, *passwords, *more_head_secrets], "worker": tokens},
        )
        self._roles.allow("buckets", bucket_statements(self._buckets.readable_arns, self._buckets.writable_arns))
        if self._efs is not None:
            self._roles.allow("efs", self._efs.node_statements())
        if self._config.ray.wheel_source is not None:
            self._roles.allow("wheels", wheel_statements(self._config.ray.wheel_source, self._config.place))

    def _define_key_pair(self) -> str | None:
        """Define or look up the key pair; gives its name."""
        access = self._config.access
        if access.ssh_public_key is not None:
            return SshKey(self, "ssh_key", label=self.label, public_key=access.ssh_public_key).name
        if access.key_pair_name is not None:
            return ExistingKeyPair(self, "key_pair", name=access.key_pair_name).name
        return None

    def _surroundings(
        self, tier: Tier, key_pair: str | None, *more_to_wait_for: ITerraformDependable
    ) -> NodeSurroundings:
        """What the nodes of a tier share that Terraform makes."""
        return NodeSurroundings(
            subnet_ids=self._node_subnet_ids,
            security_group_id=self._groups.id_of(tier),
            instance_profile_name=self._roles.instance_profile_name(tier),
            key_arn=self._key.key_arn,
            public=self._config.access.public_nodes,
            ssh_key_name=key_pair,
            wait_for=[
                *self._ways_out(self._endpoints),
                *self._roles.policies(tier),
                *(self._efs.needed_to_mount if self._efs is not None else ()),
                *more_to_wait_for,
            ],
        )

    def _define_bastion(self, key_pair: str | None, launcher: InstanceRole | None = None) -> None:
        """Define the bastion where there is one, with the launcher's role or one of its own, and publish it."""
        if self._config.access.bastion == "none":
            return
        boundary = self._config.iam.permissions_boundary_arn
        role = launcher
        if role is None:
            role = InstanceRole(self, "bastion_role", label=self.label, part=BASTION, permissions_boundary_arn=boundary)
            self._other_roles[BASTION] = role
        allow_sessions(role)
        public = self._config.access.bastion == "ssh"
        subnet_ids = self._network.public_subnet_ids if public else self._network.private_subnet_ids
        bastion = Bastion(
            self,
            "bastion",
            label=self.label,
            subnet_id=next(iter(subnet_ids.values())),
            security_group_id=self._groups.id_of("bastion"),
            instance_profile_name=role.instance_profile_name,
            key_arn=self._key.key_arn,
            ssh_key_name=key_pair,
            public=public,
            wait_for=[*self._ways_out(self._endpoints), *role.policies],
        )
        self.publish(bastion=bastion.facts)

    def _cluster_facts(self) -> ClusterFacts:
        efs = self._efs
        return ClusterFacts(
            cluster=self.label.cluster,
            region=self._config.region,
            head_address=self._zone.fqdn(HEAD_HOST),
            token_secret=self.label.name("ray-token") if self._token is not None else None,
            log_group=self._node_logs.name if self._node_logs is not None else None,
            metrics_namespace=metrics_namespace(self.label),
            efs=EfsMount(efs.file_system_id, efs.access_point_id, self._config.efs.mount_path)
            if efs is not None and self._config.efs is not None
            else None,
            head_store=self._head_store(),
        )

    def _head_store(self) -> HeadStore | StateVolume | None:
        if self._state_volume is not None:
            return StateVolume(self._state_volume.volume_id)
        if self._memorydb is None:
            return None
        return HeadStore(
            address=self._memorydb.address,
            user_name=self._memorydb.user_name,
            password_secret=self.label.name("memorydb-password"),
            namespace=self.label.cluster,
        )

    def _publish(self, **nodes: Any) -> None:
        """Define the outputs that every cluster has, and those of its nodes."""
        others = self._other_roles
        self._publish_foundation()
        self.publish(
            role_arns={**self._roles.arns, **{name: role.arn for name, role in others.items()}},
            instance_profile_arns={
                **self._roles.instance_profile_arns,
                **{name: role.instance_profile_arn for name, role in others.items() if isinstance(role, InstanceRole)},
            },
            bucket_names=self._buckets.names,
            **nodes,
        )
        if self._token is not None:
            self.publish(ray_token_secret_arn=self._token.arn)
        if self._node_logs is not None:
            self.publish(log_group=self._node_logs.name)
        if self._efs is not None:
            self.publish(efs_id=self._efs.file_system_id, efs_access_point_id=self._efs.access_point_id)
        if self._memorydb is not None:
            self.publish(
                memorydb_address=self._memorydb.address,
                memorydb_password_secret_arn=self._memorydb.password_secret_arn,
            )
        if self._state_volume is not None:
            self.publish(state_volume_id=self._state_volume.volume_id)

    def _head_outputs(self, head: dict[str, str]) -> dict[str, Any]:
        """Where the head and its dashboard are."""
        port = self._config.port_table["dashboard"].first
        return {
            "head": {**head, "dns_name": self._zone.fqdn(HEAD_HOST)},
            "dashboard_url": f"http://localhost:{port}",
            "dashboard_tunnel_command": _tunnel(head["instance_id"], self._config.region, port),
        }


def _readable_buckets(config: Ec2ClusterConfig) -> list[str]:
    """Buckets of other accounts that nodes read: those that are named, and that of the wheels."""
    source = config.ray.wheel_source
    wheels = [] if source is None else [wheel_bucket(source)]
    return list(dict.fromkeys([*config.network.s3_endpoint_buckets, *wheels]))


def _tunnel(instance_id: str, region: str, port: int) -> str:
    """Command that brings the dashboard to the operator's machine, without an open port."""
    return (
        f"aws ssm start-session --region {region} --target {instance_id} "
        "--document-name AWS-StartPortForwardingSession "
        f"--parameters portNumber={port},localPortNumber={port}"
    )
