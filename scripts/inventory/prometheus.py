"""Amazon Managed Service for Prometheus: the workspace, and the scraper that fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags

_GONE = ("ResourceNotFoundException",)

DESCRIBE_WORKSPACE = Read("amp", "DescribeWorkspace", absent=_GONE)
DESCRIBE_SCRAPER = Read("amp", "DescribeScraper", absent=_GONE)
DESCRIBE_WORKSPACE_LOGGING = Read("amp", "DescribeLoggingConfiguration", absent=_GONE)


@dataclass(frozen=True)
class Workspace:
    """Where metrics are kept."""

    workspace_id: str
    arn: str
    alias: str
    state: str
    """`ACTIVE`."""
    endpoint: str
    kms_key_arn: str | None
    tags: Tags


@dataclass(frozen=True)
class Scraper:
    """What reads the metrics of pods."""

    scraper_id: str
    alias: str
    state: str
    """`ACTIVE`."""
    reason: str
    cluster_arn: str
    group_ids: tuple[str, ...]
    subnet_ids: tuple[str, ...]
    workspace_arn: str
    tags: Tags


@dataclass(frozen=True)
class Prometheus:
    """What the state has of it; what is gone is left out."""

    workspaces: tuple[Reading[Workspace], ...]
    scrapers: tuple[Reading[Scraper], ...]


def collect_prometheus(reader: Reader, scope: Scope) -> Prometheus | None:
    """Read workspaces and scrapers of the state; None for other flavours than kuberay-eks."""
    if not isinstance(scope.environment, KuberayEksConfig):
        return None
    workspaces = [
        reader.start(DESCRIBE_WORKSPACE, workspaceId=id_) for id_ in scope.state.values("aws_prometheus_workspace")
    ]
    scrapers = [reader.start(DESCRIBE_SCRAPER, scraperId=id_) for id_ in scope.state.values("aws_prometheus_scraper")]
    for id_ in scope.state.values("aws_prometheus_workspace"):
        # For the comparison with the state alone.
        reader.start(DESCRIBE_WORKSPACE_LOGGING, workspaceId=id_)
    found = [answer.parse(lambda each: each and _workspace(each["workspace"])) for answer in workspaces]
    scraping = [answer.parse(lambda each: each and _scraper(each["scraper"])) for answer in scrapers]
    return Prometheus(
        tuple(each for each in found if each is not None), tuple(each for each in scraping if each is not None)
    )


def _workspace(workspace: Mapping[str, Any]) -> Workspace:
    return Workspace(
        workspace_id=workspace["workspaceId"],
        arn=workspace["arn"],
        alias=workspace.get("alias", ""),
        state=workspace["status"]["statusCode"],
        endpoint=workspace.get("prometheusEndpoint", ""),
        kms_key_arn=workspace.get("kmsKeyArn"),
        tags=dict(sorted((workspace.get("tags") or {}).items())),
    )


def _scraper(scraper: Mapping[str, Any]) -> Scraper:
    source = scraper["source"].get("eksConfiguration") or {}
    return Scraper(
        scraper_id=scraper["scraperId"],
        alias=scraper.get("alias", ""),
        state=scraper["status"]["statusCode"],
        reason=scraper.get("statusReason", ""),
        cluster_arn=source.get("clusterArn", ""),
        group_ids=tuple(sorted(source.get("securityGroupIds") or ())),
        subnet_ids=tuple(sorted(source.get("subnetIds") or ())),
        workspace_arn=(scraper["destination"].get("ampConfiguration") or {}).get("workspaceArn", ""),
        tags=dict(sorted((scraper.get("tags") or {}).items())),
    )
