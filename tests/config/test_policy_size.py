"""The estimate of the head's policy against the policy itself."""

from __future__ import annotations

import pytest

from config.autoscaler import AutoscaledHeadConfig, AutoscalerConfig, WorkerTypeConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.network import NetworkConfig
from config.policy_document import policy_characters
from config.policy_size import autoscaler_policy_characters
from modules.autoscaler_policy import Autoscaled, Launch, head_statements, record_statements
from scripts.rendering.launch_settings import tag_keys

SPOT = WorkerTypeConfig(spot=True, on_demand_fallback=True)
ENVIRONMENTS = {
    "one type": AutoscalingEc2Config(name="demo", region="us-west-2", workers={"cpu": WorkerTypeConfig()}),
    "everything": AutoscalingEc2Config(
        name="a-long-name-of-an-environment",
        region="ap-southeast-1",
        network=NetworkConfig(zones=3),
        head=AutoscaledHeadConfig(managed_by="ray-up"),
        workers={f"type-{index}": SPOT for index in range(20)},
        autoscaler=AutoscalerConfig(cache_stopped_nodes=True),
    ),
}


def _characters(environment: AutoscalingEc2Config) -> int:
    """Size of the policy itself."""
    types = [type_ for type_ in environment.node_types.values() if type_.tier == "worker"]
    place, cluster = environment.place, environment.label.cluster
    role = f"{cluster}-worker"
    launch = Launch(
        kind="worker",
        type_names=[type_.name for type_ in types],
        instance_types=list({type_.settings.instance_type for type_ in types}),
        image_ids=["ami-0123456789abcdef0"] * len(types),
        subnet_ids=["subnet-0123456789abcdef0"] * len(environment.node_zones),
        security_group_id="sg-0123456789abcdef0",
        role_arn=f"arn:aws:iam::{place.account_id}:role/{role}",
        instance_profile_arn=f"arn:aws:iam::{place.account_id}:instance-profile/{role}",
        volume_types=sorted({type_.settings.root_volume_type for type_ in types}),
        largest_volume_gib=max(type_.settings.root_volume_gib for type_ in types),
        tag_keys=tag_keys(environment, types),
        spot=any(type_.spot for type_ in types),
    )
    facts = Autoscaled(
        name=cluster,
        place=place,
        key_arn=place.arn("kms", "key/01234567-89ab-cdef-0123-456789abcdef"),
        key_pair_name=f"{cluster}-nodes",
        stops_nodes=environment.autoscaler.cache_stopped_nodes,
    )
    statements = head_statements(facts, launch)
    if not environment.terraform_makes_head:
        statements += record_statements(place, "Z0123456789ABCDEFGHIJ", f"head.{cluster}.internal")
    return policy_characters(statements)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_estimate_is_a_little_above_the_policy(name: str) -> None:
    environment = ENVIRONMENTS[name]
    size = _characters(environment)
    assert size <= autoscaler_policy_characters(environment) < size + 200
