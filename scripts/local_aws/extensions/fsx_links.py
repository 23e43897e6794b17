"""Data repository associations of FSx: a bucket that appears in a file system."""

from __future__ import annotations

import re
import secrets
from typing import Any

from moto.core.utils import utcnow
from moto.fsx.responses import FSxResponse
from moto.s3.models import s3_backends

from scripts.local_aws.extensions.fsx import associations_of, need_file_system
from scripts.local_aws.extensions.fsx_refusals import BAD
from scripts.local_aws.extensions.plumbing import AwsError, Params, need, op

MOST = 8
"""Of one file system."""
BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/.*)?")


@op(FSxResponse)
def create_data_repository_association(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateDataRepositoryAssociation.html"""
    _refuse(self, params)
    association_id = f"dra-{secrets.token_hex(9)[:17]}"
    association = {
        "AssociationId": association_id,
        "ResourceARN": f"arn:aws:fsx:{self.region}:{self.current_account}:association/{association_id}",
        "FileSystemId": params["FileSystemId"],
        "Lifecycle": "AVAILABLE",
        "FileSystemPath": params.get("FileSystemPath") or "/",
        "DataRepositoryPath": params["DataRepositoryPath"],
        "BatchImportMetaDataOnCreate": bool(params.get("BatchImportMetaDataOnCreate")),
        "ImportedFileChunkSize": params.get("ImportedFileChunkSize") or 1024,
        "S3": params.get("S3") or {},
        "CreationTime": utcnow(),
    }
    associations_of(self.fsx_backend)[association_id] = association
    self.fsx_backend.tagger.tag_resource(association["ResourceARN"], params.get("Tags") or [])
    return {"Association": _described(self, association)}


@op(FSxResponse)
def describe_data_repository_associations(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeDataRepositoryAssociations.html"""
    wanted = {each["Name"]: each["Values"] for each in params.get("Filters") or []}
    found = [_association(self, each) for each in params.get("AssociationIds") or associations_of(self.fsx_backend)]
    owners = wanted.get("file-system-id")
    chosen = [each for each in found if owners is None or each["FileSystemId"] in owners]
    return {"Associations": [_described(self, each) for each in chosen]}


@op(FSxResponse)
def update_data_repository_association(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_UpdateDataRepositoryAssociation.html"""
    association = _association(self, params["AssociationId"])
    association["S3"] = {**association["S3"], **(params.get("S3") or {})}
    if size := params.get("ImportedFileChunkSize"):
        association["ImportedFileChunkSize"] = size
    return {"Association": _described(self, association)}


@op(FSxResponse)
def delete_data_repository_association(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/fsx/latest/APIReference/API_DeleteDataRepositoryAssociation.html"""
    association_id = _association(self, params["AssociationId"])["AssociationId"]
    del associations_of(self.fsx_backend)[association_id]
    kept = bool(params.get("DeleteDataInFileSystem"))
    return {"AssociationId": association_id, "Lifecycle": "DELETING", "DeleteDataInFileSystem": kept}


def _association(self: Any, association_id: str) -> Params:
    message = f"Data repository association {association_id} does not exist"
    return need(associations_of(self.fsx_backend), association_id, "DataRepositoryAssociationNotFound", message)


def _described(self: Any, association: Params) -> Params:
    return {**association, "Tags": self.fsx_backend.list_tags_for_resource(association["ResourceARN"])}


def _refuse(self: Any, params: Params) -> None:
    document = need_file_system(self, params["FileSystemId"]).document
    if document["LustreConfiguration"]["DeploymentType"] == "SCRATCH_1":
        raise AwsError(BAD, "Data repository associations are not supported for the deployment type SCRATCH_1")
    bucket = BUCKET.fullmatch(params["DataRepositoryPath"])
    if not bucket or bucket[1] not in s3_backends[self.current_account]["aws"].buckets:
        raise AwsError(BAD, f"The data repository {params['DataRepositoryPath']} does not exist or cannot be read")
    present = [
        each for each in associations_of(self.fsx_backend).values() if each["FileSystemId"] == params["FileSystemId"]
    ]
    if len(present) >= MOST:
        raise AwsError("ServiceLimitExceeded", f"A file system has at most {MOST} data repository associations")
    path = f"{params.get('FileSystemPath') or '/'}/".replace("//", "/")
    for each in present:
        taken = f"{each['FileSystemPath']}/".replace("//", "/")
        if path.startswith(taken) or taken.startswith(path):
            raise AwsError(BAD, f"The path {path} overlaps with {taken} of another association")
