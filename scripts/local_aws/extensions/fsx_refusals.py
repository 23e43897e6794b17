"""What FSx refuses of a file system for Lustre."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from scripts.local_aws.extensions.kms import check_key
from scripts.local_aws.extensions.plumbing import AwsError, Params

BAD = "BadRequest"
NETWORK = "InvalidNetworkSettings"
THROUGHPUTS = {"PERSISTENT_1": (12, 40, 50, 100, 200), "PERSISTENT_2": (125, 250, 500, 1000)}
"""MiB/s for each TiB, by deployment type."""
TYPES = ("SCRATCH_1", "SCRATCH_2", *THROUGHPUTS)
LEAST_GIB, STEP_GIB = 1200, 2400
VERSIONS = ("2.10", "2.12", "2.15")
MOST_RETENTION_DAYS = 90
LUSTRE_PORT = 988


def check_lustre(response: Any, params: Params, lustre: Params) -> None:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystemLustreConfiguration.html"""
    kind = lustre.setdefault("DeploymentType", "SCRATCH_1")
    persistent = kind in THROUGHPUTS
    if kind not in TYPES:
        raise AwsError(BAD, f"Invalid Lustre deployment type: {kind}")
    _check_capacity(params.get("StorageCapacity"))
    _check_throughput(kind, lustre.get("PerUnitStorageThroughput"))
    _check_version(kind, params.get("FileSystemTypeVersion"))
    if not persistent and params.get("KmsKeyId"):
        raise AwsError(BAD, f"KmsKeyId is not supported for the deployment type {kind}")
    if params.get("KmsKeyId"):
        check_key(response, params["KmsKeyId"], BAD)
    days = lustre.get("AutomaticBackupRetentionDays")
    if days and not (persistent and 0 < days <= MOST_RETENTION_DAYS):
        raise AwsError(BAD, f"AutomaticBackupRetentionDays {days} is not supported for the deployment type {kind}")


def check_growth(document: Params, capacity: int) -> None:
    """https://docs.aws.amazon.com/fsx/latest/LustreGuide/managing-storage-capacity.html"""
    before = document["StorageCapacity"]
    if capacity < before * 1.1:
        raise AwsError(BAD, f"StorageCapacity {capacity} is not at least 10 percent more than {before}")
    _check_capacity(capacity)


def check_network(response: Any, params: Params) -> None:
    """https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html"""
    subnet_ids, group_ids = params.get("SubnetIds") or [], params.get("SecurityGroupIds") or []
    backend = ec2_backends[response.current_account][response.region]
    known = {subnet_id for zones in backend.subnets.values() for subnet_id in zones}
    if len(subnet_ids) != 1:
        raise AwsError(BAD, "A file system for Lustre is in exactly one subnet")
    if subnet_ids[0] not in known:
        raise AwsError(NETWORK, f"The subnet ID '{subnet_ids[0]}' does not exist")
    groups = [backend.get_security_group_by_name_or_id(group_id) for group_id in group_ids]
    if None in groups:
        raise AwsError(NETWORK, f"A security group of {group_ids} does not exist")
    if groups and not any(_lets_lustre_in(rule, group_ids) for group in groups for rule in group.ingress_rules):
        message = (
            "The file system cannot be created because the security groups associated with the subnet provided "
            f"do not permit Lustre LNET network traffic on port {LUSTRE_PORT}."
        )
        raise AwsError(NETWORK, message)


def _lets_lustre_in(rule: Any, group_ids: list[str]) -> bool:
    """Among the file system's own servers, too: they are in the same group."""
    if not (rule.source_group.get("GroupId") in group_ids or rule.ip_range):
        return False
    if rule.ip_protocol == "-1":
        return True
    return rule.ip_protocol in ("tcp", "6") and int(rule.from_port) <= LUSTRE_PORT <= int(rule.to_port)


def _check_capacity(gib: int | None) -> None:
    if gib is None or not (gib == LEAST_GIB or (gib > 0 and gib % STEP_GIB == 0)):
        raise AwsError(BAD, f"StorageCapacity {gib} is neither {LEAST_GIB} nor a multiple of {STEP_GIB}")


def _check_throughput(kind: str, mibps: int | None) -> None:
    offered = THROUGHPUTS.get(kind)
    if offered is None and mibps is not None:
        raise AwsError(BAD, f"PerUnitStorageThroughput is not supported for the deployment type {kind}")
    if offered is not None and mibps not in offered:
        raise AwsError(BAD, f"PerUnitStorageThroughput {mibps} is not one of {offered} for the deployment type {kind}")


def _check_version(kind: str, version: str | None) -> None:
    if version is not None and version not in VERSIONS:
        raise AwsError(BAD, f"Invalid Lustre version: {version}")
    if kind == "PERSISTENT_2" and version == "2.10":
        raise AwsError(BAD, f"Lustre 2.10 is not supported for the deployment type {kind}")
