"""`make cluster-yaml`: write the cluster.yaml that Ray has, or takes."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.commands import make_commands
from config.errors import UserError, report_user_errors
from config.load import load_environment
from config.paths import BUILD, shown
from scripts.arguments import environment_parser
from scripts.cluster_yaml.applied import is_up_to_date, load_applied
from scripts.cluster_yaml.render import render_config
from scripts.operate.ssh_key import find_key
from scripts.report_file import write_report
from scripts.state import load_state
from scripts.target import enter_aws

_USUAL_KEYS = ("id_ed25519", "id_rsa")
_PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----")
"""How every kind of private key that OpenSSH reads begins."""


@report_user_errors
def main() -> int:
    """Load, render, write, say where."""
    parser = environment_parser("scripts.cluster_yaml", __doc__)
    parser.add_argument("--ssh-key", metavar="FILE", help="private key for `ray up` by hand")
    given = parser.parse_args()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, AutoscalingEc2Config):
        raise UserError(f"{environment.name} has flavour {environment.flavour}, want one of autoscaling-ec2")
    if environment.target == "aws":
        enter_aws(environment)
    _write(environment, given.ssh_key)
    return 0


def _write(environment: AutoscalingEc2Config, chosen_key: str | None) -> None:
    config = load_applied(environment)
    if environment.terraform_makes_head:
        if chosen_key is not None:
            print("SSH_KEY is not used: Terraform makes the head, and the file names no key", file=sys.stderr)
        text = render_config(environment, config)
    else:
        text = render_config(environment, config, private_key=_key(chosen_key), bastion=_bastion(environment))
    path = BUILD / "cluster-yaml" / environment.target / f"{environment.name}.yaml"
    write_report(path, text)
    path.chmod(0o600)
    if not is_up_to_date(environment, config):
        apply = make_commands(("plan", "apply"), environment)
        print(f"this is what was applied, and the environment file says otherwise by now: {apply}", file=sys.stderr)
    print(shown(path))


def _key(chosen: str | None) -> Path:
    found = find_key(chosen)
    if found is not None:
        if not _is_private_key(found):
            raise UserError(f"SSH_KEY: got {chosen}, which holds no private key, want one such as ~/.ssh/id_ed25519")
        return found
    usual = [Path.home() / ".ssh" / name for name in _USUAL_KEYS]
    for key in usual:
        if key.is_file():
            return key
    raise UserError(
        f"there is no {' or '.join(map(str, usual))} to log in to the head with: give SSH_KEY=<private key>"
    )


def _is_private_key(file: Path) -> bool:
    """Whether a file begins as a private key does. Raises UserError when it cannot be read."""
    try:
        with file.open("rb") as opened:
            return _PRIVATE_KEY.match(opened.readline().lstrip()) is not None
    except OSError as error:
        raise UserError(f"SSH_KEY: {file} cannot be read: {error.strerror}") from None


def _bastion(environment: AutoscalingEc2Config) -> str | None:
    """Public address of the bastion that is there for SSH."""
    if environment.access.bastion != "ssh":
        return None
    address: str = load_state(environment).outputs["bastion"]["public_ip"]
    return address


if __name__ == "__main__":
    sys.exit(main())
