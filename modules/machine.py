"""What every EC2 instance has, whatever it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.instance_types import is_burstable
from config.nodes import NodeConfig
from modules.aws import (
    InstanceCreditSpecification,
    InstanceMaintenanceOptions,
    InstanceMetadataOptions,
    InstanceRootBlockDevice,
)


def machine(config: NodeConfig, *, key_arn: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """Arguments of an instance: IMDSv2 only, encrypted root volume, detailed monitoring, EBS-optimized."""
    return {
        "instance_type": config.instance_type,
        "monitoring": True,
        "ebs_optimized": True,
        # EC2 moves a node off failed hardware: same id, address, volumes.
        "maintenance_options": InstanceMaintenanceOptions(auto_recovery="default"),
        "metadata_options": InstanceMetadataOptions(
            http_endpoint="enabled",
            http_tokens="required",  # IMDSv2: not an option
            http_put_response_hop_limit=config.metadata_hop_limit,
            instance_metadata_tags="disabled",
        ),
        "root_block_device": InstanceRootBlockDevice(
            volume_type=config.root_volume_type,
            volume_size=config.root_volume_gib,
            iops=config.root_volume_iops,
            throughput=config.root_volume_throughput_mibps,
            encrypted=True,  # not an option
            kms_key_id=key_arn,
            delete_on_termination=True,
            tags=tags,
        ),
        # Burstable instances are slowed down, not billed without bound, when their credits are used up.
        "credit_specification": (
            InstanceCreditSpecification(cpu_credits="standard") if is_burstable(config.instance_type) else None
        ),
        "tags": tags,
    }
