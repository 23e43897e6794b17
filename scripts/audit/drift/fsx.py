"""FSx for Lustre, and the bucket that appears in it."""

from __future__ import annotations

from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.translator import (
    COMPUTED,
    FIXED,
    OWN,
    TAGS,
    Case,
    Same,
    Translator,
    fields,
    left_out,
    numbers,
    renamed,
    tags,
)
from scripts.inventory.fsx import DESCRIBE_LINKS, DESCRIBE_LUSTRE
from scripts.inventory.network_interfaces import DESCRIBE_NETWORK_INTERFACES
from scripts.state import Resource

_LUSTRE = "LustreConfiguration"


def _find(resource: Resource, deployed: Deployed) -> Any:
    found = deployed.document(DESCRIBE_LUSTRE, FileSystemIds=[resource.attributes["id"]])
    return found[0] if found else None


def _groups(case: Case) -> list[str]:
    """FSx tells them nowhere: its interfaces have them."""
    found: set[str] = set()
    for id_ in case.answer.get("NetworkInterfaceIds") or ():
        interface = case.deployed.item(DESCRIBE_NETWORK_INTERFACES, "NetworkInterfaceId", id_)
        found |= {group["GroupId"] for group in (interface or {}).get("Groups") or ()}
    return sorted(found)


def _metadata(case: Case) -> Any:
    """FSx chooses where nothing is said, and the state has nothing then."""
    return case.answer[_LUSTRE].get("MetadataConfiguration") if case.state("metadata_configuration") else None


FILE_SYSTEM = Translator(
    "aws_fsx_lustre_file_system",
    _find,
    {
        **fields("file_system_type_version kms_key_id owner_id storage_capacity storage_type subnet_ids vpc_id"),
        **fields("copy_tags_to_backups data_compression_type deployment_type drive_cache_type", within=_LUSTRE),
        **fields("efa_enabled mount_name weekly_maintenance_start_time", within=_LUSTRE),
        **fields("daily_automatic_backup_start_time log_configuration root_squash_configuration", within=_LUSTRE),
        **fields("data_read_cache_configuration", within=_LUSTRE),
        **numbers(
            "",
            automatic_backup_retention_days=f"{_LUSTRE}.AutomaticBackupRetentionDays",
            per_unit_storage_throughput=f"{_LUSTRE}.PerUnitStorageThroughput",
            throughput_capacity=f"{_LUSTRE}.ThroughputCapacity",
        ),
        **renamed(dns_name="DNSName"),
        "metadata_configuration": Same(_metadata),
        "security_group_ids": Same(_groups),
        **tags(),
    },
    left_out(
        (COMPUTED, "arn id network_interface_ids"),
        (FIXED, "backup_id"),
        ("of the older way to show a bucket", "auto_import_policy export_path import_path imported_file_chunk_size"),
        (OWN, "final_backup_tags skip_final_backup timeouts"),
        (TAGS, "tags"),
    ),
)


def _find_link(resource: Resource, deployed: Deployed) -> Any:
    filters = [{"Name": "file-system-id", "Values": [resource.attributes["file_system_id"]]}]
    found = deployed.document(DESCRIBE_LINKS, Filters=filters)
    return next((link for link in found or () if link["AssociationId"] == resource.attributes["id"]), None)


LINK = Translator(
    "aws_fsx_data_repository_association",
    _find_link,
    {
        **fields("file_system_path data_repository_path imported_file_chunk_size s3"),
        **tags(),
    },
    left_out(
        (COMPUTED, "arn id association_id"),
        ("finds it", "file_system_id"),
        (OWN, "batch_import_meta_data_on_create delete_data_in_filesystem timeouts"),
        (TAGS, "tags"),
    ),
)

TRANSLATORS = (FILE_SYSTEM, LINK)
