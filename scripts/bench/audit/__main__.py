"""Measure, and exit 1 when a limit is not kept."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext

from config.errors import UserError, report_user_errors
from config.paths import ROOT
from scripts.audit.report import open_console
from scripts.aws_proxy.proxy import Proxy
from scripts.bench.audit.cli import CliRound
from scripts.bench.audit.deployed import ENVIRONMENT, production
from scripts.bench.audit.fleet import WORKERS, Fleet
from scripts.bench.audit.one_round import Round
from scripts.bench.limits import Measurement, table
from scripts.local_aws.client import environment_for

DELAY_SECONDS = 0.05
ROUNDS = 11
FLEET_ROUNDS = 5

HOW = """\
A proxy on loopback adds 50 ms to every call. It asks the embedded AWS once; in the measured rounds it gives the answers
again, each 50 ms after its call came in. So the emulator's own time is not in the figures, and neither are a real
network and TLS. Every round is a process of its own; the Terraform state is a file."""


@report_user_errors
def main() -> int:
    """Deploy, measure, compare."""
    given = _arguments()
    print(HOW, flush=True)
    with nullcontext(os.environ) if given.here else production() as variables:
        measurements = list(_measured(variables, with_cli=not given.without_cli))
    open_console().print(table(measurements, title="make bench-audit (medians)"))
    return 0 if all(measurement.ok for measurement in measurements) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench.audit", description=__doc__)
    parser.add_argument("--here", action="store_true", help=f"measure the {ENVIRONMENT} that is applied here already")
    parser.add_argument("--without-cli", action="store_true", help="leave out the aws CLI, which takes minutes")
    return parser.parse_args()


def _measured(variables: Mapping[str, str], *, with_cli: bool) -> Iterator[Measurement]:
    with Proxy(_endpoint(variables), delay_seconds=DELAY_SECONDS) as proxy:
        there = {**environment_for(proxy.endpoint, variables), "PYTHONPATH": str(ROOT)}
        first = _round(there)
        print(f"{first.coverage}; {first.instances} instances", flush=True)
        rounds = [_replayed(proxy, there) for _ in range(ROUNDS)]
        seconds = statistics.median(each.inventory_seconds for each in rounds)
        yield _inventory(rounds, seconds)
        if with_cli:
            yield _against_cli(_by_cli(there), seconds, first.reads)
        fleet = Fleet(proxy.recorded)
    with Proxy("http://127.0.0.1:9", delay_seconds=DELAY_SECONDS, substitute=fleet.substitute) as many:
        many.recorded.update(proxy.recorded)
        there = {**environment_for(many.endpoint, variables), "PYTHONPATH": str(ROOT)}
        yield from _with_fleet([_replayed(many, there) for _ in range(FLEET_ROUNDS)], rounds)


def _endpoint(variables: Mapping[str, str]) -> str:
    """The embedded AWS of that process environment, started if need be."""
    command = [sys.executable, "-c", "from scripts.local_aws.client import ensure_running; print(ensure_running())"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(["the embedded AWS does not start:", *done.stderr.splitlines()[-3:]])
    return done.stdout.strip()


def _round(variables: Mapping[str, str]) -> Round:
    return Round(**json.loads(_output("scripts.bench.audit.one_round", variables)))


def _output(module: str, variables: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", module, ENVIRONMENT]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError([f"`{' '.join(command)}` failed:", *done.stderr.splitlines()[-5:]])
    return done.stdout.splitlines()[-1]


def _replayed(proxy: Proxy, variables: Mapping[str, str]) -> Round:
    proxy.forwarded.clear()
    measured = _round(variables)
    if proxy.forwarded:
        new = {
            f"{request.service} {request.target} {request.body.decode('latin-1')[:300]}" for request in proxy.forwarded
        }
        raise UserError(["a measured round made calls that the first one had not made:", *sorted(new)])
    return measured


def _inventory(rounds: list[Round], seconds: float) -> Measurement:
    whole = statistics.median(each.inventory_seconds + each.import_seconds for each in rounds)
    processor = statistics.median(each.processor_seconds for each in rounds)
    best = min(each.inventory_seconds for each in rounds)
    worst = max(each.inventory_seconds for each in rounds)
    detail = (
        f"{rounds[0].reads} reads, {best:.2f} to {worst:.2f} s; "
        f"{processor:.2f} s of processor; with Python's imports {whole:.2f} s"
    )
    return Measurement(f"inventory of {ENVIRONMENT}", seconds, 1.0, "s", detail)


def _by_cli(variables: Mapping[str, str]) -> CliRound:
    print("the same reads by the aws CLI, one after the other …", flush=True)
    return CliRound(*json.loads(_output("scripts.bench.audit.cli", variables)))


def _against_cli(cli: CliRound, seconds: float, reads: int) -> Measurement:
    times = cli.seconds / seconds
    detail = f"{times:.0f} times: {seconds:.2f} s for {reads} reads, {cli.seconds:.1f} s for {cli.answered} by CLI"
    if cli.failed:
        detail += f"; no answer to {', '.join(sorted(set(cli.failed)))}"
    return Measurement("inventory / sequential aws CLI", seconds / cli.seconds, 1 / 20, "×", detail)


def _with_fleet(rounds: list[Round], without: list[Round]) -> Iterator[Measurement]:
    seconds = statistics.median(each.inventory_seconds for each in rounds)
    peak = statistics.median(each.peak_mib for each in rounds)
    before = statistics.median(each.peak_mib for each in without)
    detail = f"{rounds[0].instances} instances, {rounds[0].coverage}"
    yield Measurement(f"inventory with {WORKERS} workers more", seconds, 2.0, "s", detail)
    yield Measurement("memory for them", peak - before, 300, "MiB", f"peak {peak:.0f} MiB, without {before:.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())
