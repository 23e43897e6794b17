"""CloudWatch's metrics of how many vCPUs run, which moto does not publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.ec2.models import ec2_backends
from moto.ec2.models.instance_types import INSTANCE_TYPES

from config.vcpu_quotas import vcpu_quota_of
from scripts.local_aws.extensions.plumbing import wrap

COUNTED = ("pending", "running")


@wrap(CloudWatchBackend, "get_metric_data")
def get_metric_data(
    original: Callable[..., list[dict[str, Any]]],
    self: Any,
    queries: list[dict[str, Any]],
    start_time: datetime,
    end_time: datetime,
    scan_by: str = "TimestampAscending",
) -> list[dict[str, Any]]:
    """Answer for `AWS/Usage` from the instances that there are; for all else ask moto.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html and
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html
    """
    others = [query for query in queries if not _is_usage(query)]
    found = {result["id"]: result for result in original(self, others, start_time, end_time, scan_by)}
    found |= {query["Id"]: _usage(self, query, end_time) for query in queries if _is_usage(query)}
    return [found[query["Id"]] for query in queries if query["Id"] in found]


def _is_usage(query: Mapping[str, Any]) -> bool:
    metric = query.get("MetricStat", {}).get("Metric", {})
    return metric.get("Namespace") == "AWS/Usage" and _dimensions(query).get("Resource") == "vCPU"


def _dimensions(query: Mapping[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in query["MetricStat"]["Metric"].get("Dimensions", [])}


def _usage(backend: Any, query: Mapping[str, Any], when: datetime) -> dict[str, Any]:
    running = _running_vcpus(backend, _dimensions(query).get("Class", ""))
    # What is not used has no figure, as on AWS.
    return {
        "id": query["Id"],
        "label": query.get("Label") or "ResourceCount",
        "values": [float(running)] if running else [],
        "timestamps": [when] if running else [],
        "status_code": "Complete",
    }


def _running_vcpus(backend: Any, usage_class: str) -> int:
    instances = ec2_backends[backend.account_id][backend.region_name].all_instances()
    counted = (instance for instance in instances if instance._state.name in COUNTED)
    return sum(_vcpus(instance) for instance in counted if _class_of(instance) == usage_class)


def _class_of(instance: Any) -> str:
    quota = vcpu_quota_of(instance.instance_type, spot=instance.lifecycle == "spot")
    return quota.usage_class if quota is not None else ""


def _vcpus(instance: Any) -> int:
    return int(INSTANCE_TYPES[instance.instance_type]["VCpuInfo"]["DefaultVCpus"])
