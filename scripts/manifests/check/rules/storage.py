"""Volumes that cannot be read, are shared by mistake, or cross the network in the clear."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import listing, mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.reading import Document
from scripts.manifests.check.registry import Hit, rule

_S3 = "s3.csi.aws.com"
_EFS = "efs.csi.aws.com"
_S3_ISSUE = "https://github.com/awslabs/mountpoint-s3-csi-driver/issues/118"
_S3_HANDLE = "https://github.com/awslabs/mountpoint-s3-csi-driver/blob/main/docs/CONFIGURATION.md"
_BINDING = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding"
_EFS_TLS = "https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/README.md#encryption-in-transit"


def _volumes(bundle: Bundle, driver: str) -> Iterator[tuple[Document, dict[str, object], list[str]]]:
    """Volumes of a driver, with their `csi` and mount options."""
    for document in bundle.of_kind("PersistentVolume"):
        csi = mapping(document.spec.get("csi"))
        if csi.get("driver") == driver:
            yield document, csi, [str(option) for option in listing(document.spec.get("mountOptions"))]


@rule("s3-mount-for-root-only", _S3_ISSUE)
def s3_mount_for_root_only(bundle: Bundle) -> Iterator[Hit]:
    """A bucket is mounted so that only root reads it.

    Why: Mountpoint for S3 lets in only the user that mounts, which is root: pods of Ray get "Permission denied".

    Want: the mount options allow-other, uid=<user> and gid=<group> of the pods.
    """
    for document, _csi, options in _volumes(bundle, _S3):
        names = {option.replace(" ", "=").partition("=")[0].lstrip("-") for option in options}
        missing = [name for name in ("allow-other", "uid", "gid") if name not in names]
        if missing:
            yield Hit(document, ("spec", "mountOptions"), f"no {', '.join(missing)}")


@rule("s3-mount-user", _S3_ISSUE, needs_environment=True)
def s3_mount_user(bundle: Bundle) -> Iterator[Hit]:
    """A bucket is mounted for another user than Ray's pods run as.

    Why: what is mounted is not theirs: they read by grace of the mode of the files, and write nothing.

    Want: uid and gid of `ray` in the environment's file.
    """
    environment = bundle.environment
    for document, _csi, options in _volumes(bundle, _S3):
        given = dict(option.replace(" ", "=").lstrip("-").partition("=")[::2] for option in options)
        users = {} if environment is None else {"uid": environment.ray.user_id, "gid": environment.ray.group_id}
        for name, wanted in users.items():
            if name in given and given[name] != str(wanted):
                yield Hit(document, ("spec", "mountOptions"), f"{name}={given[name]}", want=f"{name}={wanted}")


@rule("volume-handle-repeated", _S3_HANDLE)
def volume_handle_repeated(bundle: Bundle) -> Iterator[Hit]:
    """Two PersistentVolumes of a driver have the same volumeHandle.

    Why: Kubernetes takes them for one volume: a pod that mounts both waits for ever.

    Want: each volumeHandle once.
    """
    seen: set[tuple[str, str]] = set()
    for document in bundle.of_kind("PersistentVolume"):
        csi = mapping(document.spec.get("csi"))
        key = (text(csi.get("driver")), text(csi.get("volumeHandle")))
        if key[1] and key in seen:
            yield Hit(document, ("spec", "csi", "volumeHandle"), shown(key[1]))
        seen.add(key)


@rule("volume-free-for-all", _BINDING)
def volume_free_for_all(bundle: Bundle) -> Iterator[Hit]:
    """A PersistentVolume without claimRef and without a class of its own.

    Why: any claim of any namespace may bind it first, and then has its data.

    Want: claimRef with name and namespace.
    """
    for document in bundle.of_kind("PersistentVolume"):
        reference = mapping(document.spec.get("claimRef"))
        if not document.spec.get("storageClassName") and not (reference.get("name") and reference.get("namespace")):
            yield Hit(document, ("spec", "claimRef"), "none" if not reference else "no name or namespace")


@rule("volume-deleted-with-claim", "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming")
def volume_deleted_with_claim(bundle: Bundle) -> Iterator[Hit]:
    """A PersistentVolume for storage that Terraform made is deleted with its claim.

    Why: the driver may delete what is behind it, or the volume stays as Failed.

    Want: `persistentVolumeReclaimPolicy: Retain`.
    """
    for document in bundle.of_kind("PersistentVolume"):
        policy = document.spec.get("persistentVolumeReclaimPolicy", "Retain")
        if policy != "Retain":
            yield Hit(document, ("spec", "persistentVolumeReclaimPolicy"), shown(policy))


@rule("efs-without-tls", _EFS_TLS)
def efs_without_tls(bundle: Bundle) -> Iterator[Hit]:
    """EFS is mounted without TLS.

    Why: data cross the network in the clear, and a file system that wants TLS refuses the mount.

    Want: the driver's default: no `encryptInTransit: "false"`, no option notls.
    """
    for document, csi, options in _volumes(bundle, _EFS):
        if text(mapping(csi.get("volumeAttributes")).get("encryptInTransit")).lower() == "false":
            yield Hit(document, ("spec", "csi", "volumeAttributes", "encryptInTransit"), "false")
        if "notls" in options:
            yield Hit(document, ("spec", "mountOptions"), "notls")
