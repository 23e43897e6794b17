"""Amazon Managed Service for Prometheus."""

from __future__ import annotations

from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.translator import COMPUTED, FIXED, OWN, TAGS, Case, Same, Translator, left_out
from scripts.inventory.prometheus import DESCRIBE_SCRAPER, DESCRIBE_WORKSPACE, DESCRIBE_WORKSPACE_LOGGING
from scripts.state import Resource


def _find_workspace(resource: Resource, deployed: Deployed) -> Any:
    answer = deployed.document(DESCRIBE_WORKSPACE, workspaceId=resource.attributes["id"])
    return None if answer is None else answer["workspace"]


def _logging(case: Case) -> dict[str, Any] | None:
    answer = case.deployed.document(DESCRIBE_WORKSPACE_LOGGING, workspaceId=case.state("id"))
    return None if answer is None else {"log_group_arn": answer["loggingConfiguration"]["logGroupArn"]}


WORKSPACE = Translator(
    "aws_prometheus_workspace",
    _find_workspace,
    {
        "alias": Same(lambda case: case.answer.get("alias")),
        "kms_key_arn": Same(lambda case: case.answer.get("kmsKeyArn")),
        "logging_configuration": Same(_logging),
        "tags_all": Same(lambda case: case.answer.get("tags")),
    },
    left_out((COMPUTED, "arn id prometheus_endpoint"), (TAGS, "tags")),
)


def _find_scraper(resource: Resource, deployed: Deployed) -> Any:
    answer = deployed.document(DESCRIBE_SCRAPER, scraperId=resource.attributes["id"])
    return None if answer is None else answer["scraper"]


def _source(case: Case) -> list[dict[str, Any]]:
    source = case.answer["source"].get("eksConfiguration") or {}
    names = {"cluster_arn": "clusterArn", "security_group_ids": "securityGroupIds", "subnet_ids": "subnetIds"}
    return [{"eks": [{ours: source.get(theirs) for ours, theirs in names.items()}]}]


def _destination(case: Case) -> list[dict[str, Any]]:
    destination = case.answer["destination"].get("ampConfiguration") or {}
    return [{"amp": [{"workspace_arn": destination.get("workspaceArn")}]}]


def _configuration(case: Case) -> Any:
    blob = (case.answer.get("scrapeConfiguration") or {}).get("configurationBlob")
    return blob.decode() if isinstance(blob, bytes) else blob


SCRAPER = Translator(
    "aws_prometheus_scraper",
    _find_scraper,
    {
        "alias": Same(lambda case: case.answer.get("alias")),
        "scrape_configuration": Same(_configuration),
        "source": Same(_source),
        "destination": Same(_destination),
        "tags_all": Same(lambda case: case.answer.get("tags")),
    },
    left_out((COMPUTED, "arn id role_arn"), (FIXED, "role_configuration"), (OWN, "timeouts"), (TAGS, "tags")),
)

TRANSLATORS = (WORKSPACE, SCRAPER)
