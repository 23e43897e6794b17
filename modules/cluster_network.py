"""The network that an environment stands in: one that is made, or one that is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from constructs import Construct

from config.foundation import FoundationConfig
from config.label import Label
from modules.endpoints import S3GatewayEndpoint
from modules.existing_network import ExistingNetwork
from modules.flow_logs import FlowLogs
from modules.network import Network


def define_network(
    scope: Construct,
    *,
    config: FoundationConfig,
    label: Label,
    key_arn: str,
    readable_buckets: Sequence[str],
    writable_buckets: Sequence[str],
    gives_addresses: bool,
    subnet_tags: Mapping[str, Mapping[str, str]] | None = None,
) -> Network | ExistingNetwork:
    """Define the network with its flow logs and S3 endpoint, or look up the one that is there.

    `readable_buckets` and `writable_buckets` are of other accounts; `gives_addresses` and `subnet_tags` are said in
    `Network`.
    """
    if config.network.existing is not None:
        return ExistingNetwork(scope, "network", config=config.network.existing, gives_addresses=gives_addresses)
    network = Network(
        scope,
        "network",
        config=config.network,
        layout=config.layout,
        label=label,
        gives_addresses=gives_addresses,
        subnet_tags=subnet_tags or {},
    )
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
        readable_buckets=readable_buckets,
        writable_buckets=writable_buckets,
    )
    return network
