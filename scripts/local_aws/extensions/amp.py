"""Amazon Managed Service for Prometheus: the key of a workspace, which moto forgets, and its log group."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.amp.models import PrometheusServiceBackend, Workspace
from moto.amp.responses import PrometheusServiceResponse

from scripts.local_aws.extensions.kms import check_key
from scripts.local_aws.extensions.plumbing import AwsError, table, wrap

NOT_FOUND = "ResourceNotFoundException"


@wrap(PrometheusServiceResponse, "create_workspace")
def create_workspace(original: Callable[[Any], str], self: Any) -> str:
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_CreateWorkspace.html"""
    key_arn = json.loads(self.body).get("kmsKeyArn")
    if key_arn:
        check_key(self, key_arn, "ValidationException")
    made = json.loads(original(self))
    workspace = self.amp_backend.workspaces[made["workspaceId"]]
    if key_arn:
        table(workspace, "given")["kmsKeyArn"] = key_arn
    return json.dumps(workspace.to_dict())


@wrap(Workspace, "to_dict")
def describe(original: Callable[[Any], dict[str, Any]], self: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_WorkspaceDescription.html"""
    return {**original(self), **table(self, "given")}


@wrap(PrometheusServiceBackend, "delete_workspace")
def delete_workspace(original: Callable[..., None], self: Any, workspace_id: str) -> None:
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DeleteWorkspace.html"""
    self.describe_workspace(workspace_id)
    original(self, workspace_id)


@wrap(PrometheusServiceBackend, "describe_logging_configuration")
def describe_logging_configuration(original: Callable[..., Any], self: Any, workspace_id: str) -> Any:
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DescribeLoggingConfiguration.html"""
    found = original(self, workspace_id)
    if not found:
        raise AwsError(NOT_FOUND, f"Logging configuration not found for workspace {workspace_id}")
    # Of one that was never changed, moto leaves this out; the provider reads it.
    return {"modifiedAt": found["createdAt"], **found}
