"""`python -m scripts.local_aws up|down|status|reset|save`: one line each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from config.errors import report_user_errors
from config.paths import LOCAL_AWS
from scripts.local_aws import client


def up() -> str:
    """Start the embedded AWS, or find it."""
    return f"embedded AWS at {client.ensure_running()}"


def down() -> str:
    """Save and stop it."""
    return "embedded AWS stopped, its state is kept" if client.stop() else "embedded AWS was not running"


def status() -> str:
    """Say whether it runs."""
    endpoint = client.running()
    return f"embedded AWS at {endpoint}" if endpoint else "embedded AWS is not running; run: make local-up"


def reset() -> str:
    """Drop its state together with the Terraform states that refer to it."""
    return f"removed {LOCAL_AWS}" if client.reset() else "embedded AWS had no state"


def save() -> str:
    """Write its state to disk now."""
    return "embedded AWS saved" if client.save() else "embedded AWS is not running; its last state is kept"


COMMANDS: dict[str, Callable[[], str]] = {command.__name__: command for command in (up, down, status, reset, save)}


@report_user_errors
def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m scripts.local_aws", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.__doc__)
    print(COMMANDS[parser.parse_args().command]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
