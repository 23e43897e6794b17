"""The network that a cluster stands in: one that is made, or one that is there."""

from __future__ import annotations

from constructs import Construct

from config.ec2_cluster import Ec2ClusterConfig
from config.label import Label
from modules.endpoints import S3GatewayEndpoint
from modules.existing_network import ExistingNetwork
from modules.flow_logs import FlowLogs
from modules.network import Network
from modules.wheels import wheel_bucket


def define_network(
    scope: Construct, *, config: Ec2ClusterConfig, label: Label, key_arn: str
) -> Network | ExistingNetwork:
    """Define the network with its flow logs and S3 endpoint, or look up the one that is there."""
    if config.network.existing is not None:
        return ExistingNetwork(scope, "network", config=config.network.existing)
    network = Network(scope, "network", config=config.network, layout=config.layout, label=label)
    FlowLogs(
        scope,
        "flow_logs",
        config=config.network.flow_logs,
        label=label,
        place=config.place,
        vpc_id=network.vpc_id,
        key_arn=key_arn,
        permissions_boundary_arn=config.iam.permissions_boundary_arn,
    )
    S3GatewayEndpoint(
        scope,
        "s3_endpoint",
        label=label,
        place=config.place,
        vpc_id=network.vpc_id,
        route_table_ids=network.route_table_ids,
        readable_buckets=_readable_buckets(config),
    )
    return network


def _readable_buckets(config: Ec2ClusterConfig) -> list[str]:
    source = config.ray.wheel_source
    wheels = [] if source is None else [wheel_bucket(source)]
    return list(dict.fromkeys([*config.network.s3_endpoint_buckets, *wheels]))
