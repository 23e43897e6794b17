"""Images that the nodes were started from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.ray_tags import RAY_CLUSTER
from scripts.inventory.filters import in_batches
from scripts.inventory.instances import DESCRIBE_INSTANCES, ENDED
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable, joined, mapped
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered, tags_of
from scripts.state import State

DESCRIBE_IMAGES = Read("ec2", "DescribeImages", items="Images")


@dataclass(frozen=True)
class Image:
    """An Amazon machine image."""

    image_id: str
    name: str
    owner_id: str
    architecture: str
    created: str
    root_device: str
    virtualization: str = "hvm"
    """`hvm`, or `paravirtual` of images from before 2014."""


def collect_images(reader: Reader, scope: Scope) -> Reading[tuple[Image, ...]]:
    """Read the images of the state's instances, and those that the autoscaler's were and will be started from."""
    known = {*scope.state.values("aws_instance", "ami"), *pinned_images(scope.state).values()}
    answers = _start(reader, known)
    instances = reader.start(DESCRIBE_INSTANCES, Filters=scope.vpc_filter)
    found = instances.parse(lambda answer: frozenset(_images_of(answer, scope.environment.label.cluster)))
    if not isinstance(found, Unreadable):
        answers += _start(reader, found - known)
    images = joined(answer.parse(_images) for answer in answers)
    return mapped(images, lambda each: ordered(each, key=lambda image: (image.name, image.image_id)))


def pinned_images(state: State) -> Mapping[str, str]:
    """Ids of the images that Terraform has chosen for Ray's node types, by type; empty where it makes all nodes."""
    found = state.outputs.get("image_ids")
    return {str(type_): str(id_) for type_, id_ in found.items()} if isinstance(found, Mapping) else {}


def _start(reader: Reader, image_ids: Iterable[str]) -> list[Answer]:
    filters = in_batches("image-id", image_ids)
    return [reader.start(DESCRIBE_IMAGES, Filters=each, IncludeDeprecated=True) for each in filters]


def _images_of(answer: list[Any], cluster: str) -> Iterator[str]:
    for reservation in answer:
        for instance in reservation["Instances"]:
            if tags_of(instance.get("Tags")).get(RAY_CLUSTER) == cluster and instance["State"]["Name"] not in ENDED:
                yield instance["ImageId"]


def _images(answer: list[Any]) -> tuple[Image, ...]:
    images = (
        Image(
            image_id=image["ImageId"],
            name=image.get("Name", ""),
            owner_id=image.get("OwnerId", ""),
            architecture=image.get("Architecture", "unknown"),
            created=image.get("CreationDate", ""),
            root_device=image.get("RootDeviceName", ""),
            virtualization=image.get("VirtualizationType", "unknown"),
        )
        for image in answer
    )
    return tuple(images)
