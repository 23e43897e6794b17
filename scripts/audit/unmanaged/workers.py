"""Instances that are not Terraform's and are meant to be there: those that Ray's autoscaler makes."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.inventory.surroundings import Thing

WORKERS: Mapping[str, str] = {
    "autoscaling-ec2": "Ray's autoscaler made it",
    "anyscale-cloud": "Anyscale made it",
}
"""Who makes workers, by flavour. `static-ec2` is not here: Terraform makes all of its nodes."""


def worker_of(flavour: str, thing: Thing) -> str:
    """Who made an instance, or nothing when nobody but Terraform makes instances there.

    The autoscaler gives its instances the cluster's tag, which stands in the rendered `cluster.yaml`, and
    `ray-node-type`: https://docs.ray.io/en/latest/cluster/vms/references/ray-cluster-configuration.html
    """
    return WORKERS.get(flavour, "") if thing.tagged and thing.ray_node else ""
