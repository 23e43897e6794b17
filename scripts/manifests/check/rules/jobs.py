"""RayJobs, and the jobs of RayCronJobs: what the operator refuses."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import number, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.job import ray_jobs
from scripts.manifests.check.registry import Hit, operator_rule


@operator_rule("job-suspend-keeps-cluster")
def job_suspend_keeps_cluster(bundle: Bundle) -> Iterator[Hit]:
    """A job is suspended while shutdownAfterJobFinishes is false.

    Want: shutdownAfterJobFinishes: true.
    """
    for job in ray_jobs(bundle):
        if job.fields.get("suspend") is True and not job.shuts_down:
            yield job.hit("true", "suspend")


@operator_rule("job-ttl-negative")
def job_ttl_negative(bundle: Bundle) -> Iterator[Hit]:
    """ttlSecondsAfterFinished is negative.

    Want: at least 0.
    """
    yield from _too_low(bundle, "ttlSecondsAfterFinished", 0)


@operator_rule("job-ttl-keeps-cluster")
def job_ttl_keeps_cluster(bundle: Bundle) -> Iterator[Hit]:
    """ttlSecondsAfterFinished while shutdownAfterJobFinishes is false.

    Want: shutdownAfterJobFinishes: true.
    """
    for job in ray_jobs(bundle):
        if number(job.fields.get("ttlSecondsAfterFinished")) > 0 and not job.shuts_down:
            yield job.hit(shown(job.fields["ttlSecondsAfterFinished"]), "ttlSecondsAfterFinished")


@operator_rule("job-suspend-with-selector")
def job_suspend_with_selector(bundle: Bundle) -> Iterator[Hit]:
    """A job with clusterSelector is suspended.

    Want: no suspend: the cluster belongs to others, too.
    """
    for job in ray_jobs(bundle):
        if job.fields.get("suspend") is True and job.selector:
            yield job.hit("true", "suspend")


@operator_rule("job-without-cluster")
def job_without_cluster(bundle: Bundle) -> Iterator[Hit]:
    """A job has neither rayClusterSpec nor clusterSelector.

    Want: one of the two.
    """
    for job in ray_jobs(bundle):
        if not isinstance(job.fields.get("rayClusterSpec"), dict) and not job.selector:
            yield job.hit("none", "rayClusterSpec")


@operator_rule("job-selector-empty")
def job_selector_empty(bundle: Bundle) -> Iterator[Hit]:
    """clusterSelector names no cluster.

    Want: ray.io/cluster: <name of a RayCluster>.
    """
    for job in ray_jobs(bundle):
        if job.selector and not text(job.selector.get("ray.io/cluster")):
            yield job.hit(", ".join(job.selector), "clusterSelector")


@operator_rule("job-selector-sidecar")
def job_selector_sidecar(bundle: Bundle) -> Iterator[Hit]:
    """clusterSelector with submissionMode SidecarMode.

    Want: another submissionMode: a sidecar is part of the cluster that the job makes.
    """
    for job in ray_jobs(bundle):
        if job.selector and job.mode == "SidecarMode":
            yield job.hit("SidecarMode", "submissionMode")


@operator_rule("job-selector-retries")
def job_selector_retries(bundle: Bundle) -> Iterator[Hit]:
    """clusterSelector with a backoffLimit: a retry would need a new cluster.

    Want: backoffLimit: 0.
    """
    for job in ray_jobs(bundle):
        if job.selector and number(job.fields.get("backoffLimit")) > 0:
            yield job.hit(shown(job.fields["backoffLimit"]), "backoffLimit")


@operator_rule("job-interactive-retries")
def job_interactive_retries(bundle: Bundle) -> Iterator[Hit]:
    """InteractiveMode with a backoffLimit.

    Want: backoffLimit: 0.
    """
    for job in ray_jobs(bundle):
        if job.mode == "InteractiveMode" and number(job.fields.get("backoffLimit")) > 0:
            yield job.hit(shown(job.fields["backoffLimit"]), "backoffLimit")


@operator_rule("job-deadline")
def job_deadline(bundle: Bundle) -> Iterator[Hit]:
    """activeDeadlineSeconds is not positive.

    Want: at least 1.
    """
    yield from _too_low(bundle, "activeDeadlineSeconds", 1)


@operator_rule("job-prerunning-deadline")
def job_prerunning_deadline(bundle: Bundle) -> Iterator[Hit]:
    """preRunningDeadlineSeconds is not positive.

    Want: at least 1.
    """
    yield from _too_low(bundle, "preRunningDeadlineSeconds", 1)


@operator_rule("job-retries-negative")
def job_retries_negative(bundle: Bundle) -> Iterator[Hit]:
    """backoffLimit is negative.

    Want: at least 0.
    """
    yield from _too_low(bundle, "backoffLimit", 0)


def _too_low(bundle: Bundle, field: str, least: int) -> Iterator[Hit]:
    for job in ray_jobs(bundle):
        if number(job.fields.get(field), least) < least:
            yield job.hit(shown(job.fields[field]), field)
