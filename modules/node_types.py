"""What Ray launches: the node types of an autoscaled cluster."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf import TerraformLocal
from constructs import Construct

from config.autoscaling_ec2 import AutoscalingEc2Config, NodeType
from config.ec2_cluster import HEAD_NODE
from config.errors import UserError
from config.ports import Tier
from modules.boot_script import boot_script
from modules.ids import construct_id
from modules.image import PinnedImage
from scripts.rendering.autoscaling_config import LaunchFacts, autoscaling_config
from scripts.rendering.bootstrap import launched_user_data
from scripts.rendering.cluster_facts import ClusterFacts
from scripts.rendering.launch_settings import TypeFacts
from scripts.rendering.node_type import ray_type
from scripts.rendering.terraform_text import escape_interpolation

SECRET_BYTES = 64 * 1024
"""https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html"""


@dataclass(frozen=True)
class LaunchSurroundings:
    """What Ray's launches have in common."""

    subnet_ids: Mapping[str, str]
    """By zone."""
    security_group_ids: Mapping[Tier, str]
    instance_profile_arns: Mapping[Tier, str]
    key_arn: str
    key_pair_name: str | None


def require_room(configuration: Mapping[str, Any]) -> None:
    """Refuse a configuration that the secret would not hold, before anything is made. Raises UserError.

    Tokens stand in it for ids, which are shorter and compress as well. A head of `ray up` gets it as a file; the same
    bound keeps that file readable.
    """
    size = len(base64.b64encode(gzip.compress(json.dumps(configuration).encode())))
    if size > SECRET_BYTES:
        raise UserError(
            f"the autoscaler's configuration has {size} bytes compressed, want at most {SECRET_BYTES}: "
            "shorten the bootstrap_hook of workers, or have fewer of them"
        )


class NodeTypes(Construct):
    """Define image and boot script of each node type, and the configuration in which Ray finds them."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: AutoscalingEc2Config,
        facts: ClusterFacts,
        surroundings: LaunchSurroundings,
    ) -> None:
        super().__init__(scope, id_)
        self._config, self._facts, self._surroundings = config, facts, surroundings
        self._images = {
            type_.group: PinnedImage(self, construct_id("image", type_.group), config=type_.settings)
            for type_ in config.node_types.values()
            if type_.name == type_.group
        }
        launch = LaunchFacts(
            key_arn=surroundings.key_arn,
            key_pair_name=surroundings.key_pair_name,
            types={name: self._type_facts(type_) for name, type_ in config.node_types.items()},
        )
        configuration = autoscaling_config(config, launch)
        require_room(configuration)
        known = TerraformLocal(self, "configuration", configuration)
        self._configuration = TerraformLocal(self, "compressed", f"${{base64gzip(jsonencode({known.fqn}))}}")

    def _type_facts(self, type_: NodeType) -> TypeFacts:
        given, image = self._surroundings, self._images[type_.group]
        return TypeFacts(
            image_id=image.id,
            root_device_name=image.root_device_name,
            subnet_ids=tuple(self.subnet_ids[type_.name].values()),
            security_group_id=given.security_group_ids[type_.tier],
            instance_profile_arn=given.instance_profile_arns[type_.tier],
            user_data=self._user_data(type_),
        )

    def _user_data(self, type_: NodeType) -> str | None:
        if type_.tier == "head" and self._config.terraform_makes_head:
            return None
        script = self.boot_script(type_)
        local = TerraformLocal(self, construct_id("user_data", type_.name), escape_interpolation(script))
        return launched_user_data(type_.tier, script, local.fqn)

    def boot_script(self, type_: NodeType) -> str:
        """The boot script of a node type."""
        return boot_script(
            self._config,
            type_.tier,
            node=type_.settings,
            node_name=HEAD_NODE if type_.tier == "head" else type_.name,
            group=type_.group,
            facts=self._facts,
            ray_type=ray_type(self._config, type_),
        )

    def image(self, group: str) -> PinnedImage:
        """Image of a type by its name in the environment file."""
        return self._images[group]

    @property
    def image_ids(self) -> dict[str, str]:
        """Ids of the images by node type."""
        return {name: self._images[type_.group].id for name, type_ in self._config.node_types.items()}

    @property
    def subnet_ids(self) -> dict[str, dict[str, str]]:
        """Subnets by node type and zone."""
        subnet_ids = self._surroundings.subnet_ids
        return {
            name: {zone: subnet_ids[zone] for zone in self._config.zones_of(type_)}
            for name, type_ in self._config.node_types.items()
        }

    @property
    def configuration(self) -> str:
        """The autoscaler's configuration, as compressed JSON in base64."""
        return f"${{{self._configuration.fqn}}}"
