"""`python -m tests.iam_gate --listen 127.0.0.1:4567 --upstream http://127.0.0.1:5000 --principals principals.json`."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from tests.iam_gate.gate import Gate


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m tests.iam_gate", description=__doc__)
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--upstream", required=True, metavar="URL")
    parser.add_argument(
        "--principals", required=True, type=Path, help="read again when it changes: rename a new one over it"
    )
    parser.add_argument("--log", type=Path, help="decisions as JSON lines")
    parser.add_argument("--administrator", default="test", metavar="KEY_ID")
    given = parser.parse_args()
    host, _, port = given.listen.rpartition(":")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    gate = Gate(
        given.upstream,
        given.principals,
        listen=(host, int(port)),
        administrator=given.administrator,
        log=given.log,
    )
    with gate:
        print(f"GATE {gate.endpoint}", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
