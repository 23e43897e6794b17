"""The volumes that all of Ray's pods mount."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from config.daemon_sets import MOUNTPOINT_POD
from config.kuberay_eks import KuberayEksConfig
from config.s3 import BucketConfig
from scripts.manifests.facts import ManifestFacts

_DIGITS = 8


@dataclass(frozen=True)
class Volume:
    """A volume that is there already (static), its claim, and where pods mount it.

    Kubernetes lets nobody change what is behind a volume, nor a claim, so neither follows a setting: both have a size
    that means nothing, and let in writers. Who may not write has a mount that is read-only.
    """

    name: str
    """In pods."""
    mount_path: str
    mount_options: tuple[str, ...]
    csi: Mapping[str, Any]
    read_only: bool = False

    @property
    def claim(self) -> str:
        """Name of the claim: of other storage it is another, as the claim of the old one cannot be made to follow."""
        digest = sha256(json.dumps(self.csi, sort_keys=True).encode()).hexdigest()
        return f"{self.name}-{digest[:_DIGITS]}"

    @property
    def in_pod(self) -> dict[str, Any]:
        """Entry of a pod's `volumes`."""
        return {"name": self.name, "persistentVolumeClaim": {"claimName": self.claim}}

    @property
    def mount(self) -> dict[str, Any]:
        """Entry of a container's `volumeMounts`."""
        read_only = {"readOnly": True} if self.read_only else {}
        return {"name": self.name, "mountPath": self.mount_path, **read_only}


def efs_volume(environment: KuberayEksConfig, facts: ManifestFacts) -> Volume | None:
    """EFS by its access point, which makes all files belong to one user."""
    if environment.efs is None or facts.efs is None:
        return None
    handle = f"{facts.efs.file_system_id}::{facts.efs.access_point_id}"
    return Volume(
        "efs",
        environment.efs.mount_path,
        # The file system's policy asks for both.
        ("tls", "iam"),
        {"driver": "efs.csi.aws.com", "volumeHandle": handle},
    )


def fsx_volume(environment: KuberayEksConfig, facts: ManifestFacts) -> Volume | None:
    """FSx for Lustre. Its root belongs to root: kubelet gives it to the pods' fsGroup, where they have one."""
    if environment.fsx is None or facts.fsx is None:
        return None
    attributes = {"dnsname": facts.fsx.dns_name, "mountname": facts.fsx.mount_name}
    return Volume(
        "fsx",
        environment.fsx.mount_path,
        ("noatime", "flock"),
        {"driver": "fsx.csi.aws.com", "volumeHandle": facts.fsx.file_system_id, "volumeAttributes": attributes},
    )


def bucket_volumes(environment: KuberayEksConfig, facts: ManifestFacts) -> Iterator[Volume]:
    """Mounted buckets, by Mountpoint for Amazon S3."""
    for name, bucket in environment.mounted_buckets.items():
        bucket_name = facts.bucket_names[name]
        yield Volume(
            f"s3-{name}",
            bucket.mount_path or "",
            tuple(_mountpoint_options(environment, bucket)),
            {
                "driver": "s3.csi.aws.com",
                # Must differ among volumes: two of the same name would be one mount.
                "volumeHandle": bucket_name,
                "volumeAttributes": {
                    "bucketName": bucket_name,
                    "mountpointContainerResourcesRequestsCpu": f"{MOUNTPOINT_POD.cpu_millis}m",
                    "mountpointContainerResourcesRequestsMemory": f"{MOUNTPOINT_POD.memory_mib}Mi",
                },
            },
            read_only=bucket.node_access == "read_only",
        )


def _mountpoint_options(environment: KuberayEksConfig, bucket: BucketConfig) -> Iterator[str]:
    """https://github.com/awslabs/mountpoint-s3/blob/main/doc/CONFIGURATION.md."""
    # Without these only root reads it.
    yield from ("allow-other", f"uid={environment.ray.user_id}", f"gid={environment.ray.group_id}")
    # Mountpoint would ask IMDS, which pods do not reach.
    yield f"region {environment.region}"
    if bucket.node_access == "read_only":
        yield from ("file-mode=0440", "dir-mode=0550", "read-only")
    else:
        yield from ("file-mode=0640", "dir-mode=0750", "allow-delete", "allow-overwrite")


def volumes(environment: KuberayEksConfig, facts: ManifestFacts) -> list[Volume]:
    """All of them, in the order of the files."""
    shared = [efs_volume(environment, facts), fsx_volume(environment, facts)]
    return [*filter(None, shared), *bucket_volumes(environment, facts)]
