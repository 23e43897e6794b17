"""A named group of workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from constructs import Construct

from config.label import Label
from config.nodes import WorkerGroupConfig
from modules.aws import PlacementGroup
from modules.image import Image
from modules.node import Node, NodeSurroundings


class WorkerGroup(Construct):
    """Define the workers of a group, numbered; a smaller count removes the last ones.

    `user_data` gives the boot script of a worker by its name, `zones` the zone of each worker.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        config: WorkerGroupConfig,
        label: Label,
        zones: Sequence[str],
        user_data: Callable[[str], str],
        surroundings: NodeSurroundings,
    ) -> None:
        super().__init__(scope, id_)
        image = Image(self, "image", config=config, spot=config.spot)
        placement_group = self._placement_group(name, config, label)
        self._workers = {
            f"worker-{name}-{index}": Node(
                self,
                str(index),
                config=config,
                label=label,
                part=f"worker-{name}-{index}",
                tags={"rayform:role": "worker", "rayform:group": name},
                zone=zone,
                image=image,
                user_data=user_data(f"worker-{name}-{index}"),
                surroundings=surroundings,
                spot=config.spot,
                placement_group=placement_group,
            )
            for index, zone in enumerate(zones)
        }

    def _placement_group(self, name: str, config: WorkerGroupConfig, label: Label) -> str | None:
        if config.placement_group is None:
            return None
        group = PlacementGroup(
            self,
            "placement_group",
            name=label.name(f"worker-{name}"),
            strategy=config.placement_group,
            tags=label.tags(f"worker-{name}"),
        )
        return str(group.id)

    @property
    def facts(self) -> dict[str, dict[str, str]]:
        """Facts of the workers by name."""
        return {name: worker.facts for name, worker in self._workers.items()}
