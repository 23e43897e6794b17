"""What is measured: each scenario runs in the clone and yields its figures."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts.bench.limits import Measurement
from scripts.bench.measure import median_seconds, peak_memory, seconds
from scripts.terraform.binary import terraform_binary

PYTHON = ".venv/bin/python"
PAIRS = 5


def variables(**changes: str) -> dict[str, str]:
    """This process environment, without what make and a chosen emulator folder would add."""
    ours = ("RAYFORM_LOCAL_AWS", "RAYFORM_LOCAL_AWS_PORT", "RAYFORM_WORK", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("MAKE")}
    return {**kept, **changes}


def set_up(clone: Path) -> Iterator[Measurement]:
    """From an empty clone to ready, package caches warm."""
    yield Measurement("set-up of an empty clone", seconds(["make", "setup"], clone, variables()), 60, "s")


def synth(clone: Path) -> Iterator[Measurement]:
    """The lazy binding against the stock one, on the largest environment."""
    command = [PYTHON, "-O", "main.py", "--env", "production"]  # as `make synth`
    lazy, stock = variables(RAYFORM_WORK="out-lazy"), variables(RAYFORM_WORK="out-stock", RAYFORM_STOCK_BINDING="1")
    lazy_seconds = median_seconds(command, clone, lazy, runs=5)
    stock_seconds = median_seconds(command, clone, stock, runs=3)
    detail = f"{lazy_seconds:.2f} s of {stock_seconds:.2f} s"
    yield Measurement("synth of production, lazy / stock", lazy_seconds / stock_seconds, 0.15, "×", detail)
    yield Measurement("synth of production", lazy_seconds, 1.5, "s")
    memory, stock_memory = peak_memory(command, clone, lazy), peak_memory(command, clone, stock)
    detail = f"stock {stock_memory.largest:.0f}; all processes {memory.together:.0f}, stock {stock_memory.together:.0f}"
    yield Measurement("largest process of that synth", memory.largest, 250, "MiB", detail)
    yield Measurement("files that differ lazy / stock", float(_different(clone)), 0, "files")


def _different(clone: Path) -> int:
    def contents(directory: Path) -> dict[str, bytes]:
        return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*.json")}

    lazy, stock = contents(clone / "out-lazy"), contents(clone / "out-stock")
    return sum(lazy.get(name) != stock.get(name) for name in lazy.keys() | stock.keys()) if lazy else 1


def deployment(clone: Path) -> Iterator[Measurement]:
    """Apply, plan again, destroy: demo on the embedded AWS."""
    seconds(["make", "plan"], clone, variables())
    yield Measurement("make apply of demo", seconds(["make", "apply"], clone, variables()), 90, "s")
    yield plan_again(clone)
    yield Measurement("make destroy of demo", seconds(["make", "destroy"], clone, variables()), 60, "s")


def plan_again(clone: Path) -> Measurement:
    """What `make plan` adds to Terraform's own plan; taken in turns, so that other load on the machine cancels out."""
    stack, emulator = clone / "build/local/stacks/demo", emulator_variables(clone)
    bare_command = [str(terraform_binary()), "plan", "-input=false"]
    pairs = [
        (seconds(["make", "plan"], clone, variables()), seconds(bare_command, stack, emulator)) for _ in range(PAIRS)
    ]
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    return Measurement("make plan / terraform plan", ours / bare, 1.4, "×", f"{ours:.2f} s of {bare:.2f} s")


def emulator_variables(clone: Path) -> Mapping[str, str]:
    """What leads a bare Terraform to the clone's emulator."""
    from scripts.local_aws.client import environment_for
    from scripts.terraform.cli_config import without_missing_file

    port = json.loads((clone / ".local-aws/emulator.json").read_text())["port"]
    return without_missing_file(environment_for(f"http://127.0.0.1:{port}", variables()))
