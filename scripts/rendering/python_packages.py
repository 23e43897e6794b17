"""The Python packages of a node."""

from __future__ import annotations

from config.ray import RayConfig

UV_VERSION = "0.9.9"
"""Of the installer on the nodes."""


def python_packages(ray: RayConfig) -> list[str]:
    """What the environment of Ray holds: boto3 reads the secrets, pip and uv serve `runtime_env` of jobs."""
    extras = ",".join(sorted({"default", *ray.extras}))
    return ["boto3", "pip", f"uv=={UV_VERSION}", f"ray[{extras}]=={ray.version}", *ray.packages]
