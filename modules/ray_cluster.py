"""The nodes of a static cluster: a head, and workers in named groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from constructs import Construct

from config.ec2_cluster import HEAD_NODE
from config.label import HEAD_HOST
from config.ports import Tier
from config.static_ec2 import StaticEc2Config
from modules.boot_script import boot_script
from modules.dns import PrivateZone
from modules.ids import construct_id
from modules.image import Image
from modules.node import Node, NodeSurroundings
from modules.ray_head import define_head
from modules.worker_group import WorkerGroup
from scripts.rendering.cluster_facts import ClusterFacts


class RayCluster(Construct):
    """Define the head, its name in the private zone, and the worker groups that join by that name."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StaticEc2Config,
        facts: ClusterFacts,
        zone: PrivateZone,
        head: NodeSurroundings,
        workers: NodeSurroundings,
    ) -> None:
        super().__init__(scope, id_)
        self._config, self._facts = config, facts
        self._head = self._define_head(head)
        # A worker that asks for the head's name too early is told for 15 minutes that there is none:
        # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html
        name_of_head = zone.add(HEAD_HOST, self._head.private_ip)
        workers = replace(workers, wait_for=[*workers.wait_for, name_of_head])
        self._groups = [self._define_group(name, workers) for name in config.workers]

    def _define_head(self, surroundings: NodeSurroundings) -> Node:
        return define_head(
            self,
            config=self._config,
            image=Image(self, "head_image", config=self._config.head),
            user_data=self._user_data("head", "head")(HEAD_NODE),
            surroundings=surroundings,
        )

    def _define_group(self, name: str, surroundings: NodeSurroundings) -> WorkerGroup:
        group = self._config.workers[name]
        return WorkerGroup(
            self,
            construct_id("worker", name),
            name=name,
            config=group,
            label=self._config.label,
            zones=[self._config.worker_zone(group, index) for index in range(group.count)],
            user_data=self._user_data("worker", name),
            surroundings=surroundings,
        )

    def _user_data(self, tier: Tier, group: str) -> Callable[[str], str]:
        node = self._config.head if tier == "head" else self._config.workers[group]
        return lambda node_name: boot_script(
            self._config, tier, node=node, node_name=node_name, group=group, facts=self._facts
        )

    @property
    def head_instance_id(self) -> str:
        """Instance id of the head, a token until apply."""
        return self._head.instance_id

    @property
    def head_facts(self) -> dict[str, str]:
        """Ids and addresses of the head."""
        return self._head.facts

    @property
    def worker_facts(self) -> dict[str, dict[str, str]]:
        """Ids and addresses of the workers, by name."""
        return {name: facts for group in self._groups for name, facts in group.facts.items()}
