"""`make job-list`, `make job-logs`, `make job-stop`: jobs that Ray has, whoever submitted them."""

from __future__ import annotations

import datetime
import signal
import subprocess
from collections.abc import Mapping
from typing import Any

from config.errors import UserError
from config.paths import ROOT
from scripts.operate.deployed import Deployed
from scripts.operate.job import client_variables
from scripts.operate.jobs_api import JobsApi
from scripts.operate.process import announce, stop
from scripts.operate.submit import CLIENT

_ROW = "{:<44} {:<10} {:<20} {:>9}  {}"


def require_id(job_id: str | None, command: str) -> str:
    """The id that a user gave. Raises UserError when there is none."""
    if not job_id:
        raise UserError(f"which job? make {command} ID=<one of: make job-list>")
    return job_id


def list_jobs(api: JobsApi) -> int:
    """Print all jobs, the newest first."""
    jobs = api.jobs()
    if not jobs:
        print("there are no jobs")
        return 0
    print(_ROW.format("ID", "STATUS", "STARTED (UTC)", "SECONDS", "ENTRYPOINT"))
    for job in jobs:
        print(_row(job))
    return 0


def show_log(cluster: Deployed, api: JobsApi, job_id: str, *, follow: bool) -> int:
    """Print what a job has printed, and go on until it ends where that is asked for; 0 whatever became of it."""
    if not follow:
        print(api.log(job_id), end="")
        return 0
    api.log(job_id)  # an unknown one is one line
    arguments = [CLIENT, cluster.ray_version, "job", "logs", "--follow", "--address", api.address, job_id]
    announce(arguments)
    client = subprocess.Popen(arguments, cwd=ROOT, env=client_variables(api.token, tunnelled=api.tunnel is not None))
    try:
        return client.wait()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        stop(client)


def stop_job(api: JobsApi, job_id: str) -> int:
    """Ask Ray to stop a job."""
    if api.stop(job_id):
        print(f"{job_id} is being stopped")
    else:
        result = api.result(job_id)
        print(f"{job_id} has ended already: {result.status if result else 'unknown'}")
    return 0


def _row(job: Mapping[str, Any]) -> str:
    start, end = job.get("start_time"), job.get("end_time")
    name = job.get("submission_id") or job.get("job_id") or "-"
    began = _moment(start).strftime("%Y-%m-%d %H:%M:%S") if start else "-"
    seconds = f"{(end - start) / 1000:.0f}" if start and end else "-"
    return _ROW.format(name, job.get("status", "-"), began, seconds, " ".join(str(job.get("entrypoint", "")).split()))


def _moment(milliseconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
