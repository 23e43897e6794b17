"""File systems of FSx for Lustre that stand in the VPC or carry the cluster's tag."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import tags_of
from scripts.inventory.surroundings.thing import Managed, Thing, Things, parsed

DESCRIBE_ALL_LUSTRE = Read("fsx", "DescribeFileSystems", items="FileSystems")
_CLAIM_TAG = "CSIVolumeName"
"""On what the FSx driver makes for a claim: https://github.com/kubernetes-sigs/aws-fsx-csi-driver"""


def start_lustre(reader: Reader, scope: Scope) -> list[Answer]:
    """All file systems of the region, where an environment may have one."""
    return [reader.start(DESCRIBE_ALL_LUSTRE)] if _may_have(scope) else []


def start_file_systems(reader: Reader, scope: Scope, managed: Managed) -> Things:
    """The same as things."""

    def parse(answer: list[Any]) -> Iterator[Thing]:
        own_vpc = scope.environment.network.existing is None
        for found in answer:
            id_, tags = found["FileSystemId"], tags_of(found.get("Tags"))
            tagged, known = managed.is_tagged(found.get("Tags")), managed.has(id_, "aws_fsx_lustre_file_system")
            if known or tagged or (own_vpc and found.get("VpcId") == scope.vpc_id):
                made_by = "the FSx driver made it for a claim" if tagged and _is_claimed(scope, tags) else ""
                yield Thing(
                    id_, tags.get("Name", ""), known, tagged, made_by=made_by, note=found["FileSystemType"].lower()
                )

    return {"lustre": parsed(parse, *start_lustre(reader, scope))}


def _may_have(scope: Scope) -> bool:
    return isinstance(scope.environment, KuberayEksConfig) and scope.environment.fsx is not None


def _is_claimed(scope: Scope, tags: Any) -> bool:
    environment = scope.environment
    offered = (
        isinstance(environment, KuberayEksConfig) and environment.fsx is not None and environment.fsx.storage_class
    )
    return offered and _CLAIM_TAG in tags
