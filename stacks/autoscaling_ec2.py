"""Flavour `autoscaling-ec2`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from constructs import Construct

from config.autoscaling_ec2 import AUTOSCALING_SECRET, HEAD_TYPE, AutoscalingEc2Config
from config.label import HEAD_HOST
from config.ports import Tier
from config.statement import principal_trust
from modules.autoscaled_head import AutoscaledHead
from modules.autoscaler_policy import Autoscaled, Launch, head_statements, launcher_statements, record_statements
from modules.autoscaling_secret import AutoscalingSecret
from modules.existing_network import ExistingNetwork
from modules.node_types import LaunchSurroundings, NodeTypes
from modules.offered_types import OfferedTypes
from modules.role import InstanceRole, Role
from modules.worker_room import Demand, WorkerRoom
from scripts.rendering.cluster_facts import Autoscaling, ClusterFacts
from scripts.rendering.launch_settings import tag_keys
from stacks.ec2_cluster import Ec2ClusterStack

_LAUNCHER = "launcher"


class AutoscalingEc2Stack(Ec2ClusterStack):
    """A cluster whose workers Ray makes and, with `head.managed_by: ray-up`, its head too."""

    def __init__(self, scope: Construct, config: AutoscalingEc2Config) -> None:
        super().__init__(scope, config)
        self._autoscaled = config
        self._look_before_launch()
        self._secret = self._define_secret()
        self._allow_nodes(*([self._secret.arn] if self._secret is not None else []))
        self._key_pair = self._define_key_pair()
        self._types = NodeTypes(
            self, "node_types", config=config, facts=self._facts_with_autoscaling(), surroundings=self._launches()
        )
        self._allow_head()
        launcher = self._define_launcher()
        self._define_bastion(self._key_pair, launcher if isinstance(launcher, InstanceRole) else None)
        self._publish(**self._define_head())
        self._publish_launches()

    def _look_before_launch(self) -> None:
        """Find out in the plan what Ray would find out hour by hour."""
        config = self._autoscaled
        types = [type_ for type_ in config.node_types.values() if type_.name == type_.group]
        paths = {type_.group: "head" if type_.group == HEAD_TYPE else f"workers.{type_.group}" for type_ in types}
        wanted = {(paths[each.group], each.settings.instance_type): config.zones_of(each) for each in types}
        OfferedTypes(self, "offered", wanted=wanted)
        if isinstance(self._network, ExistingNetwork):
            WorkerRoom(
                self,
                "room",
                cluster=self.label.cluster,
                subnets=self._network.private_subnets,
                demands=self._demands(),
            )

    def _demands(self) -> list[Demand]:
        """How many workers there may be: of each type, and of all together."""
        config = self._autoscaled
        demands = [
            Demand(
                f"workers.{name}.max_workers",
                min(worker.max_workers * (1 + worker.on_demand_fallback), config.max_workers),
                worker.zones or config.node_zones,
            )
            for name, worker in config.workers.items()
        ]
        zones = {zone for demand in demands for zone in demand.zones}
        setting = "workers" if config.autoscaler.max_workers is None else "autoscaler.max_workers"
        return [*demands, Demand(setting, config.max_workers, zones)]

    def _define_secret(self) -> AutoscalingSecret | None:
        if not self._autoscaled.terraform_makes_head:
            return None
        return AutoscalingSecret(self, "autoscaling", label=self.label, key_arn=self._key.key_arn)

    def _facts_with_autoscaling(self) -> ClusterFacts:
        fed = (
            Autoscaling(config_secret=self.label.name(AUTOSCALING_SECRET), zone_id=None)
            if self._autoscaled.terraform_makes_head
            else Autoscaling(config_secret=None, zone_id=self._zone.zone_id)
        )
        return replace(self._cluster_facts(), autoscaling=fed)

    def _launches(self) -> LaunchSurroundings:
        tiers: tuple[Tier, ...] = ("head", "worker")
        return LaunchSurroundings(
            subnet_ids=self._node_subnet_ids,
            security_group_ids={tier: self._groups.id_of(tier) for tier in tiers},
            instance_profile_arns=self._roles.instance_profile_arns,
            key_arn=self._key.key_arn,
            key_pair_name=self._key_pair,
        )

    def _allow_head(self) -> None:
        statements = head_statements(self._policy_facts, self._launch("worker"))
        if not self._autoscaled.terraform_makes_head:
            statements += record_statements(self._config.place, self._zone.zone_id, self._zone.fqdn(HEAD_HOST))
        self._roles.allow("autoscaler", statements, ["head"])

    def _define_launcher(self) -> Role | None:
        """The role of those who run `ray up`: named principals, and the bastion."""
        config = self._autoscaled
        if config.terraform_makes_head:
            return None
        arns, boundary = config.iam.launcher_principal_arns, config.iam.permissions_boundary_arn
        trust = [principal_trust(arns)] if arns else []
        kind = Role if config.access.bastion == "none" else InstanceRole
        role = kind(self, _LAUNCHER, label=self.label, part=_LAUNCHER, permissions_boundary_arn=boundary, trust=trust)
        self._other_roles[_LAUNCHER] = role
        role.allow("launch", launcher_statements(self._policy_facts, self._launch("head")))
        return role

    @property
    def _policy_facts(self) -> Autoscaled:
        return Autoscaled(
            name=self.label.cluster,
            place=self._config.place,
            key_arn=self._key.key_arn,
            key_pair_name=self._key_pair,
            stops_nodes=self._autoscaled.autoscaler.cache_stopped_nodes,
        )

    def _launch(self, kind: Tier) -> Launch:
        """What nodes of a tier are launched with, over all of its types."""
        types = [type_ for type_ in self._autoscaled.node_types.values() if type_.tier == kind]
        subnet_ids = [id_ for type_ in types for id_ in self._types.subnet_ids[type_.name].values()]
        return Launch(
            kind=kind,
            type_names=[type_.name for type_ in types],
            instance_types=list(dict.fromkeys(type_.settings.instance_type for type_ in types)),
            image_ids=list(dict.fromkeys(self._types.image_ids[type_.name] for type_ in types)),
            subnet_ids=list(dict.fromkeys(subnet_ids)),
            security_group_id=self._groups.id_of(kind),
            role_arn=self._roles.arns[kind],
            instance_profile_arn=self._roles.instance_profile_arns[kind],
            volume_types=sorted({type_.settings.root_volume_type for type_ in types}),
            largest_volume_gib=max((type_.settings.root_volume_gib for type_ in types), default=0),
            tag_keys=tag_keys(self._autoscaled, types),
            spot=any(type_.spot for type_ in types),
        )

    def _define_head(self) -> dict[str, Any]:
        """Define the head where Terraform makes it; gives its outputs."""
        config = self._autoscaled
        if self._secret is None:
            return {}
        version = self._secret.write(self._types.configuration, after=self._roles.policies("head"))
        head = AutoscaledHead(
            self,
            "ray",
            config=config,
            image=self._types.image(HEAD_TYPE),
            user_data=self._types.boot_script(config.node_types[HEAD_TYPE]),
            zone=self._zone,
            surroundings=self._surroundings("head", self._key_pair, version),
        )
        if self._state_volume is not None:
            self._state_volume.attach_to(head.head_instance_id)
        return {**self._head_outputs(head.head_facts), "autoscaling_secret_arn": self._secret.arn}

    def _publish_launches(self) -> None:
        self.publish(
            image_ids=self._types.image_ids,
            node_subnet_ids={name: list(ids.values()) for name, ids in self._types.subnet_ids.items()},
            zone_id=self._zone.zone_id,
        )
        if self._key_pair is not None:
            self.publish(key_pair_name=self._key_pair)
        # Not secret, only long.
        self.publish(sensitive=True, autoscaling_config=self._types.configuration)
