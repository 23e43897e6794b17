"""The image that a group's pods run."""

from __future__ import annotations

from config.kuberay_eks import KuberayEksConfig

RAY_REPOSITORY = "rayproject/ray"
ARM_SUFFIX = "-aarch64"
"""Ends the tag of Ray's own images for Graviton: https://docs.ray.io/en/latest/ray-overview/installation.html"""


def ray_image(environment: KuberayEksConfig, group: str) -> str:
    """`ray.image`, or Ray's own for its version, Python, the group's processor, and its GPUs if it has some."""
    ray, pods = environment.ray, environment.ray_groups[group]
    if ray.image is not None:
        return ray.image
    gpu = "-gpu" if pods.node_gpus and group in environment.workers else ""
    arm = ARM_SUFFIX if pods.architecture == "arm64" else ""
    return f"{RAY_REPOSITORY}:{ray.version}-py{ray.python_version.replace('.', '')}{gpu}{arm}"
