"""Rules over what jobs and services run, and where it comes from."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from config.kuberay_eks import KuberayEksConfig
from config.problems import Path, Problem
from config.rules.registry import rule


@rule("jobs")
def entrypoints_are_commands(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The operator hands the entrypoint to a shell, and refuses what it cannot take apart."""
    for name, job in environment.jobs.items():
        path, wanted = ("jobs", name, "entrypoint"), "a command such as python train.py"
        try:
            words = shlex.split(job.entrypoint)
        except ValueError as error:
            yield Problem(path, f"got {job.entrypoint}: {str(error).lower()}", wanted)
            continue
        if not words:
            yield Problem(path, "got spaces alone", wanted)


@rule("jobs", "services", "buckets", "project", "account_id")
def code_may_be_read(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The roles of pods have a right to the environment's buckets, as far as `node_access` goes, and to no other."""
    readable = [
        environment.bucket_name(name)
        for name, bucket in environment.all_buckets.items()
        if bucket.node_access != "none"
    ]
    wanted = f"a bucket that they may read: {', '.join(readable)}" if readable else "a bucket of the section buckets"
    for path, address in _archives(environment):
        scheme, _, place = address.partition("://")
        if scheme == "s3" and place.partition("/")[0] not in readable:
            yield Problem(path, f"got {address}, which pods have no right to read", f"{wanted}; or an https:// address")


def _archives(environment: KuberayEksConfig) -> Iterator[tuple[Path, str]]:
    """Every `working_dir`, with its place."""
    for name, job in environment.jobs.items():
        if job.working_dir is not None:
            yield ("jobs", name, "working_dir"), job.working_dir
    for name, service in environment.services.items():
        if service.working_dir is not None:
            yield ("services", name, "working_dir"), service.working_dir
