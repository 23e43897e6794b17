"""Operate a cluster that is deployed: `python -m scripts.operate status --env production`."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from config.errors import UserError, report_user_errors
from scripts.operate.arguments import ON_OFF, arguments, autoscaling, number, require_meant

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import Any

    from config.ec2_cluster import Ec2ClusterConfig
    from scripts.inventory.session import Session
    from scripts.operate.cluster import Cluster, Node
    from scripts.operate.job import Job
    from scripts.operate.transport import Transport


def run(given: argparse.Namespace, environment: Ec2ClusterConfig) -> int:
    """Run one command; each imports only what it needs."""
    from scripts.inventory.session import open_session
    from scripts.operate.job import job_arguments, job_of
    from scripts.operate.outputs import load_outputs

    # Before anything is asked of AWS: what is wrong with the job is wrong anywhere.
    job = job_of(given.job, job_arguments(os.environ, given.args)) if given.command == "submit" else None
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
    if job is not None:
        from scripts.operate.ray_token import read_token

        return run_job(given, cluster, job, read_token(cluster, session))
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
    if given.command == "status":
        from scripts.operate.status import show_status

        return show_status(cluster, transport_to(cluster.head, cluster, given))
    if given.command == "dashboard":
        from scripts.operate.dashboard import open_dashboard

        port = number("LOCAL_PORT", given.local_port) if given.local_port else cluster.dashboard_port
        return open_dashboard(cluster, transport_to(cluster.head, cluster, given), port)
    node = cluster.node(given.node)
    transport = transport_to(node, cluster, given)
    if given.command == "logs":
        from scripts.operate.logs import show_logs

        return show_logs(node, transport, lines=number("LINES", given.lines), follow=given.follow)
    from scripts.operate.exec import attach, execute

    return execute(cluster, node, transport, given.cmd) if given.command == "exec" else attach(cluster, node, transport)


def run_job(given: argparse.Namespace, cluster: Cluster, job: Job, token: str | None) -> int:
    """Run a job, through a tunnel unless an address is given."""
    from scripts.operate.submit import reachable_at, submit, tunnelled

    version = cluster.environment.ray.version
    if given.address:
        return submit(reachable_at(given.address, cluster, job, token), job, version)
    with tunnelled(cluster, transport_to(cluster.head, cluster, given), job, token) as api:
        return submit(api, job, version)


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
    from config.load import load_environment

    end_on_sigterm()
    given = arguments()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, Ec2ClusterConfig):
        raise UserError(
            f"{environment.name} is of flavour {environment.flavour}, make {given.command} is for static-ec2 and "
            "autoscaling-ec2"
        )
    require_meant(given, environment)
    return run(given, environment)


if __name__ == "__main__":
    sys.exit(main())
