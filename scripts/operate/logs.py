"""`make logs`: what a node has written."""

from __future__ import annotations

from scripts.operate.cluster import Node
from scripts.operate.remote import run_on
from scripts.operate.transport import Transport

# The boot script writes one, our units the other.
OUR_LOGS = "/var/log/rayform-bootstrap.log /var/log/rayform-ray.log"
RAY_LOGS = "/var/lib/ray/tmp/session_latest/logs/"

# Without the files of single worker processes, of which there are hundreds.
_RAY_FILES = f'{RAY_LOGS} -maxdepth 1 -type f -size +0 -name "*.[loe]*" ! -name "worker-*" ! -name "python-core-*"'
_UNITS = '-u "ray-*" -u "rayform-*"'


def logs_script(lines: int, *, follow: bool) -> str:
    """The script that shows boot log, journal of our units and Ray's own logs; in one line, to be printed as one."""
    boot, ray, journal = f"sudo tail -v -n {lines}", f"tail -v -n {lines}", f"sudo journalctl --no-pager -n {lines}"
    if follow:
        parts = [f"{boot} -F {OUR_LOGS}", f"{journal} -f {_UNITS}", f"sudo find {_RAY_FILES} -exec {ray} -F {{}} +"]
        return " & ".join([*parts, "wait"])
    heading = 'echo; echo "==> journal of ray-* and rayform-* <=="'
    parts = [f"{boot} {OUR_LOGS}", f"{heading}; {journal} {_UNITS}", f"echo; sudo find {_RAY_FILES} -exec {ray} {{}} +"]
    # One that is missing must not hide the others.
    return "failed=0; " + "".join(f"{part} || failed=$?; " for part in parts) + "exit $failed"


def show_logs(node: Node, transport: Transport, *, lines: int, follow: bool) -> int:
    """Print the logs of a node; return the exit status."""
    try:
        return run_on(transport, node, logs_script(lines, follow=follow), endless=follow)
    except KeyboardInterrupt:
        if not follow:
            raise
        return 0  # the only way to end it
