"""The policies with which head and launcher launch nodes: the very statements of the module that defines them."""

from __future__ import annotations

from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.ports import Tier
from scripts.rendering.autoscaling_config import LaunchFacts
from scripts.rendering.launch_settings import tag_keys


def launch_policy(config: Ec2ClusterConfig, part: str, facts: LaunchFacts) -> tuple[str, list[dict[str, Any]]]:
    """Name and statements of the policy of a role that launches."""
    # Imported here: few environments need it, and the modules bring cdktf along.
    from modules import autoscaler_policy

    assert isinstance(config, AutoscalingEc2Config)
    kind: Tier = "worker" if part == "head" else "head"
    types = {name: type_ for name, type_ in config.node_types.items() if type_.tier == kind}
    of_kind = [facts.types[name] for name in types]
    launch = autoscaler_policy.Launch(
        kind=kind,
        type_names=sorted(types),
        instance_types=sorted({type_.settings.instance_type for type_ in types.values()}),
        image_ids=sorted({each.image_id for each in of_kind}),
        subnet_ids=sorted({subnet_id for each in of_kind for subnet_id in each.subnet_ids}),
        security_group_id=f"sg-{kind}",
        role_arn=config.place.iam_arn(f"role/{config.label.name(kind)}"),
        instance_profile_arn=config.place.iam_arn(f"instance-profile/{config.label.name(kind)}"),
        volume_types=sorted({type_.settings.root_volume_type for type_ in types.values()}),
        largest_volume_gib=max(type_.settings.root_volume_gib for type_ in types.values()),
        tag_keys=tag_keys(config, types.values()),
        spot=any(type_.spot for type_ in types.values()),
    )
    cluster = autoscaler_policy.Autoscaled(
        name=config.label.cluster,
        place=config.place,
        key_arn=facts.key_arn,
        key_pair_name=facts.key_pair_name,
        stops_nodes=config.autoscaler.cache_stopped_nodes,
    )
    if part == "launcher":
        return "launch", [_written(each) for each in autoscaler_policy.launcher_statements(cluster, launch)]
    statements = autoscaler_policy.head_statements(cluster, launch)
    if not config.terraform_makes_head:
        name = f"head.{config.name}.{config.project}.internal"
        statements += autoscaler_policy.record_statements(config.place, "Z1", name)
    return "autoscaler", [_written(each) for each in statements]


def _written(statement: Any) -> dict[str, Any]:
    """A statement as IAM has it."""
    found = {"Sid": statement.sid, "Effect": statement.effect, "Action": list(statement.actions)}
    condition: dict[str, dict[str, list[str]]] = {}
    for each in statement.conditions:
        condition.setdefault(each.test, {})[each.variable] = each.values
    return {**found, "Resource": list(statement.resources), **({"Condition": condition} if condition else {})}
