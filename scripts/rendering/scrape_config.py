"""What the managed scraper of Prometheus reads: the metrics ports of Ray's pods and of the operator."""

from __future__ import annotations

import yaml

_PORT_NAMES = "metrics|as-metrics|dash-metrics"
"""Ports that KubeRay names so, and two that our manifests add to the head: autoscaler and dashboard."""


def scrape_config(namespace: str) -> str:
    """Prometheus' own configuration, as YAML, for Ray's pods in a namespace.

    https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-collector-how-to.html#AMP-collector-configuration
    """
    ray_pods = {
        "job_name": "ray",
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": [namespace]}}],
        "relabel_configs": [
            _keep("__meta_kubernetes_pod_label_ray_io_is_ray_node", "yes"),
            _keep("__meta_kubernetes_pod_container_port_name", _PORT_NAMES),
            _copy("__meta_kubernetes_pod_label_ray_io_cluster", "ray_io_cluster"),
            _copy("__meta_kubernetes_pod_label_ray_io_node_type", "ray_io_node_type"),
            _copy("__meta_kubernetes_pod_label_ray_io_group", "ray_io_group"),
            _copy("__meta_kubernetes_pod_name", "pod"),
        ],
    }
    document = {"global": {"scrape_interval": "30s", "scrape_timeout": "10s"}, "scrape_configs": [ray_pods]}
    return str(yaml.safe_dump(document, sort_keys=False))


def _keep(label: str, pattern: str) -> dict[str, object]:
    return {"source_labels": [label], "action": "keep", "regex": pattern}


def _copy(label: str, target: str) -> dict[str, object]:
    return {"source_labels": [label], "action": "replace", "target_label": target}
