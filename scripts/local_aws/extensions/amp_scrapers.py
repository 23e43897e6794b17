"""Scrapers of Amazon Managed Service for Prometheus: AWS's own collectors of the metrics of an EKS cluster."""

from __future__ import annotations

import re
import uuid
from typing import Any

from moto.amp.models import amp_backends
from moto.amp.responses import PrometheusServiceResponse
from moto.amp.urls import url_paths
from moto.core.utils import utcnow

from scripts.local_aws.extensions.amp import NOT_FOUND
from scripts.local_aws.extensions.eks_access import let_service_in, shut_service_out
from scripts.local_aws.extensions.eks_clusters import Cluster, clusters
from scripts.local_aws.extensions.eks_network import need_subnets
from scripts.local_aws.extensions.plumbing import AwsError, Params, copy_given, need, op, page, table
from scripts.local_aws.identity import ACCOUNT_ID

INVALID = "ValidationException"
WORKSPACE = re.compile(r"arn:aws:aps:[a-z0-9-]+:\d{12}:workspace/(ws-[0-9a-f-]+)")
POLICY = "AmazonPrometheusScraperPolicy"

url_paths["{0}/scrapers$"] = PrometheusServiceResponse.dispatch
url_paths["{0}/scrapers/(?P<scraperId>[^/]+)$"] = PrometheusServiceResponse.dispatch


@op(PrometheusServiceResponse)
def create_scraper(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_CreateScraper.html"""
    source = params["source"]["eksConfiguration"]
    cluster = _cluster(source["clusterArn"])
    _refuse(self, cluster, params)
    scraper_id = f"s-{uuid.uuid4()}"
    place = f"{self.region}:{self.current_account}"
    role = f"AWSServiceRoleForAmazonPrometheusScraper_{uuid.uuid4().hex[:12]}"
    scraper: Params = {
        "scraperId": scraper_id,
        "arn": f"arn:aws:aps:{place}:scraper/{scraper_id}",
        "roleArn": f"arn:aws:iam::{self.current_account}:role/aws-service-role/scraper.aps.amazonaws.com/{role}",
        "status": {"statusCode": "ACTIVE"},
        "createdAt": utcnow(),
        "lastModifiedAt": utcnow(),
        "scrapeConfiguration": params["scrapeConfiguration"],
        "source": {"eksConfiguration": {"securityGroupIds": _groups(cluster), **source}},
        "destination": params["destination"],
    }
    copy_given(params, scraper, ["alias", "roleConfiguration"])
    let_service_in(cluster, scraper["roleArn"], POLICY)
    _scrapers(self)[scraper_id] = scraper
    self.amp_backend.tag_resource(scraper["arn"], params.get("tags") or {})
    return _described(self, scraper)


@op(PrometheusServiceResponse)
def describe_scraper(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DescribeScraper.html"""
    return {"scraper": _described(self, _scraper(self, params))}


@op(PrometheusServiceResponse)
def list_scrapers(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_ListScrapers.html"""
    scrapers, rest = page(list(_scrapers(self).values()), params)
    return {"scrapers": [_described(self, each) for each in scrapers], **rest}


@op(PrometheusServiceResponse)
def update_scraper(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_UpdateScraper.html"""
    scraper = _scraper(self, params)
    copy_given(params, scraper, ["alias", "scrapeConfiguration", "destination"])
    scraper["lastModifiedAt"] = utcnow()
    return _described(self, scraper)


@op(PrometheusServiceResponse)
def delete_scraper(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/prometheus/latest/APIReference/API_DeleteScraper.html"""
    scraper = _scraper(self, params)
    _remove(self.amp_backend, scraper)
    return {"scraperId": scraper["scraperId"], "status": {"statusCode": "DELETING"}}


def delete_slow_scrapers(prefix: str) -> int:
    """Delete the scrapers whose tag Name begins so, in every region; see `client.prepare_destroy`."""
    doomed = [
        (backend, scraper)
        for backend in amp_backends[ACCOUNT_ID].values()
        for scraper in table(backend, "scrapers").values()
        if backend.list_tags_for_resource(scraper["arn"]).get("Name", "").startswith(prefix)
    ]
    for backend, scraper in doomed:
        _remove(backend, scraper)
    return len(doomed)


def _remove(backend: Any, scraper: Params) -> None:
    arn = scraper["source"]["eksConfiguration"]["clusterArn"]
    for cluster in clusters():
        if cluster.arn == arn:
            shut_service_out(cluster, scraper["roleArn"])
    del table(backend, "scrapers")[scraper["scraperId"]]


def _scrapers(self: Any) -> dict[str, Params]:
    return table(self.amp_backend, "scrapers")


def _scraper(self: Any, params: Params) -> Params:
    wanted = params["scraperId"]
    return need(_scrapers(self), wanted, NOT_FOUND, f"Scraper not found: {wanted}")


def _described(self: Any, scraper: Params) -> Params:
    return {**scraper, "tags": self.amp_backend.list_tags_for_resource(scraper["arn"])}


def _cluster(arn: str) -> Cluster:
    found = next((cluster for cluster in clusters() if cluster.arn == arn), None)
    if found is None:
        raise AwsError(INVALID, f"The cluster {arn} does not exist")
    return found


def _groups(cluster: Cluster) -> list[str]:
    return [str(cluster.document["resourcesVpcConfig"]["clusterSecurityGroupId"])]


def _refuse(self: Any, cluster: Cluster, params: Params) -> None:
    """https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-collector-how-to.html"""
    if not cluster.document["resourcesVpcConfig"]["endpointPrivateAccess"]:
        raise AwsError(INVALID, "Endpoint private access of the cluster must be enabled")
    subnets = need_subnets(self, params["source"]["eksConfiguration"]["subnetIds"])
    if len({subnet.availability_zone for subnet in subnets}) < 2:
        raise AwsError(INVALID, "Subnets must be in at least two Availability Zones")
    arn = params["destination"]["ampConfiguration"]["workspaceArn"]
    workspace = WORKSPACE.fullmatch(arn)
    if not workspace or workspace[1] not in self.amp_backend.workspaces:
        raise AwsError(NOT_FOUND, f"Workspace not found: {arn}")
