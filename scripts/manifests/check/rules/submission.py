"""How jobs are submitted: what the operator refuses, and what its definition does not say."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from urllib.parse import urlsplit

import yaml

from scripts.cluster_yaml.lint.cluster import mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.job import RayJob, ray_jobs
from scripts.manifests.check.loader import KubectlLoader
from scripts.manifests.check.registry import Hit, operator_rule, rule

_MODES = ("K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode")
_TYPES = "https://github.com/ray-project/kuberay/blob/v1.7.0/ray-operator/apis/ray/v1/rayjob_types.go"
_RUNTIME_ENV = "https://docs.ray.io/en/latest/ray-core/api/doc/ray.runtime_env.RuntimeEnv.html"

_FETCHED = ("https", "s3", "gs", "azure", "abfss")
_ARCHIVES = (".zip", ".whl", ".tar.gz", ".tgz", ".tar.xz")
"""Of all versions together: Ray 2.60 refuses .whl, older ones the last three."""


def _sidecars(bundle: Bundle) -> Iterator[RayJob]:
    return (job for job in ray_jobs(bundle) if job.mode == "SidecarMode")


@operator_rule("sidecar-submitter-template")
def sidecar_submitter_template(bundle: Bundle) -> Iterator[Hit]:
    """SidecarMode with submitterPodTemplate: there is no such pod.

    Want: no submitterPodTemplate.
    """
    for job in _sidecars(bundle):
        if job.fields.get("submitterPodTemplate") is not None:
            yield job.hit("submitterPodTemplate", "submitterPodTemplate")


@operator_rule("sidecar-submitter-config")
def sidecar_submitter_config(bundle: Bundle) -> Iterator[Hit]:
    """SidecarMode with submitterConfig.

    Want: no submitterConfig.
    """
    for job in _sidecars(bundle):
        if job.fields.get("submitterConfig") is not None:
            yield job.hit("submitterConfig", "submitterConfig")


@operator_rule("sidecar-restart-policy")
def sidecar_restart_policy(bundle: Bundle) -> Iterator[Hit]:
    """SidecarMode with a head that restarts: the job would run again.

    Want: restartPolicy: Never, or none.
    """
    for job in _sidecars(bundle):
        template = mapping(mapping(job.cluster.get("headGroupSpec")).get("template"))
        given = mapping(template.get("spec")).get("restartPolicy")
        if given not in (None, "", "Never"):
            place = ("rayClusterSpec", "headGroupSpec", "template", "spec", "restartPolicy")
            yield job.hit(shown(given), *place)


@operator_rule("runtime-env-invalid")
def runtime_env_invalid(bundle: Bundle) -> Iterator[Hit]:
    """runtimeEnvYAML is no YAML with a mapping.

    Want: text such as `working_dir: s3://…`.
    """
    for job in ray_jobs(bundle):
        if fault := yaml_fault(job.fields.get("runtimeEnvYAML")):
            yield job.hit(fault, "runtimeEnvYAML")


def yaml_fault(value: object) -> str:
    """What is wrong with text that should be YAML with a mapping; empty where nothing is."""
    if value in (None, ""):
        return ""
    try:
        content = yaml.load(text(value), Loader=KubectlLoader)  # noqa: S506  # a safe loader's child
    except (yaml.YAMLError, ValueError) as error:
        return str(getattr(error, "problem", None) or error).splitlines()[0]
    return "" if isinstance(content, dict) else "no mapping"


@rule("submission-mode-unknown", _TYPES)
def submission_mode_unknown(bundle: Bundle) -> Iterator[Hit]:
    """submissionMode is none that the operator knows.

    Why: the definition allows any text; the operator then submits nothing, and the job waits for ever.

    Want: K8sJobMode, HTTPMode, InteractiveMode or SidecarMode.
    """
    for job in ray_jobs(bundle):
        if job.mode not in _MODES:
            yield job.hit(shown(job.mode), "submissionMode")


@rule("entrypoint-missing", _TYPES)
def entrypoint_missing(bundle: Bundle) -> Iterator[Hit]:
    """A job has no entrypoint, or one whose quotes do not close.

    Why: the cluster is made, and the submission fails.

    Want: a command; only InteractiveMode goes without.
    """
    for job in ray_jobs(bundle):
        entrypoint = text(job.fields.get("entrypoint"))
        if not entrypoint.strip():
            if job.mode != "InteractiveMode":
                yield job.hit("none", "entrypoint")
            continue
        try:
            shlex.split(entrypoint)
        except ValueError as error:
            yield job.hit(str(error), "entrypoint")


@rule("working-dir-local", _RUNTIME_ENV)
def working_dir_local(bundle: Bundle) -> Iterator[Hit]:
    """runtimeEnvYAML has a working_dir that pods cannot fetch.

    Why: the operator uploads nothing: a local path is one of the submitter's pod.

    Want: an archive such as s3://my-bucket/train.zip, or none with the code in the image.
    """
    for job in ray_jobs(bundle):
        directory = _working_dir(job)
        if directory and "://" not in directory and not directory.startswith("/"):
            yield job.hit(shown(directory), "runtimeEnvYAML")


@rule("working-dir-archive", _RUNTIME_ENV)
def working_dir_archive(bundle: Bundle) -> Iterator[Hit]:
    """runtimeEnvYAML has a working_dir that is no archive.

    Why: Ray refuses it when the job is submitted.

    Want: an address that ends in .zip; Ray 2.60 also takes .tar.gz, .tgz and .tar.xz.
    """
    for job in ray_jobs(bundle):
        directory = _working_dir(job)
        if is_no_archive(directory):
            yield job.hit(shown(directory), "runtimeEnvYAML")


def _working_dir(job: RayJob) -> str:
    raw = text(job.fields.get("runtimeEnvYAML"))
    content = {} if yaml_fault(raw) else mapping(yaml.load(raw, Loader=KubectlLoader))  # noqa: S506
    return text(content.get("working_dir"))


def is_no_archive(directory: str) -> bool:
    """Whether an address that Ray fetches from names something else than an archive."""
    place = urlsplit(directory)
    return place.scheme in _FETCHED and not f"{place.netloc}{place.path}".endswith(_ARCHIVES)
