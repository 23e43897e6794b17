"""Flavour `static-ec2`."""

from __future__ import annotations

from constructs import Construct

from config.static_ec2 import StaticEc2Config
from modules.ray_cluster import RayCluster
from stacks.ec2_cluster import Ec2ClusterStack


class StaticEc2Stack(Ec2ClusterStack):
    """A cluster whose nodes Terraform makes."""

    def __init__(self, scope: Construct, config: StaticEc2Config) -> None:
        super().__init__(scope, config)
        self._allow_nodes()
        key_pair = self._define_key_pair()
        cluster = RayCluster(
            self,
            "ray",
            config=config,
            facts=self._cluster_facts(),
            zone=self._zone,
            head=self._surroundings("head", key_pair),
            workers=self._surroundings("worker", key_pair),
        )
        if self._state_volume is not None:
            self._state_volume.attach_to(cluster.head_instance_id)
        self._define_bastion(key_pair)
        self._publish(workers=cluster.worker_facts, **self._head_outputs(cluster.head_facts))
