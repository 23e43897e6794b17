"""EBS volumes: sizes that come from the image, gp3 performance and its limits, what cannot be attached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.responses import EC2Response

from scripts.local_aws.extensions.plumbing import AwsError, Params, op, wrap

IMAGE_GIB = 8
"""Size of the root snapshot of every image here."""

PROVISIONED = ("io1", "io2")
SETTLED_TYPE = "RayformVolumeType"
"""Key of a device mapping that remembers the type that was asked for."""

GP3_IOPS, GP3_MIBPS = 3000, 125
GP3_MOST_IOPS, GP3_MOST_MIBPS = 80000, 2000
GP3_IOPS_PER_GIB, GP3_IOPS_PER_MIBPS = 500, 4


def settle_devices(params: Params) -> None:
    """Give a device without a size the image's, and let it go with its instance unless asked otherwise, as AWS does.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html
    """
    for device in params.get("BlockDeviceMappings") or []:
        ebs = device.get("Ebs")
        if ebs is None:
            continue
        ebs.setdefault("DeleteOnTermination", True)
        if not ebs.get("VolumeSize") and not ebs.get("SnapshotId"):
            ebs["VolumeSize"] = IMAGE_GIB
        if ebs.get("VolumeType") == "gp3":
            refuse_gp3(int(ebs["VolumeSize"]), ebs.get("Iops"), ebs.get("Throughput"))
        if ebs.get("VolumeType") in PROVISIONED:
            launch_as_gp3(ebs)


def launch_as_gp3(ebs: Params) -> None:
    """Let moto launch a volume with provisioned IOPS, which it loses and then misses; it is settled afterwards."""
    if not ebs.get("Iops"):
        raise AwsError(
            "InvalidParameterDependency", f"a volume of type {ebs['VolumeType']} requires the parameter iops"
        )
    ebs[SETTLED_TYPE], ebs["VolumeType"] = ebs["VolumeType"], "gp3"


def settle_root_volumes(backend: Any, instance: Any, params: Params) -> None:
    """Give a launch's volumes the performance that was asked for; moto drops it."""
    wanted = {device.get("DeviceName"): device.get("Ebs", {}) for device in params.get("BlockDeviceMappings") or []}
    for name, attachment in instance.get_block_device_mapping:
        volume = backend.get_volume(attachment.volume_id)
        if provisioned := wanted.get(name, {}).get(SETTLED_TYPE):
            volume.volume_type, volume.iops = provisioned, wanted[name]["Iops"]
            volume.throughput = None
        if volume.volume_type == "gp3":
            volume.throughput = wanted.get(name, {}).get("Throughput") or GP3_MIBPS
            volume.iops = wanted.get(name, {}).get("Iops") or volume.iops or GP3_IOPS


def refuse_gp3(size_gib: int, iops: int | None, throughput_mibps: int | None) -> None:
    """https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp3-performance"""
    iops, throughput_mibps = iops or GP3_IOPS, throughput_mibps or GP3_MIBPS
    most_iops = min(GP3_MOST_IOPS, max(GP3_IOPS, GP3_IOPS_PER_GIB * size_gib))
    too_fast = throughput_mibps > GP3_MOST_MIBPS or throughput_mibps * GP3_IOPS_PER_MIBPS > iops
    if not GP3_IOPS <= iops <= most_iops or throughput_mibps < GP3_MIBPS or too_fast:
        message = f"a gp3 volume of {size_gib} GiB cannot have {iops} IOPS and {throughput_mibps} MiB/s"
        raise AwsError("InvalidParameterValue", message)


@wrap(EC2Backend, "create_volume")
def create_volume(original: Callable[..., Any], self: Any, **given: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html"""
    if given.get("volume_type") == "gp3":
        refuse_gp3(int(given.get("size") or IMAGE_GIB), given.get("iops"), given.get("throughput"))
        given["throughput"] = given.get("throughput") or GP3_MIBPS
    return original(self, **given)


@wrap(EC2Backend, "attach_volume")
def attach_volume(
    original: Callable[..., Any], self: Any, volume_id: str, instance_id: str, *rest: Any, **more: Any
) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html"""
    volume, instance = self.get_volume(volume_id), self.get_instance(instance_id)
    if volume.attachment is not None:
        raise AwsError("VolumeInUse", f"{volume_id} is already attached to an instance")
    if volume.availability_zone != instance.availability_zone:
        message = f"The volume '{volume_id}' is not in the same availability zone as instance '{instance_id}'"
        raise AwsError("InvalidVolume.ZoneMismatch", message)
    return original(self, volume_id, instance_id, *rest, **more)


@op(EC2Response)
def get_ebs_default_kms_key_id(self: Any, _params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsDefaultKmsKeyId.html"""
    return {"KmsKeyId": f"arn:aws:kms:{self.region}:{self.current_account}:alias/aws/ebs"}
