"""`make output`: what a person or a script needs next."""

from __future__ import annotations

import json
import sys
from typing import Any

from config.commands import make_commands
from config.errors import UserError
from scripts.terraform.deployment import Deployment
from scripts.terraform.initialize import ensure_initialized
from scripts.terraform.run import read_terraform

HIDDEN = "(sensitive)"


def read_outputs(deployment: Deployment) -> dict[str, Any]:
    """Outputs of the deployment by name, secrets hidden. Raises UserError when nothing was applied yet."""
    ensure_initialized(deployment)
    outputs = json.loads(read_terraform(deployment, "output", "-json"))
    if not outputs:
        run = make_commands(("plan", "apply"), deployment)
        raise UserError(f"{deployment.name} is not applied yet; run: {run}")
    return {name: HIDDEN if output["sensitive"] else output["value"] for name, output in sorted(outputs.items())}


def print_outputs(deployment: Deployment, *, as_json: bool) -> None:
    """Print the outputs as a table or as JSON."""
    outputs = read_outputs(deployment)
    if as_json:
        print(json.dumps(outputs, indent=2))
    elif sys.stdout.isatty():
        _print_table(deployment.name, outputs)
    else:
        _print_lines(outputs)


def _print_lines(outputs: dict[str, Any]) -> None:
    """For pipes and files: one line for each value, never folded."""
    width = max(map(len, outputs))
    for name, value in outputs.items():
        for line in _lines(value):
            print(f"{name:<{width}}  {line}")


def _print_table(title: str, outputs: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("output", "value", title=title, title_justify="left")
    for name, value in outputs.items():
        table.add_row(name, "\n".join(_lines(value)))
    Console().print(table, markup=False)


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {_text(item)}" for key, item in value.items()]
    if isinstance(value, list):
        return [_text(item) for item in value]
    return [_text(value)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
