"""scanner.py in a process of checkov's own environment."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from config.environment import Environment
from config.errors import UserError
from config.foundation import FoundationConfig
from config.paths import ROOT
from scripts.checkov_scan.declared import declared_of
from scripts.checkov_scan.results import ScanResult, parse_results
from scripts.checkov_scan.waivers import Waiver

PYTHON = ROOT / ".venv-checkov/bin/python"
Request = dict[str, Any]


def request(plan: Path, environment: Environment, waivers: Sequence[Waiver]) -> Request:
    """What scanner.py needs to scan a plan."""
    assert isinstance(environment, FoundationConfig)
    return {
        "plan": str(plan),
        "waivers": [dataclasses.asdict(waiver) for waiver in waivers],
        "declared": declared_of(environment).to_json(),
    }


def run_scanner(requests: Mapping[str, Request], scratch: Path, reports: Path | None = None) -> list[ScanResult]:
    """Scan all plans in one process, which loads checkov once; SARIF and JUnit go to the folder of reports."""
    folders = [reports] if reports is not None else []
    for folder in (scratch, *folders):
        folder.mkdir(parents=True, exist_ok=True)
    asked, answered = scratch / "request.json", scratch / "result.json"
    asked.write_text(json.dumps(requests))
    files = [str(path) for path in (asked, answered, *folders)]
    command = [str(PYTHON), "-m", "scripts.checkov_scan.scanner", *files]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise UserError("checkov itself failed: the lines above say why")
    return parse_results(json.loads(answered.read_text()))
