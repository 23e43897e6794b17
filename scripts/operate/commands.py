"""The commands that are the same wherever Ray runs: on instances, or in pods."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from scripts.operate.arguments import SUBMITS, local_port

if TYPE_CHECKING:
    import argparse

    from config.environment import Environment
    from scripts.operate.cluster import Node
    from scripts.operate.deployed import Deployed
    from scripts.operate.job import Job
    from scripts.operate.jobs_api import JobsApi
    from scripts.operate.transport import Transport

    Reach = Callable[[Node], Transport]


def wanted_job(given: argparse.Namespace) -> Job | None:
    """The job to submit, if that is the command: what is wrong with it is wrong anywhere."""
    from scripts.operate.job import job_arguments, job_of

    if given.command not in SUBMITS:
        return None
    return job_of(given.job, job_arguments(os.environ, given.args), given.command)


def run_on_jobs(
    given: argparse.Namespace, cluster: Deployed, reach: Reach | None, job: Job | None, token: str | None
) -> int:
    """Submit a job, or see to those that there are; `reach` is needed where no address saves the tunnel."""
    from scripts.operate.jobs import list_jobs, require_id, show_log, stop_job
    from scripts.operate.submit import submit

    with _jobs_api(given, cluster, reach, token) as api:
        if job is not None:
            return submit(cluster, api, job)
        if given.command == "job-list":
            return list_jobs(api)
        job_id = require_id(given.id, given.command)
        if given.command == "job-stop":
            return stop_job(api, job_id)
        return show_log(cluster, api, job_id, follow=given.follow)


@contextlib.contextmanager
def _jobs_api(
    given: argparse.Namespace, cluster: Deployed, reach: Reach | None, token: str | None
) -> Iterator[JobsApi]:
    from scripts.operate.submit import reachable_at, tunnelled

    if reach is None or given.address:
        yield reachable_at(given.address, cluster, token)
        return
    with tunnelled(cluster, reach(cluster.head), token) as api:
        yield api


def run_dashboard(given: argparse.Namespace, environment: Environment, cluster: Deployed, reach: Reach) -> int:
    """Bring the dashboard here, until Ctrl-C or in the background."""
    port = local_port(given.local_port) if given.local_port else cluster.dashboard_port
    if given.command == "expose":
        from scripts.operate.expose import expose

        return expose(environment, cluster, reach(cluster.head), port)
    from scripts.operate.dashboard import open_dashboard

    return open_dashboard(cluster, reach(cluster.head), port)


def run_hide(environment: Environment) -> int:
    """End what `make expose` has left."""
    from scripts.operate.expose import hide

    print(f"{environment.name} is hidden" if hide(environment) else f"{environment.name} is not exposed: nothing to do")
    return 0


def run_command(given: argparse.Namespace, cluster: Deployed, node: Node, transport: Transport) -> int:
    """A command, or a shell, where Ray runs."""
    from scripts.operate.exec import attach, execute

    return execute(cluster, node, transport, given.cmd) if given.command == "exec" else attach(cluster, node, transport)
