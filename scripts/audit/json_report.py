"""The audit as JSON, for programs.

```
{
  "environment": "demo",            name of the environment
  "target": "local",                local or aws
  "exit_code": 0,                   0 clean, 1 something failed, 2 something unknown
  "counts": {"FAIL": 0, "UNKNOWN": 0, "PASS": 240},
  "coverage": {
    "reads": 90,                    calls to AWS
    "unreadable": [{"read": "s3:GetBucketPolicy", "about": "ray-demo-models", "code": "AccessDenied"}]
  },
  "results": [                      failures first, then unknowns, then passes
    {
      "check": "s3.versioned",      id, never reused
      "severity": "medium",         high, medium or low
      "outcome": "PASS",            PASS, FAIL or UNKNOWN
      "resource": "ray-demo-models",
      "detail": "versioning is Enabled",
      "title": "Versioning is on: …"
    }
  ]
}
```

No time stands in it: two audits of the same deployment give the same file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from config.environment import Environment
from config.paths import REPORTS
from scripts.audit.engine import Result, exit_code
from scripts.audit.report import counts, in_order
from scripts.inventory.reader import Coverage


def json_report_path(environment: Environment) -> Path:
    """Where the report of an environment is."""
    return REPORTS / environment.name / "audit.json"


def render_json(results: Sequence[Result], coverage: Coverage, environment: Environment) -> str:
    """Render the report."""
    document = {
        "environment": environment.name,
        "target": environment.target,
        "exit_code": exit_code(results),
        "counts": counts(results),
        "coverage": {"reads": coverage.made, "unreadable": [asdict(each) for each in coverage.unreadable]},
        "results": [_result(result) for result in in_order(results)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _result(result: Result) -> dict[str, str]:
    return {
        "check": result.check.id,
        "severity": result.check.severity.value,
        "outcome": result.outcome.value,
        "resource": result.resource,
        "detail": result.detail,
        "title": result.check.title,
    }
