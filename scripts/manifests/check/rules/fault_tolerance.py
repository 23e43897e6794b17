"""Fault tolerance of the head (GCS): what the operator refuses."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import mapping, shown
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.ray import RaySpec
from scripts.manifests.check.registry import Hit, operator_rule, rule

_FT_ANNOTATION = "ray.io/ft-enabled"
_NAMESPACE_ANNOTATION = "ray.io/external-storage-namespace"
_REDIS_FIELDS = ("redisAddress", "redisUsername", "redisPassword", "externalStorageNamespace")
_CLAIM_FIELDS = ("size", "storageClassName", "accessModes")
_EMBEDDED_VARIABLES = ("RAY_gcs_storage", "RAY_gcs_storage_path")
_EMBEDDED_GATE = "GCSFaultToleranceEmbeddedStorage"


def _annotation(bundle: Bundle, name: str) -> Iterator[RaySpec]:
    return (spec for spec in bundle.ray if name in spec.annotations)


def _variables(bundle: Bundle, *names: str) -> Iterator[tuple[RaySpec, Hit]]:
    for spec in bundle.ray:
        for place, name, _entry in spec.head.env():
            if name in names:
                yield spec, Hit(spec.document, place, name)


def _backend(spec: RaySpec) -> str:
    return str(mapping(spec.fault_tolerance).get("backend") or "redis")


@operator_rule("ft-annotation-beside-options")
def ft_annotation_beside_options(bundle: Bundle) -> Iterator[Hit]:
    """The annotation ray.io/ft-enabled beside gcsFaultToleranceOptions.

    Want: gcsFaultToleranceOptions alone.
    """
    for spec in _annotation(bundle, _FT_ANNOTATION):
        if spec.fault_tolerance is not None:
            yield Hit(spec.document, ("metadata", "annotations", _FT_ANNOTATION), "both")


@operator_rule("redis-without-options")
def redis_without_options(bundle: Bundle) -> Iterator[Hit]:
    """The head has RAY_REDIS_ADDRESS without fault tolerance.

    Want: gcsFaultToleranceOptions.redisAddress.
    """
    for spec, hit in _variables(bundle, "RAY_REDIS_ADDRESS"):
        annotated = str(spec.annotations.get(_FT_ANNOTATION, "")).lower() == "true"
        if spec.fault_tolerance is None and not annotated:
            yield hit


@operator_rule("redis-password-in-params")
def redis_password_in_params(bundle: Bundle) -> Iterator[Hit]:
    """rayStartParams has redis-password beside gcsFaultToleranceOptions.

    Want: gcsFaultToleranceOptions.redisPassword.valueFrom.secretKeyRef.
    """
    for spec in bundle.ray:
        if spec.fault_tolerance is not None and "redis-password" in spec.head.params:
            yield Hit(spec.document, (*spec.head.place, "rayStartParams", "redis-password"), "redis-password")


@operator_rule("redis-password-in-env")
def redis_password_in_env(bundle: Bundle) -> Iterator[Hit]:
    """The head has REDIS_PASSWORD beside gcsFaultToleranceOptions.

    Want: gcsFaultToleranceOptions.redisPassword.valueFrom.secretKeyRef.
    """
    yield from (hit for spec, hit in _variables(bundle, "REDIS_PASSWORD") if spec.fault_tolerance is not None)


@operator_rule("redis-address-in-env")
def redis_address_in_env(bundle: Bundle) -> Iterator[Hit]:
    """The head has RAY_REDIS_ADDRESS beside gcsFaultToleranceOptions.

    Want: gcsFaultToleranceOptions.redisAddress alone.
    """
    yield from (hit for spec, hit in _variables(bundle, "RAY_REDIS_ADDRESS") if spec.fault_tolerance is not None)


@operator_rule("storage-namespace-annotation")
def storage_namespace_annotation(bundle: Bundle) -> Iterator[Hit]:
    """The annotation ray.io/external-storage-namespace beside gcsFaultToleranceOptions.

    Want: gcsFaultToleranceOptions.externalStorageNamespace.
    """
    for spec in _annotation(bundle, _NAMESPACE_ANNOTATION):
        if spec.fault_tolerance is not None:
            yield Hit(spec.document, ("metadata", "annotations", _NAMESPACE_ANNOTATION), "both")


@operator_rule("redis-username-by-hand")
def redis_username_by_hand(bundle: Bundle) -> Iterator[Hit]:
    """The head names Redis's user in rayStartParams or in its environment.

    Want: gcsFaultToleranceOptions.redisUsername.
    """
    yield from (hit for _spec, hit in _variables(bundle, "REDIS_USERNAME"))
    for spec in bundle.ray:
        if "redis-username" in spec.head.params:
            yield Hit(spec.document, (*spec.head.place, "rayStartParams", "redis-username"), "redis-username")


@operator_rule("rocksdb-without-gate")
def rocksdb_without_gate(bundle: Bundle) -> Iterator[Hit]:
    """The backend rocksdb without the feature gate GCSFaultToleranceEmbeddedStorage.

    Want: backend redis, or the gate on in the values of the operator's chart.
    """
    for spec in bundle.ray:
        if _backend(spec) == "rocksdb" and not bundle.gates.get(_EMBEDDED_GATE):
            yield Hit(spec.document, spec.at("gcsFaultToleranceOptions", "backend"), "rocksdb")


@operator_rule("rocksdb-with-redis")
def rocksdb_with_redis(bundle: Bundle) -> Iterator[Hit]:
    """The backend rocksdb with settings of Redis.

    Want: none of redisAddress, redisUsername, redisPassword, externalStorageNamespace.
    """
    for spec in bundle.ray:
        for name in _REDIS_FIELDS if _backend(spec) == "rocksdb" else ():
            if mapping(spec.fault_tolerance).get(name):
                yield Hit(spec.document, spec.at("gcsFaultToleranceOptions", name), name)


@operator_rule("rocksdb-storage-twice")
def rocksdb_storage_twice(bundle: Bundle) -> Iterator[Hit]:
    """The storage of rocksdb names a claim that is there, and the properties of one to make.

    Want: claimName, or size with storageClassName and accessModes.
    """
    for spec in bundle.ray:
        storage = mapping(mapping(spec.fault_tolerance).get("storage"))
        given = [name for name in _CLAIM_FIELDS if storage.get(name)]
        if _backend(spec) == "rocksdb" and storage.get("claimName") and given:
            yield Hit(
                spec.document, spec.at("gcsFaultToleranceOptions", "storage"), f"claimName beside {', '.join(given)}"
            )


@operator_rule("rocksdb-storage-by-hand")
def rocksdb_storage_by_hand(bundle: Bundle) -> Iterator[Hit]:
    """With rocksdb the head sets variables that are the operator's own.

    Want: gcsFaultToleranceOptions.storage alone.
    """
    for spec, hit in _variables(bundle, *_EMBEDDED_VARIABLES):
        if _backend(spec) == "rocksdb":
            yield hit


@operator_rule("redis-with-storage")
def redis_with_storage(bundle: Bundle) -> Iterator[Hit]:
    """The backend redis with `storage`, which is for rocksdb.

    Want: no storage.
    """
    for spec in bundle.ray:
        if spec.fault_tolerance is not None and _backend(spec) == "redis" and spec.fault_tolerance.get("storage"):
            yield Hit(spec.document, spec.at("gcsFaultToleranceOptions", "storage"), "storage")


@rule("redis-without-tls", "https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/kuberay-gcs-ft.html")
def redis_without_tls(bundle: Bundle) -> Iterator[Hit]:
    """Ray speaks to Redis without TLS.

    Why: password and state of the cluster cross the network in the clear, and MemoryDB with TLS closes the
    connection: "Server closed the connection". Only the scheme rediss turns TLS on.

    Want: an address such as rediss://<endpoint>:6379.
    """
    for spec in bundle.ray:
        address = mapping(spec.fault_tolerance).get("redisAddress")
        if address is not None and not str(address).startswith("rediss://"):
            yield Hit(spec.document, spec.at("gcsFaultToleranceOptions", "redisAddress"), shown(address))


@rule("redis-password-literal", "https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/kuberay-gcs-ft.html")
def redis_password_literal(bundle: Bundle) -> Iterator[Hit]:
    """Redis's password stands in the document.

    Why: who may read the RayCluster or the file may read it.

    Want: redisPassword.valueFrom.secretKeyRef.
    """
    for spec in bundle.ray:
        if mapping(mapping(spec.fault_tolerance).get("redisPassword")).get("value") is not None:
            place = spec.at("gcsFaultToleranceOptions", "redisPassword", "value")
            yield Hit(spec.document, place, "a value, not shown")
