"""Operate a cluster of flavour kuberay-eks: by kubectl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import UserError
from scripts.inventory.session import open_session
from scripts.kubernetes.access import cluster_access
from scripts.kubernetes.applied import require_any_applied
from scripts.kubernetes.pods import PodCluster, pod_cluster
from scripts.kubernetes.status import show_pod_logs, show_pods_and_status
from scripts.operate.arguments import ON_JOBS, ON_OFF, OPENS_DASHBOARD, number, require_options
from scripts.operate.commands import run_command, run_dashboard, run_on_jobs, wanted_job
from scripts.operate.outputs import load_outputs
from scripts.operate.ray_token import print_token, read_token

if TYPE_CHECKING:
    import argparse

    from config.kuberay_eks import KuberayEksConfig

_FOR_INSTANCES = {"via": "VIA", "bastion": "BASTION", "ssh_key": "SSH_KEY"}


def require_meant_for_pods(given: argparse.Namespace, environment: KuberayEksConfig) -> None:
    """Refuse what there is for instances alone, and what is wrong anywhere."""
    if given.command in (*ON_OFF, "ssh-config"):
        raise UserError(
            f"{environment.name} is of flavour kuberay-eks, make {given.command} is for static-ec2 and autoscaling-ec2"
        )
    for option, variable in _FOR_INSTANCES.items():
        if getattr(given, option):
            raise UserError(f"{variable}: {environment.name} is of flavour kuberay-eks: pods are reached by kubectl")
    require_options(given)


def run_in_pods(given: argparse.Namespace, environment: KuberayEksConfig) -> int:
    """Run one command."""
    job = wanted_job(given)  # before anything is asked of AWS
    session = open_session(environment)
    outputs = load_outputs(environment, session)
    require_any_applied(environment, outputs)
    secret: str | None = outputs.get("ray_token_secret_arn")
    if given.command == "ray-token":
        print_token(PodCluster(environment, (), secret), session)
        return 0
    if given.command in ON_JOBS and given.address:  # which saves asking the cluster
        cluster = PodCluster(environment, (), secret)
        return run_on_jobs(given, cluster, None, job, read_token(cluster, session))
    kubectl = cluster_access(environment, session)
    cluster, transport = pod_cluster(kubectl, secret)
    if given.command in ON_JOBS:
        return run_on_jobs(given, cluster, lambda _: transport, job, read_token(cluster, session))
    if given.command in OPENS_DASHBOARD:
        return run_dashboard(given, environment, cluster, lambda _: transport)
    if given.command == "status":
        return show_pods_and_status(kubectl, cluster, transport)
    node = cluster.node(given.node)
    if given.command == "logs":
        return show_pod_logs(kubectl, node, transport, lines=number("LINES", given.lines), follow=given.follow)
    return run_command(given, cluster, node, transport)
