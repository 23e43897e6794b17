"""`make submit`: run a Python file as a job of the cluster, follow its log, exit with its status."""

from __future__ import annotations

import contextlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

from config.errors import UserError
from config.paths import ROOT
from scripts.operate.deployed import Deployed
from scripts.operate.job import Job, client_variables
from scripts.operate.jobs_api import JobsApi
from scripts.operate.process import announce, stop
from scripts.operate.transport import Transport
from scripts.operate.tunnel import Tunnel, free_port

CLIENT = "scripts/operate/ray_client.sh"


def submit(cluster: Deployed, api: JobsApi, job: Job) -> int:
    """Submit a job and follow it; return its exit status. Ctrl-C leaves the job alone."""
    variables = client_variables(api.token, tunnelled=api.tunnel is not None)
    options = ["--address", api.address, "--submission-id", job.id, "--working-dir", str(job.folder)]
    arguments = [CLIENT, cluster.ray_version, "job", "submit", *options, "--", *job.entrypoint]
    announce(arguments)
    client = subprocess.Popen(arguments, cwd=ROOT, env=variables)
    try:
        code = client.wait()
    except (KeyboardInterrupt, SystemExit) as ended:
        stop(client)
        print(f"\ndetached, the job goes on; stop it with: {_stop_command(cluster, api, job)}", file=sys.stderr)
        return ended.code if isinstance(ended, SystemExit) and isinstance(ended.code, int) else 130
    return 0 if code == 0 else _failure(cluster, api, job)


def _failure(cluster: Deployed, api: JobsApi, job: Job) -> int:
    """Exit status of a job that did not succeed, or that we have lost.

    Raises UserError when the job never began, or may still run.
    """
    if api.tunnel is not None:
        api.tunnel.require_alive()
    result = api.result(job.id)
    if result is None:
        raise UserError("Ray's client could not submit the job: the lines above say why")
    if not result.has_ended:
        hint = f"stop it with: {_stop_command(cluster, api, job)}"
        raise UserError(f"Ray's client ended, the job {job.id} has not ({result.status}); {hint}")
    return result.code


def _stop_command(cluster: Deployed, api: JobsApi, job: Job) -> str:
    address = "" if api.tunnel is not None else f" ADDRESS={shlex.quote(api.address)}"
    return f"{cluster.make('job-stop')} ID={job.id}{address}"


@contextlib.contextmanager
def tunnelled(cluster: Deployed, transport: Transport, token: str | None) -> Iterator[JobsApi]:
    """The Jobs API through a tunnel of our own."""
    port = free_port()
    with Tunnel(transport.forward(cluster.head, cluster.dashboard_port, port), port) as tunnel:
        tunnel.wait_until_it_answers()
        api = JobsApi(tunnel.url, token, tunnel)
        api.require_welcome(cluster)
        yield api


def reachable_at(address: str, cluster: Deployed, token: str | None) -> JobsApi:
    """The Jobs API at an address that needs no tunnel.

    Raises UserError when nothing answers there.
    """
    if not re.fullmatch(r"https?://[^/@\s]+/?", address):
        raise UserError(f"ADDRESS: got {address}, want the Jobs API, such as http://10.0.0.5:{cluster.dashboard_port}")
    api = JobsApi(address.rstrip("/"), token)
    api.require_welcome(cluster)
    return api
