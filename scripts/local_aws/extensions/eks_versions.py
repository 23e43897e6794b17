"""EKS: the Kubernetes versions that it offers."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths

from scripts.local_aws.extensions.plumbing import AwsError, Params, op, page

END_OF_SUPPORT = {
    "1.30": (date(2025, 7, 23), date(2026, 7, 23)),
    "1.31": (date(2025, 11, 26), date(2026, 11, 26)),
    "1.32": (date(2026, 3, 23), date(2027, 3, 23)),
    "1.33": (date(2026, 7, 29), date(2027, 7, 29)),
    "1.34": (date(2026, 12, 2), date(2027, 12, 2)),
    "1.35": (date(2027, 3, 27), date(2028, 3, 27)),
    "1.36": (date(2027, 8, 2), date(2028, 8, 2)),
}
"""Last days of standard and of extended support.

https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html#kubernetes-release-calendar
"""
DEFAULT_VERSION = "1.35"
"""What a cluster gets when it names none."""

url_paths["{0}/cluster-versions$"] = EKSResponse.dispatch


@op(EKSResponse)
def describe_cluster_versions(_self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html"""
    today = datetime.now(timezone.utc).date()
    wanted = params.get("clusterVersions") or list(END_OF_SUPPORT)
    status = params.get("versionStatus")
    found = [_version(version, *END_OF_SUPPORT[version], today) for version in supported() if version in wanted]
    if params.get("defaultOnly"):
        found = [version for version in found if version["defaultVersion"]]
    versions, rest = page([version for version in found if status in (None, version["versionStatus"])], params)
    return {"clusterVersions": versions, **rest}


def supported() -> list[str]:
    """Versions that EKS runs today, oldest first."""
    today = datetime.now(timezone.utc).date()
    return [version for version, (_standard, extended) in END_OF_SUPPORT.items() if today <= extended]


def check_supported(version: str | None) -> None:
    """Refuse a version that EKS does not run."""
    if version is not None and version not in supported():
        raise AwsError("InvalidParameterException", f"unsupported Kubernetes version {version}")


def minor(version: str) -> int:
    """The second number of a version."""
    return int(version.split(".")[1])


def _version(version: str, standard: date, extended: date, today: date) -> Params:
    return {
        "clusterVersion": version,
        "clusterType": "eks",
        "defaultVersion": version == DEFAULT_VERSION,
        "endOfStandardSupportDate": _midnight(standard),
        "endOfExtendedSupportDate": _midnight(extended),
        "versionStatus": "STANDARD_SUPPORT" if today <= standard else "EXTENDED_SUPPORT",
    }


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp()
