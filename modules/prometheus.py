"""Amazon Managed Service for Prometheus."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from constructs import Construct

from config.eks_logs import prometheus_log_group
from config.kuberay import PrometheusConfig
from config.label import Label
from modules.aws import (
    CloudwatchLogGroup,
    PrometheusScraper,
    PrometheusScraperDestination,
    PrometheusScraperDestinationAmp,
    PrometheusScraperSource,
    PrometheusScraperSourceEks,
    PrometheusWorkspace,
    PrometheusWorkspaceLoggingConfiguration,
)
from scripts.rendering.scrape_config import scrape_config


class Prometheus(Construct):
    """Define a workspace, its log group, and a scraper that reads the metrics of Ray's pods.

    The scraper's role is AWS's own, which EKS lets in by itself; nothing runs in the cluster.
    https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-collector-how-to.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: PrometheusConfig,
        label: Label,
        key_arn: str,
        cluster_arn: str,
        subnet_ids: Sequence[str],
        security_group_ids: Sequence[str],
        namespace: str,
    ) -> None:
        super().__init__(scope, id_)
        logs = CloudwatchLogGroup(
            self,
            "log_group",
            name=prometheus_log_group(label),
            retention_in_days=config.log_retention_days,
            kms_key_id=key_arn,
            tags=label.tags("prometheus"),
        )
        self._workspace = PrometheusWorkspace(
            self,
            "workspace",
            alias=label.cluster,
            kms_key_arn=key_arn,
            logging_configuration=PrometheusWorkspaceLoggingConfiguration(log_group_arn=f"{logs.arn}:*"),
            tags=label.tags("prometheus"),
        )
        PrometheusScraper(
            self,
            "scraper",
            alias=label.cluster,
            scrape_configuration=scrape_config(namespace),
            source=[
                PrometheusScraperSource(
                    eks=[
                        PrometheusScraperSourceEks(
                            cluster_arn=cluster_arn, subnet_ids=subnet_ids, security_group_ids=security_group_ids
                        )
                    ]
                )
            ],
            destination=[
                PrometheusScraperDestination(amp=[PrometheusScraperDestinationAmp(workspace_arn=self.workspace_arn)])
            ],
            tags=label.tags("prometheus"),
        )

    @cached_property
    def workspace_arn(self) -> str:
        """ARN of the workspace, a token until apply."""
        return str(self._workspace.arn)

    @cached_property
    def endpoint(self) -> str:
        """Where the workspace is queried, a token until apply."""
        return str(self._workspace.prometheus_endpoint)
