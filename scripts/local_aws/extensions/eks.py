"""EKS: where a cluster stands, who reaches it, and which Kubernetes versions are supported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone
from typing import Any

from moto.ec2.models import ec2_backends
from moto.eks.models import EKSBackend
from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths

from scripts.local_aws.extensions.plumbing import Params, op, wrap

END_OF_SUPPORT = {
    "1.30": (date(2025, 7, 23), date(2026, 7, 23)),
    "1.31": (date(2025, 11, 26), date(2026, 11, 26)),
    "1.32": (date(2026, 3, 23), date(2027, 3, 23)),
    "1.33": (date(2026, 7, 29), date(2027, 7, 29)),
    "1.34": (date(2026, 12, 2), date(2027, 12, 2)),
    "1.35": (date(2027, 3, 27), date(2028, 3, 27)),
}
"""Last days of standard and of extended support.

https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html#kubernetes-release-calendar
"""

url_paths["{0}/cluster-versions$"] = EKSResponse.dispatch


@wrap(EKSBackend, "create_cluster")
def create_cluster(original: Callable[..., Any], self: Any, **given: Any) -> Any:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigResponse.html"""
    place = given["resources_vpc_config"]
    subnet = ec2_backends[self.account_id][self.region_name].get_subnet(place["subnetIds"][0])
    public = place.get("endpointPublicAccess", True)
    given["resources_vpc_config"] = {
        "endpointPublicAccess": public,
        "endpointPrivateAccess": False,
        "publicAccessCidrs": ["0.0.0.0/0"] if public else [],
        **place,
        "vpcId": subnet.vpc_id,
    }
    return original(self, **given)


@wrap(EKSBackend, "update_cluster_config")
def update_cluster_config(original: Callable[..., Any], self: Any, **given: Any) -> Any:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html"""
    if given.get("resources_vpc_config") and given["name"] in self.clusters:
        # What the request does not name stays; moto forgets it.
        before = self.clusters[given["name"]].resources_vpc_config
        given["resources_vpc_config"] = {**before, **given["resources_vpc_config"]}
    return original(self, **given)


@op(EKSResponse)
def describe_cluster_versions(_self: Any, _params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html"""
    today = datetime.now(timezone.utc).date()
    supported = {version: days for version, days in END_OF_SUPPORT.items() if today <= days[1]}
    return {"clusterVersions": [_version(version, *days, today) for version, days in supported.items()]}


def _version(version: str, standard: date, extended: date, today: date) -> Params:
    return {
        "clusterVersion": version,
        "clusterType": "eks",
        "endOfStandardSupportDate": _midnight(standard),
        "endOfExtendedSupportDate": _midnight(extended),
        "versionStatus": "STANDARD_SUPPORT" if today <= standard else "EXTENDED_SUPPORT",
    }


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp()
