"""What a worker does before it is ended, run with a `ray` that writes down what it is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.manifests.rendered import documents, named

RAY = """#!/bin/sh
echo "$@" >>"$RECORD"
case "$1" in
  list) if [ -e "$RECORD.drained" ]; then echo '[]'; else echo '[{"node_id": "abc"}]'; fi ;;
  drain-node) touch "$RECORD.drained" ;;
esac
"""


def test_a_worker_is_drained_before_it_ends(tmp_path: Path) -> None:
    spec = named("RayCluster", "ray-test", documents())["spec"]["workerGroupSpecs"][0]["template"]["spec"]
    program, flag, script = spec["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    assert (program, flag) == ("python", "-c")
    (tmp_path / "ray").write_text(RAY)
    (tmp_path / "ray").chmod(0o755)
    record = tmp_path / "record"
    variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "POD_IP": "10.1.2.3", "RECORD": str(record)}
    subprocess.run([sys.executable, "-c", script], check=True, env=variables)
    listed, drained, again = record.read_text().splitlines()
    assert "--filter=node_ip=10.1.2.3" in listed
    assert drained.startswith("drain-node --node-id=abc --reason=DRAIN_NODE_REASON_PREEMPTION")
    assert again == listed
    deadline = int(drained.rsplit("=", 1)[1])
    assert deadline < spec["terminationGracePeriodSeconds"] <= 120
