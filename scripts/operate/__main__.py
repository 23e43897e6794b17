"""Operate a cluster that is deployed: `python -m scripts.operate status --env production`."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from typing import TYPE_CHECKING

from config.errors import UserError, report_user_errors
from scripts.arguments import environment_parser

if TYPE_CHECKING:
    from config.static_ec2 import StaticEc2Config
    from scripts.operate.cluster import Cluster, Node
    from scripts.operate.job import Job
    from scripts.operate.transport import Transport

COMMANDS = ("status", "dashboard", "submit", "logs", "ssh-config", "ray-token")
_NEED_NODES = ("status", "dashboard", "submit", "logs")


def arguments() -> argparse.Namespace:
    """Read the command line; messages name the variables of make, through which users give these options."""
    parser = environment_parser("scripts.operate", __doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--via", metavar="ssm|ssh", help="default: ssh where port 22 is open, else ssm")
    parser.add_argument("--bastion", metavar="USER@HOST", help="SSH through this host")
    parser.add_argument("--ssh-key", metavar="FILE", help="private key for SSH")
    parser.add_argument("--local-port", metavar="PORT", help="dashboard: the port on this machine")
    parser.add_argument("--node", metavar="NAME", default="head", help="logs: whose (default: head)")
    parser.add_argument("--lines", metavar="N", default="100", help="logs: how many of each file")
    parser.add_argument("--follow", action="store_true", help="logs: go on until Ctrl-C")
    parser.add_argument("--job", metavar="PATH", help="submit: a Python file, or a folder with a main.py")
    parser.add_argument("--args", metavar="WORDS", help="submit: arguments of the job, quoted as for a shell")
    parser.add_argument("--address", metavar="URL", help="submit: where the Jobs API is, when no tunnel is needed")
    return parser.parse_args()


def run(given: argparse.Namespace, environment: StaticEc2Config) -> int:
    """Run one command; each imports only what it needs."""
    from scripts.inventory.session import open_session
    from scripts.operate.cluster import cluster_of
    from scripts.operate.job import job_arguments, job_of
    from scripts.operate.outputs import load_outputs

    # Before anything is asked of AWS: what is wrong with the job is wrong anywhere.
    job = job_of(given.job, job_arguments(os.environ, given.args)) if given.command == "submit" else None
    session = open_session(environment)
    cluster = cluster_of(environment, load_outputs(environment, session))
    if given.command == "ray-token":
        from scripts.operate.ray_token import print_token

        print_token(cluster, session)
        return 0
    if given.command == "ssh-config":
        from scripts.operate.ssh_config import print_path, write_ssh_config

        print_path(write_ssh_config(cluster, bastion=given.bastion, key=given.ssh_key))
        return 0
    if job is not None:
        from scripts.operate.ray_token import read_token

        return run_job(given, cluster, job, read_token(cluster, session))
    return run_on_nodes(given, cluster)


def run_on_nodes(given: argparse.Namespace, cluster: Cluster) -> int:
    """Commands that look at nodes."""
    if given.command == "status":
        from scripts.operate.status import show_status

        return show_status(cluster, transport_to(cluster.head, cluster, given))
    if given.command == "dashboard":
        from scripts.operate.dashboard import open_dashboard

        port = number("LOCAL_PORT", given.local_port) if given.local_port else cluster.dashboard_port
        return open_dashboard(cluster, transport_to(cluster.head, cluster, given), port)
    from scripts.operate.logs import show_logs

    node, lines = cluster.node(given.node), number("LINES", given.lines)
    return show_logs(node, transport_to(node, cluster, given), lines=lines, follow=given.follow)


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


def number(variable: str, text: str) -> int:
    """The number in a variable of make."""
    if not re.fullmatch(r"[1-9]\d{0,8}", text):
        raise UserError(f"{variable}: got {text!r}, want a number above 0")
    return int(text)


def require_options(given: argparse.Namespace) -> None:
    """Refuse, before AWS is asked, what is wrong anywhere."""
    if given.via not in (None, "ssm", "ssh"):
        raise UserError(f"VIA: got {given.via}, want ssm or ssh")
    number("LINES", given.lines)
    if given.local_port:
        number("LOCAL_PORT", given.local_port)


def require_nodes(given: argparse.Namespace, environment: StaticEc2Config) -> None:
    """Refuse what would wait for machines that do not exist."""
    if environment.target == "local" and given.command in _NEED_NODES and not given.address:
        hint = "; with ADDRESS= a job goes to a Ray that you have started" if given.command == "submit" else ""
        raise UserError(f"the embedded AWS boots no instance, so there is no node to ask: this needs target aws{hint}")


def end_on_sigterm() -> None:
    """Have what was started ended on the way out, as at Ctrl-C."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


@report_user_errors
def main() -> int:
    """Load the environment and run the command."""
    from config.load import load_environment
    from config.static_ec2 import StaticEc2Config

    end_on_sigterm()
    given = arguments()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, StaticEc2Config):
        raise UserError(f"{environment.name} is of flavour {environment.flavour}, this is for static-ec2")
    require_nodes(given, environment)
    require_options(given)
    return run(given, environment)


if __name__ == "__main__":
    sys.exit(main())
