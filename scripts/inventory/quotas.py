"""Limits of the account in the region, and how many vCPUs of them are in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.node_groups import node_groups
from config.ray_tags import RAY_CLUSTER
from config.vcpu_quotas import VcpuQuota, vcpu_quota_of
from scripts.inventory.instances import DESCRIBE_INSTANCES, ENDED
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable, joined, mapped
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import tags_of

LIST_SERVICE_QUOTAS = Read("service-quotas", "ListServiceQuotas", items="Quotas", absent=("NoSuchResourceException",))
GET_METRIC_DATA = Read("cloudwatch", "GetMetricData", items="MetricDataResults")
DESCRIBE_INSTANCE_TYPES = Read("ec2", "DescribeInstanceTypes", items="InstanceTypes", absent=("InvalidInstanceType",))

PAGE = 100
"""Most quotas on a page; EC2 has more than a hundred.
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html"""

_WINDOW = timedelta(hours=1)
_PERIOD_SECONDS = 300
"""AWS publishes the metrics of use every five minutes.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Quotas-Visualize-Alarms.html"""

Limits = Mapping[str, float]
"""Applied values by quota code. AWS leaves out those that were never changed from the default and have no applied
value, and answers NoSuchResourceException for a service without any in the region.
https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html"""


@dataclass(frozen=True)
class Quotas:
    """Applied quotas by service, and what vCPUs there are and are used."""

    ec2: Reading[Limits]
    vpc: Reading[Limits]
    s3: Reading[Limits]
    efs: Reading[Limits]
    vcpus_in_use: Reading[Mapping[str, float]]
    """Of the whole account, by quota code; the newest figure of CloudWatch. A quota without one is left out."""
    vcpus_of_types: Reading[Mapping[str, int]]
    """By instance type, of those that the environment names or the state knows. Empty when AWS does not know one."""


def collect_quotas(reader: Reader, scope: Scope) -> Quotas:
    """Read limits, and the use of vCPUs."""
    services = ("ec2", "vpc", "s3", "elasticfilesystem")
    limits = {service: reader.start(LIST_SERVICE_QUOTAS, ServiceCode=service, MaxResults=PAGE) for service in services}
    quotas = vcpu_quotas(scope.environment)
    use = _start_use(reader, quotas)
    known = _types(scope)
    types = [reader.start(DESCRIBE_INSTANCE_TYPES, InstanceTypes=known)]
    # A worker that the autoscaler made before its type was changed: rare, and so the only one that waits.
    instances = reader.start(DESCRIBE_INSTANCES, Filters=scope.vpc_filter)
    running = instances.parse(lambda answer: _running_types(answer, scope.environment.label.cluster))
    more = set() if isinstance(running, Unreadable) else running.difference(known)
    types += [reader.start(DESCRIBE_INSTANCE_TYPES, InstanceTypes=sorted(more))] if more else []
    return Quotas(
        ec2=limits["ec2"].parse(_limits),
        vpc=limits["vpc"].parse(_limits),
        s3=limits["s3"].parse(_limits),
        efs=limits["elasticfilesystem"].parse(_limits),
        vcpus_in_use={} if use is None else use.parse(lambda answer: _in_use(answer, quotas)),
        vcpus_of_types=mapped(joined(answer.parse(tuple) for answer in types), _vcpus_of_types),
    )


def vcpu_quotas(environment: FoundationConfig) -> list[VcpuQuota]:
    """The quotas of vCPUs that the environment's nodes count against."""
    if isinstance(environment, KuberayEksConfig):
        of_groups = (vcpu_quota_of(group.instance_types[0], spot=group.spot) for group in node_groups(environment))
        return list(dict.fromkeys(quota for quota in of_groups if quota is not None))
    if not isinstance(environment, Ec2ClusterConfig):
        return []
    wanted = [(environment.head.instance_type, False)]
    wanted += [(group.instance_type, group.spot) for group in environment.workers.values()]
    if isinstance(environment, AutoscalingEc2Config):
        # Their fallbacks, too, which are on demand.
        wanted += [(type_.settings.instance_type, type_.spot) for type_ in environment.node_types.values()]
    found = (vcpu_quota_of(instance_type, spot=spot) for instance_type, spot in wanted)
    return list(dict.fromkeys(quota for quota in found if quota is not None))


def _start_use(reader: Reader, quotas: Iterable[VcpuQuota]) -> Answer | None:
    queries = [_query(quota) for quota in quotas if quota.usage_class]
    now = datetime.now(timezone.utc)
    if not queries:
        return None
    return reader.start(
        GET_METRIC_DATA,
        MetricDataQueries=queries,
        StartTime=now - _WINDOW,
        EndTime=now,
        ScanBy="TimestampDescending",
    )


def _types(scope: Scope) -> list[str]:
    environment = scope.environment
    nodes = [environment.head, *environment.workers.values()] if isinstance(environment, Ec2ClusterConfig) else []
    groups = node_groups(environment) if isinstance(environment, KuberayEksConfig) else []
    of_groups = {type_ for group in groups for type_ in group.instance_types}
    deployed = (instance.attributes.get("instance_type") for instance in scope.state.of_type("aws_instance"))
    named = {*(node.instance_type for node in nodes), *of_groups}
    return sorted(named | {str(type_) for type_ in deployed if type_})


def _running_types(answer: list[Any], cluster: str) -> set[str]:
    return {
        str(instance["InstanceType"])
        for reservation in answer
        for instance in reservation["Instances"]
        if tags_of(instance.get("Tags")).get(RAY_CLUSTER) == cluster and instance["State"]["Name"] not in ENDED
    }


def _query(quota: VcpuQuota) -> dict[str, Any]:
    dimensions = {"Service": "EC2", "Type": "Resource", "Resource": "vCPU", "Class": quota.usage_class}
    return {
        "Id": _query_id(quota),
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Usage",
                "MetricName": "ResourceCount",
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            },
            "Period": _PERIOD_SECONDS,
            "Stat": "Maximum",
        },
    }


def _query_id(quota: VcpuQuota) -> str:
    """Letters, digits and underscores, a small letter first."""
    return quota.code.replace("-", "_").lower()


def _limits(answer: list[Any]) -> Limits:
    return {quota["QuotaCode"]: float(quota["Value"]) for quota in sorted(answer, key=lambda each: each["QuotaCode"])}


def _in_use(answer: list[Any], quotas: Iterable[VcpuQuota]) -> dict[str, float]:
    newest = {result["Id"]: float(result["Values"][0]) for result in answer if result["Values"]}
    return {quota.code: newest[_query_id(quota)] for quota in quotas if _query_id(quota) in newest}


def _vcpus_of_types(answer: Iterable[Any]) -> dict[str, int]:
    vcpus = {each["InstanceType"]: int(each["VCpuInfo"]["DefaultVCpus"]) for each in answer}
    return dict(sorted(vcpus.items()))
