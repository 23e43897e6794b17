"""Classes of volumes that claims of users may name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from config.fsx import FsxConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.manifests.facts import ManifestFacts

_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_LUSTRE_THROUGHPUT = 125
_OWNER = "Owner"


@dataclass(frozen=True)
class StorageClass:
    """One class, and what its driver makes for a claim."""

    name: str
    provisioner: str
    parameters: Mapping[str, str]
    reclaim_policy: str
    binding_mode: str
    mount_options: tuple[str, ...] = ()
    expandable: bool = True
    annotations: Mapping[str, str] = field(default_factory=dict)


def storage_classes(environment: KuberayEksConfig, facts: ManifestFacts) -> list[StorageClass]:
    """The classes of an environment; an existing cluster has its own class for EBS."""
    return [*_gp3(environment, facts), *_fsx(environment, facts)]


def _gp3(environment: KuberayEksConfig, facts: ManifestFacts) -> Iterator[StorageClass]:
    if not environment.makes_cluster:
        return
    yield StorageClass(
        "gp3",
        "ebs.csi.aws.com",
        {"type": "gp3", "encrypted": "true", "kmsKeyId": facts.key_arn},
        "Delete",
        # A volume is in one zone: that of the pod.
        "WaitForFirstConsumer",
        annotations={_DEFAULT_CLASS: "true"},
    )


def _fsx(environment: KuberayEksConfig, facts: ManifestFacts) -> Iterator[StorageClass]:
    config = environment.fsx
    if config is None or not config.storage_class or facts.fsx is None:
        return
    common = {
        "subnetId": facts.fsx.subnet_id,
        "securityGroupIds": facts.fsx.security_group_id,
        "deploymentType": config.deployment_type,
        "storageType": "SSD",
        "fileSystemTypeVersion": "2.15",
        "dataCompressionType": "LZ4",
        "extraTags": ",".join(_tags(environment)),
    }
    yield StorageClass(
        "fsx-lustre",
        "fsx.csi.aws.com",
        {**common, **_persistent(config, facts)},
        # What a protected environment holds outlives its claim.
        "Retain" if environment.protect else "Delete",
        "Immediate",
        ("noatime", "flock"),
    )


def _tags(environment: KuberayEksConfig) -> Iterator[str]:
    """Tags that never change, as parameters of a class cannot: the driver's role is bound to that of the cluster."""
    for key, value in environment.label.default_tags.items():
        if key != _OWNER:
            yield f"{key}={value}"


def _persistent(config: FsxConfig, facts: ManifestFacts) -> dict[str, str]:
    """What a scratch file system does not take."""
    if config.deployment_type != "PERSISTENT_2":
        return {}
    return {
        "kmsKeyId": facts.key_arn,
        "perUnitStorageThroughput": str(config.throughput_mibps_per_tib or _LUSTRE_THROUGHPUT),
        "automaticBackupRetentionDays": str(config.claim_backup_days),
        "copyTagsToBackups": "true",
    }
