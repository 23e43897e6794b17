"""One EC2 instance of the cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cdktf import ITerraformDependable, TerraformLocal
from constructs import Construct

from config.label import Label
from config.nodes import NodeConfig
from modules.aws import (
    Instance,
    InstanceInstanceMarketOptions,
    InstanceInstanceMarketOptionsSpotOptions,
)
from modules.ids import THIS
from modules.image import Image, PinnedImage
from modules.machine import machine
from modules.protection import waive
from scripts.rendering.bootstrap import user_data_function
from scripts.rendering.terraform_text import escape_interpolation


@dataclass(frozen=True)
class NodeSurroundings:
    """What the nodes of a tier share."""

    subnet_ids: Mapping[str, str]
    """By zone."""
    security_group_id: str
    instance_profile_name: str
    key_arn: str
    public: bool
    """Whether nodes get a public address."""
    ssh_key_name: str | None
    wait_for: Sequence[ITerraformDependable] = ()
    """What the first boot needs and no reference names: ways out, mount targets, policies."""


class Node(Construct):
    """Define one instance: IMDSv2 only, encrypted root volume, detailed monitoring, EBS-optimized."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: NodeConfig,
        label: Label,
        part: str,
        tags: Mapping[str, str],
        zone: str,
        image: Image | PinnedImage,
        user_data: str,
        surroundings: NodeSurroundings,
        spot: bool = False,
        placement_group: str | None = None,
        termination_protection: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        all_tags = label.tags(part, {**config.tags, **tags})
        # As a local, so that the script can be read in the synthesized JSON.
        script = TerraformLocal(self, "user_data", escape_interpolation(user_data))
        self._instance = Instance(
            self,
            THIS,
            ami=image.id,
            subnet_id=surroundings.subnet_ids[zone],
            vpc_security_group_ids=[surroundings.security_group_id],
            associate_public_ip_address=surroundings.public,
            iam_instance_profile=surroundings.instance_profile_name,
            key_name=surroundings.ssh_key_name,
            user_data_base64=f"${{{user_data_function(user_data)}({script.fqn})}}",
            user_data_replace_on_change=True,
            disable_api_termination=termination_protection,
            placement_group=placement_group,
            instance_market_options=_spot() if spot else None,
            depends_on=list(surroundings.wait_for) or None,
            lifecycle=image.lifecycle,
            **machine(config, key_arn=surroundings.key_arn, tags=all_tags),
        )
        if surroundings.public:
            waive(
                self._instance,
                CKV_AWS_88="access.public_nodes asks for public addresses; security groups let in named ranges only.",
            )

    @cached_property
    def instance_id(self) -> str:
        """Instance id, a token until apply."""
        return str(self._instance.id)

    @cached_property
    def private_ip(self) -> str:
        """Private address, a token until apply."""
        return str(self._instance.private_ip)

    @property
    def facts(self) -> dict[str, str]:
        """What a person or a script needs to reach it."""
        return {
            "instance_id": self.instance_id,
            "private_ip": self.private_ip,
            "public_ip": str(self._instance.public_ip),
            "availability_zone": str(self._instance.availability_zone),
        }


def _spot() -> InstanceInstanceMarketOptions:
    return InstanceInstanceMarketOptions(
        market_type="spot",
        spot_options=InstanceInstanceMarketOptionsSpotOptions(
            spot_instance_type="one-time", instance_interruption_behavior="terminate"
        ),
    )
