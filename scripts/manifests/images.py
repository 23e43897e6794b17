"""Images that the documents name beside those of `config/ray_images.py`, pinned."""

from __future__ import annotations

from config.instance_types import Architecture, architecture_of
from config.kuberay_eks import KuberayEksConfig
from config.ray_images import ARM_SUFFIX, RAY_REPOSITORY

DEVICE_PLUGIN_IMAGE = "nvcr.io/nvidia/k8s-device-plugin:v0.19.3"
"""https://github.com/NVIDIA/k8s-device-plugin/releases"""


def submitter_architecture(environment: KuberayEksConfig) -> Architecture:
    """Architecture of the nodes that pods which submit jobs run on."""
    system = environment.eks.system_nodes
    return environment.head.architecture if system is None else architecture_of(system.instance_type)


def submitter_image(environment: KuberayEksConfig) -> str:
    """Image of the pod that submits a job, with the same Ray as the head."""
    ray = environment.ray
    if ray.image is not None:
        return ray.image
    arm = ARM_SUFFIX if submitter_architecture(environment) == "arm64" else ""
    return f"{RAY_REPOSITORY}:{ray.version}-py{ray.python_version.replace('.', '')}{arm}"
