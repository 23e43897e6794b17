"""Operate a cluster that is deployed: `python -m scripts.operate status --env production`."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from config.errors import UserError, report_user_errors
from scripts.operate.arguments import ON_JOBS, ON_OFF, OPENS_DASHBOARD, arguments, autoscaling, number, require_meant

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping
    from typing import Any

    from config.ec2_cluster import Ec2ClusterConfig
    from scripts.inventory.session import Session
    from scripts.operate.cluster import Cluster, Node
    from scripts.operate.transport import Transport


def run(given: argparse.Namespace, environment: Ec2ClusterConfig) -> int:
    """Run one command; each imports only what it needs."""
    from scripts.inventory.session import open_session
    from scripts.operate.commands import wanted_job
    from scripts.operate.outputs import load_outputs

    job = wanted_job(given)  # before anything is asked of AWS
    session = open_session(environment)
    outputs = load_outputs(environment, session)
    if given.command == "ray-token":
        from scripts.operate.cluster import cluster_of
        from scripts.operate.ray_token import print_token

        print_token(cluster_of(environment, outputs), session)
        return 0
    cluster = live_cluster(environment, outputs, session)
    if given.command in ON_OFF:
        return run_on_off(given, cluster, session, outputs)
    if given.command == "ssh-config":
        from scripts.operate.ssh_config import print_path, write_ssh_config

        if not cluster.nodes and cluster.bastion is None:
            _ = cluster.head  # says what makes one
        print_path(write_ssh_config(cluster, bastion=given.bastion, key=given.ssh_key))
        return 0
    if given.command in ON_JOBS:
        from scripts.operate.commands import run_on_jobs
        from scripts.operate.ray_token import read_token

        return run_on_jobs(given, cluster, way_to_nodes(given, cluster), job, read_token(cluster, session))
    return run_on_nodes(given, cluster)


def live_cluster(environment: Ec2ClusterConfig, outputs: Mapping[str, Any], session: Session) -> Cluster:
    """The cluster by Terraform's outputs and, where Ray makes nodes, by what EC2 has."""
    from config.autoscaling_ec2 import AutoscalingEc2Config
    from scripts.operate.cluster import cluster_of, require_applied

    if not isinstance(environment, AutoscalingEc2Config):
        return cluster_of(environment, outputs)
    from scripts.operate.instances import find_instances

    require_applied(environment, outputs)
    return cluster_of(environment, outputs, find_instances(environment, session))


def run_on_off(given: argparse.Namespace, cluster: Cluster, session: Session, outputs: Mapping[str, Any]) -> int:
    """Commands that start and end nodes."""
    from scripts.operate.down import down
    from scripts.operate.ray_launcher import way_to_new_head
    from scripts.operate.up import ray_up, start_head

    environment = autoscaling(cluster.environment)
    way = way_to_new_head(cluster, via=given.via, bastion=given.bastion, key=given.ssh_key)
    if given.command == "down":
        return down(environment, cluster, session, outputs, way)
    if environment.terraform_makes_head:
        return start_head(cluster, session, outputs)
    return ray_up(environment, cluster, session, outputs, way)


def run_on_nodes(given: argparse.Namespace, cluster: Cluster) -> int:
    """Commands that look at nodes."""
    from scripts.operate.commands import run_command, run_dashboard

    if given.command == "status":
        from scripts.operate.status import show_status

        return show_status(cluster, transport_to(cluster.head, cluster, given))
    if given.command in OPENS_DASHBOARD:
        return run_dashboard(given, cluster.environment, cluster, way_to_nodes(given, cluster))
    node = cluster.node(given.node)
    transport = transport_to(node, cluster, given)
    if given.command == "logs":
        from scripts.operate.logs import show_logs

        return show_logs(node, transport, lines=number("LINES", given.lines), follow=given.follow)
    return run_command(given, cluster, node, transport)


def way_to_nodes(given: argparse.Namespace, cluster: Cluster) -> Callable[[Node], Transport]:
    """The way to each node."""
    return lambda node: transport_to(node, cluster, given)


def transport_to(node: Node, cluster: Cluster, given: argparse.Namespace) -> Transport:
    """The way to a node."""
    from scripts.operate.process import require_programs
    from scripts.operate.transport import default_via

    by_itself = default_via(cluster, node, given.bastion)
    if (given.via or by_itself) == "ssm":
        from scripts.operate.ssm import Ssm

        return Ssm(cluster.environment.region)
    if by_itself == "ssm":  # then SSH goes over SSM
        require_programs("aws", "session-manager-plugin")
    from scripts.operate.ssh import Ssh
    from scripts.operate.ssh_config import write_ssh_config

    return Ssh(write_ssh_config(cluster, bastion=given.bastion, key=given.ssh_key))


def end_on_sigterm() -> None:
    """Have what was started ended on the way out, as at Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


@report_user_errors
def main() -> int:
    """Load the environment and run the command."""
    from config.ec2_cluster import Ec2ClusterConfig
    from config.kuberay_eks import KuberayEksConfig
    from config.load import load_environment
    from scripts.operate.commands import run_hide

    end_on_sigterm()
    given = arguments()
    environment = load_environment(given.env, target=given.target)
    if isinstance(environment, KuberayEksConfig):
        from scripts.operate.in_pods import require_meant_for_pods, run_in_pods

        require_meant_for_pods(given, environment)
        return run_hide(environment) if given.command == "hide" else run_in_pods(given, environment)
    if not isinstance(environment, Ec2ClusterConfig):
        raise UserError(
            f"{environment.name} is of flavour {environment.flavour}, whose clusters Anyscale runs; "
            f"make {given.command} is for those of the other flavours"
        )
    require_meant(given, environment)
    return run_hide(environment) if given.command == "hide" else run(given, environment)


if __name__ == "__main__":
    sys.exit(main())
