"""The head of an autoscaled cluster, where Terraform makes it."""

from __future__ import annotations

from constructs import Construct

from config.autoscaling_ec2 import HEAD_TYPE, AutoscalingEc2Config
from config.label import HEAD_HOST
from config.ray_tags import RAY_CLUSTER, RAY_KIND, RAY_NODE_TYPE
from modules.dns import PrivateZone
from modules.image import PinnedImage
from modules.node import NodeSurroundings
from modules.ray_head import define_head


class AutoscaledHead(Construct):
    """Define the head with the tags by which the autoscaler on it knows it, and its name in the private zone."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: AutoscalingEc2Config,
        image: PinnedImage,
        user_data: str,
        zone: PrivateZone,
        surroundings: NodeSurroundings,
    ) -> None:
        super().__init__(scope, id_)
        # Source: get_non_terminated of ray/autoscaler/v2/instance_manager/node_provider.py
        tags = {RAY_CLUSTER: config.label.cluster, RAY_KIND: "head", RAY_NODE_TYPE: HEAD_TYPE}
        self._head = define_head(
            self, config=config, image=image, user_data=user_data, surroundings=surroundings, tags=tags
        )
        zone.add(HEAD_HOST, self._head.private_ip)

    @property
    def head_instance_id(self) -> str:
        """Instance id of the head, a token until apply."""
        return self._head.instance_id

    @property
    def head_facts(self) -> dict[str, str]:
        """Ids and addresses of the head."""
        return self._head.facts
