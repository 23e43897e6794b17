"""The command line of `python -m scripts.operate`, and what is refused before AWS is asked."""

from __future__ import annotations

import argparse
import re

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.commands import make_command
from config.ec2_cluster import Ec2ClusterConfig
from config.errors import UserError
from scripts.arguments import environment_parser

SUBMITS = ("submit", "job")
ON_JOBS = (*SUBMITS, "job-list", "job-logs", "job-stop")
OPENS_DASHBOARD = ("dashboard", "expose")
ON_OFF = ("up", "down")
_NEED_NODES = (*ON_JOBS, *OPENS_DASHBOARD, "status", "logs", "exec", "attach")
COMMANDS = (*_NEED_NODES, *ON_OFF, "hide", "ssh-config", "ray-token")


def arguments() -> argparse.Namespace:
    """Read the command line; messages name the variables of make, through which users give these options."""
    parser = environment_parser("scripts.operate", __doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--via", metavar="ssm|ssh", help="default: ssh where port 22 is open, else ssm")
    parser.add_argument("--bastion", metavar="USER@HOST", help="SSH through this host")
    parser.add_argument("--ssh-key", metavar="FILE", help="private key for SSH")
    parser.add_argument("--local-port", metavar="PORT", help="dashboard, expose: the port on this machine")
    parser.add_argument("--node", metavar="NAME", default="head", help="logs, exec, attach: which (default: head)")
    parser.add_argument("--lines", metavar="N", default="100", help="logs: how many of each file")
    parser.add_argument("--follow", action="store_true", help="logs, job-logs: go on until Ctrl-C")
    parser.add_argument("--cmd", metavar="COMMAND", help="exec: what bash runs")
    parser.add_argument("--job", metavar="PATH", help="submit: a Python file, or a folder with a main.py")
    parser.add_argument("--args", metavar="WORDS", help="submit: arguments of the job, quoted as for a shell")
    parser.add_argument("--id", metavar="ID", help="job-logs, job-stop: which job")
    parser.add_argument(
        "--address", metavar="URL", help="submit, job-*: where the Jobs API is, when no tunnel is needed"
    )
    return parser.parse_args()


def require_meant(given: argparse.Namespace, environment: Ec2ClusterConfig) -> None:
    """Refuse what no machine is there for, and what nobody has confirmed."""
    _require_nodes(given, environment)
    require_options(given)
    if given.command in ON_OFF:
        _require_on_off(given, autoscaling(environment))


def number(variable: str, text: str) -> int:
    """The number in a variable of make."""
    if not re.fullmatch(r"[1-9]\d{0,8}", text):
        raise UserError(f"{variable}: got {text!r}, want a number above 0")
    return int(text)


def local_port(text: str) -> int:
    """The port of `LOCAL_PORT=`."""
    if not re.fullmatch(r"[1-9]\d{0,4}", text) or int(text) > 65535:
        raise UserError(f"LOCAL_PORT: got {text!r}, want a port: 1 to 65535")
    return int(text)


def require_options(given: argparse.Namespace) -> None:
    """Refuse, before AWS is asked, what is wrong anywhere."""
    if given.via not in (None, "ssm", "ssh"):
        raise UserError(f"VIA: got {given.via}, want ssm or ssh")
    number("LINES", given.lines)
    if given.local_port:
        local_port(given.local_port)
    if given.command == "exec":
        from scripts.operate.exec import require_command

        require_command(given.cmd)
    if given.command in ("job-logs", "job-stop"):
        from scripts.operate.jobs import require_id

        require_id(given.id, given.command)
    if given.command == "attach":
        from scripts.operate.exec import require_terminal

        require_terminal()


def _require_on_off(given: argparse.Namespace, environment: AutoscalingEc2Config) -> None:
    if given.command == "up" and not environment.terraform_makes_head and environment.target == "local":
        raise UserError("the embedded AWS boots no instance, and `ray up` waits for one: this needs target aws")
    if given.command == "down":
        from scripts.operate.down import require_consent

        require_consent(environment)


def autoscaling(environment: Ec2ClusterConfig) -> AutoscalingEc2Config:
    """The environment as one of flavour autoscaling-ec2; raises UserError when it is not."""
    if isinstance(environment, AutoscalingEc2Config):
        return environment
    plan, apply, destroy = (make_command(goal, environment) for goal in ("plan", "apply", "destroy"))
    raise UserError(
        f"up and down are for flavour autoscaling-ec2, {environment.name} is of {environment.flavour}, whose nodes "
        f"Terraform makes and ends: {plan}, {apply}, {destroy}"
    )


def _require_nodes(given: argparse.Namespace, environment: Ec2ClusterConfig) -> None:
    """Refuse what would wait for machines that do not exist."""
    if environment.target == "local" and given.command in _NEED_NODES and not given.address:
        hint = "; with ADDRESS= jobs go to a Ray that you have started" if given.command in ON_JOBS else ""
        raise UserError(f"the embedded AWS boots no instance, so there is no node to ask: this needs target aws{hint}")
