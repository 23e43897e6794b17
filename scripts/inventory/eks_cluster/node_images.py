"""EKS's own images for nodes: how old those of the node groups are.

EKS writes the newest release into a parameter of SSM; this package reads no parameters, for they may be secrets. The
images' names say the same: `amazon-eks-node-al2023-x86_64-standard-1.36-v20260917`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.eks_cluster.listed import Later
from scripts.inventory.filters import one_of
from scripts.inventory.images import DESCRIBE_IMAGES
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Reading
from scripts.inventory.shapes import ordered

_NAME = re.compile(
    r"amazon-eks-node-al2023-(?P<architecture>x86_64|arm64)-(?P<variant>standard|nvidia)-.*-v(?P<day>\d{8})"
)
_KINDS = {
    ("x86_64", "standard"): "AL2023_x86_64_STANDARD",
    ("arm64", "standard"): "AL2023_ARM_64_STANDARD",
    ("x86_64", "nvidia"): "AL2023_x86_64_NVIDIA",
    ("arm64", "nvidia"): "AL2023_ARM_64_NVIDIA",
}
"""Kinds of image in EKS's API: https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html"""


@dataclass(frozen=True)
class NodeImage:
    """The newest image of a kind for the Kubernetes version."""

    ami_type: str
    day: str
    """`20260917`, as at the end of a release's version."""


def start_node_images(reader: Reader, environment: KuberayEksConfig) -> Later[Reading[tuple[NodeImage, ...]]]:
    """Look for EKS's images of the environment's Kubernetes version."""
    names = one_of("name", [f"amazon-eks-node-al2023-*-{environment.eks.version}-v*"])
    answer = reader.start(DESCRIBE_IMAGES, Owners=["amazon"], Filters=names)
    return lambda: answer.parse(_newest)


def _newest(answer: list[Any]) -> tuple[NodeImage, ...]:
    days: dict[str, str] = {}
    for kind, day in _kinds_and_days(answer):
        days[kind] = max(day, days.get(kind, ""))
    return ordered((NodeImage(kind, day) for kind, day in days.items()), key=lambda each: each.ami_type)


def _kinds_and_days(answer: list[Any]) -> Iterator[tuple[str, str]]:
    for image in answer:
        found = _NAME.fullmatch(image.get("Name", ""))
        if found:
            yield _KINDS[found["architecture"], found["variant"]], found["day"]
