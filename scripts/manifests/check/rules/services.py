"""RayServices: what the operator refuses, and what Ray Serve makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from scripts.cluster_yaml.lint.cluster import listing, mapping, number, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.loader import KubectlLoader
from scripts.manifests.check.reading import Document
from scripts.manifests.check.registry import Hit, operator_rule, rule
from scripts.manifests.check.rules.submission import is_no_archive, yaml_fault

_TIMEOUT = "ray.io/initializing-timeout"
_DURATION = re.compile(r"\+?(?=.*[1-9])(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))*")
_INCREMENTAL = "NewClusterWithIncrementalUpgrade"
_IMPORT_PATH = re.compile(r"[A-Za-z_][\w.]*[:.][A-Za-z_]\w*")
_ROUTE_PREFIX = re.compile(r"/|/[^{}]*[^{}/]")
_SERVE = "https://docs.ray.io/en/latest/serve/production-guide/config.html"


@operator_rule("initializing-timeout")
def initializing_timeout(bundle: Bundle) -> Iterator[Hit]:
    """The annotation ray.io/initializing-timeout is no time.

    Want: a positive number of seconds, or a duration such as 30m.
    """
    for document in bundle.ray_of_kind("RayService"):
        given = mapping(document.metadata.get("annotations")).get(_TIMEOUT)
        value = "" if given is None else str(given)
        is_number = value.isascii() and value.isdigit() and int(value) > 0
        if value and not is_number and not _DURATION.fullmatch(value):
            yield Hit(document, ("metadata", "annotations", _TIMEOUT), shown(value))


@operator_rule("head-service-named")
def head_service_named(bundle: Bundle) -> Iterator[Hit]:
    """The head's service of a RayService has a name, which is the operator's to give.

    Want: no headService.metadata.name.
    """
    for spec in bundle.ray:
        name = mapping(mapping(spec.head.fields.get("headService")).get("metadata")).get("name")
        if spec.document.kind == "RayService" and name:
            yield Hit(spec.document, (*spec.head.place, "headService", "metadata", "name"), shown(name))


@operator_rule("service-deletion-delay-negative")
def service_deletion_delay_negative(bundle: Bundle) -> Iterator[Hit]:
    """rayClusterDeletionDelaySeconds is negative.

    Want: at least 0.
    """
    for document in bundle.ray_of_kind("RayService"):
        given = document.spec.get("rayClusterDeletionDelaySeconds")
        if number(given) < 0:
            yield Hit(document, ("spec", "rayClusterDeletionDelaySeconds"), shown(given))


def _incremental(bundle: Bundle) -> Iterator[Document]:
    for document in bundle.ray_of_kind("RayService"):
        given = mapping(document.spec.get("upgradeStrategy")).get("type")
        if given == _INCREMENTAL and bundle.gates.get("RayServiceIncrementalUpgrade"):
            yield document


@operator_rule("incremental-upgrade-without-autoscaler")
def incremental_upgrade_without_autoscaler(bundle: Bundle) -> Iterator[Hit]:
    """NewClusterWithIncrementalUpgrade without Ray's autoscaler.

    Want: enableInTreeAutoscaling: true.
    """
    for document in _incremental(bundle):
        if mapping(document.spec.get("rayClusterConfig")).get("enableInTreeAutoscaling") is not True:
            yield Hit(document, ("spec", "rayClusterConfig", "enableInTreeAutoscaling"), "not true")


@operator_rule("incremental-upgrade-options")
def incremental_upgrade_options(bundle: Bundle) -> Iterator[Hit]:
    """NewClusterWithIncrementalUpgrade without all of its options.

    Want: gatewayClassName, intervalSeconds over 0, stepSizePercent of 0 to 100 and at most maxSurgePercent.
    """
    for document in _incremental(bundle):
        options = mapping(mapping(document.spec["upgradeStrategy"]).get("clusterUpgradeOptions"))
        surge, step = number(options.get("maxSurgePercent"), 100), number(options.get("stepSizePercent"), -1)
        faults = {
            "maxSurgePercent": not 0 <= surge <= 100,
            "stepSizePercent": not 0 <= step <= min(surge, 100),
            "intervalSeconds": number(options.get("intervalSeconds")) <= 0,
            "gatewayClassName": not text(options.get("gatewayClassName")),
        }
        for name in (name for name, wrong in faults.items() if wrong):
            place = ("spec", "upgradeStrategy", "clusterUpgradeOptions", name)
            yield Hit(document, place, shown(options.get(name, "none")))


@rule("serve-config-invalid", _SERVE)
def serve_config_invalid(bundle: Bundle) -> Iterator[Hit]:
    """serveConfigV2 is no YAML with a list of applications.

    Why: the definition allows any text; the operator sends it to Ray Serve, which refuses it: no application runs.

    Want: text with `applications:`, a list of mappings.
    """
    for document in bundle.ray_of_kind("RayService"):
        raw = document.spec.get("serveConfigV2")
        fault = yaml_fault(raw) or ("" if _applications(document) else "no applications")
        if fault:
            yield Hit(document, ("spec", "serveConfigV2"), "none" if raw in (None, "") else fault)


@rule("serve-import-path", _SERVE)
def serve_import_path(bundle: Bundle) -> Iterator[Hit]:
    """An application of serveConfigV2 has no import_path, or one of another form.

    Why: Ray Serve does not know what to run.

    Want: `import_path: my_module:app`.
    """
    for document in bundle.ray_of_kind("RayService"):
        for application in _applications(document):
            path = application.get("import_path")
            if not isinstance(path, str) or not _IMPORT_PATH.fullmatch(path):
                yield Hit(document, ("spec", "serveConfigV2"), "none" if path is None else shown(path))


@rule("serve-working-dir-local", f"{_SERVE}#add-a-runtime-environment")
def serve_working_dir_local(bundle: Bundle) -> Iterator[Hit]:
    """An application of serveConfigV2 has a working_dir that pods cannot fetch.

    Why: Ray Serve takes remote archives alone, and refuses the whole config.

    Want: an archive such as s3://my-bucket/app.zip, or none with the code in the image.
    """
    for document in bundle.ray_of_kind("RayService"):
        for application in _applications(document):
            directory = mapping(application.get("runtime_env")).get("working_dir")
            if directory is not None and "://" not in str(directory):
                yield Hit(document, ("spec", "serveConfigV2"), shown(directory))


@rule("serve-working-dir-archive", f"{_SERVE}#add-a-runtime-environment")
def serve_working_dir_archive(bundle: Bundle) -> Iterator[Hit]:
    """An application of serveConfigV2 has a working_dir that is no archive.

    Why: Ray Serve refuses the whole config.

    Want: an address that ends in .zip; Ray 2.60 also takes .tar.gz, .tgz and .tar.xz.
    """
    for document in bundle.ray_of_kind("RayService"):
        for application in _applications(document):
            directory = text(mapping(application.get("runtime_env")).get("working_dir"))
            if is_no_archive(directory):
                yield Hit(document, ("spec", "serveConfigV2"), shown(directory))


@rule("serve-route-prefix", _SERVE)
def serve_route_prefix(bundle: Bundle) -> Iterator[Hit]:
    """An application of serveConfigV2 has a route_prefix that Ray Serve refuses.

    Why: it refuses the whole config.

    Want: a path that begins with / and does not end with it, without braces; / alone is one.
    """
    for document in bundle.ray_of_kind("RayService"):
        for application in _applications(document):
            prefix = application.get("route_prefix")
            if prefix is not None and not _ROUTE_PREFIX.fullmatch(str(prefix)):
                yield Hit(document, ("spec", "serveConfigV2"), shown(prefix))


@rule("serve-application-repeated", _SERVE)
def serve_application_repeated(bundle: Bundle) -> Iterator[Hit]:
    """Two applications of serveConfigV2 have the same name or the same route_prefix.

    Why: Ray Serve refuses the whole config.

    Want: each once.
    """
    for document in bundle.ray_of_kind("RayService"):
        for field, default in (("name", "default"), ("route_prefix", "/")):
            values = [application.get(field, default) for application in _applications(document)]
            for value in dict.fromkeys(
                shown(value) for value in values if value is not None and values.count(value) > 1
            ):
                yield Hit(document, ("spec", "serveConfigV2"), f"{field} {value}")


def _applications(document: Document) -> list[dict[str, object]]:
    raw = document.spec.get("serveConfigV2")
    if not text(raw) or yaml_fault(raw):
        return []
    content = yaml.load(text(raw), Loader=KubectlLoader)  # noqa: S506  # a safe loader's child
    return [mapping(entry) for entry in listing(mapping(content).get("applications"))]
