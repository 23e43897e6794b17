"""Images that the nodes were started from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scripts.inventory.filters import in_batches
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading, joined, mapped
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered

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
    """Read the images of the state's instances."""
    filters = in_batches("image-id", scope.state.values("aws_instance", "ami"))
    answers = [reader.start(DESCRIBE_IMAGES, Filters=each, IncludeDeprecated=True) for each in filters]
    found = joined(answer.parse(_images) for answer in answers)
    return mapped(found, lambda images: ordered(images, key=lambda image: (image.name, image.image_id)))


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
