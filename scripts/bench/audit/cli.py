"""The same reads by the `aws` command line, one after the other: `python -m scripts.bench.audit.cli ENVIRONMENT`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from botocore import xform_name

from config.errors import UserError, report_user_errors
from config.foundation import FoundationConfig
from config.load import load_environment
from config.paths import ROOT
from scripts.inventory.answers import Asked
from scripts.inventory.inventory import collect_through
from scripts.inventory.session import session_for

RAY_TOOLS = ROOT / "build" / "ray-tools" / "bin" / "aws"
OWN = ROOT / "build" / "bench-audit" / "awscli"
LOCK = ROOT / "requirements-ray.txt"
_SERVICES = {"s3": "s3api"}


class CliRound(NamedTuple):
    """How long the commands took that gave an answer."""

    seconds: float
    answered: int
    failed: tuple[str, ...]


def aws_command() -> Path:
    """The AWS CLI: that of `make test-ray`, or of this machine, or one installed for this from the same lock."""
    if RAY_TOOLS.exists():
        return RAY_TOOLS
    if found := shutil.which("aws"):
        return Path(found)
    if not (OWN / "bin/aws").exists():
        _uv("venv", "--quiet", str(OWN))
        _uv("pip", "install", "--quiet", "--python", str(OWN / "bin/python"), "--constraint", str(LOCK), "awscli")
    return OWN / "bin/aws"


def _uv(*arguments: str) -> None:
    done = subprocess.run(
        [ROOT / "scripts/setup/uv.sh", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UserError(["the aws CLI cannot be installed:", *done.stderr.splitlines()[-3:]])


def one_after_the_other(aws: Path, asked: Iterable[Asked], variables: Mapping[str, str], region: str) -> CliRound:
    """Run one command for each read. It takes all pages by itself, as the inventory does."""
    seconds, answered, failed = 0.0, 0, []
    for each in asked:
        begin = time.perf_counter()
        done = subprocess.run(command(aws, each, region), env=variables, capture_output=True, check=False)
        took = time.perf_counter() - begin
        # "There is none" is an answer, and to the command line an error.
        if done.returncode == 0 or each.answer in (None, []):
            seconds, answered = seconds + took, answered + 1
        else:
            failed.append(each.read.name)
    return CliRound(seconds, answered, tuple(failed))


def command(aws: Path, asked: Asked, region: str) -> list[str]:
    """The command for a read."""
    read = asked.read
    arguments = json.dumps(asked.arguments, default=str)
    return [
        *(str(aws), _SERVICES.get(read.service, read.service), xform_name(read.operation, "-")),
        *("--region", region, "--output", "json", "--cli-input-json", arguments),
    ]


@report_user_errors
def main() -> int:
    """Take the reads of a round of our own, make them by CLI, print the figures."""
    environment = load_environment(sys.argv[1], target="local")
    assert isinstance(environment, FoundationConfig)
    inventory = collect_through(session_for(os.environ, environment.region), environment)
    # On loopback there is no host whose name begins with the account's number, which the CLI would ask.
    asked = [each for each in inventory.answers if each.read.service != "s3control"]
    print(json.dumps(one_after_the_other(aws_command(), asked, os.environ, environment.region)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
