"""What no cluster changes in place: which objects have to be made anew, and which work ends with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scripts.kubernetes.diff import FieldDifference, differences
from scripts.kubernetes.objects import Document, ObjectKey, key_of

_FIXED: Mapping[str, tuple[str, ...]] = {
    # https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/storage/validation/validation.go
    "StorageClass": ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"),
}
"""Top fields of kinds that hold nothing themselves: they are deleted and made again."""
_IN_PLACE = re.compile(
    r"spec\.upgradeStrategy\b.*|spec\.workerGroupSpecs\[[^]]*]\.(replicas|minReplicas|maxReplicas|scaleStrategy\b.*)"
)
"""What KubeRay leaves out when it compares a RayCluster with its pods; for all else it ends them, and starts others."""
_IN_PLACE_OF_JOBS = frozenset(
    {"spec.suspend", "spec.ttlSecondsAfterFinished", "spec.activeDeadlineSeconds", "spec.backoffLimit"}
)
"""What KubeRay reads again while a job is there; of the rest it takes no notice."""
_ENDED = frozenset({"Complete", "Failed"})
"""Values of `status.jobDeploymentStatus`: https://ray-project.github.io/kuberay/reference/api/"""
_IMMUTABLE = re.compile(
    r"immutable|updates to \S+ are forbidden|cannot change roleRef|only dynamically provisioned pvc can be resized"
    r"|less than (previous|status)|may not change once set"
)
_NAMED = re.compile(r'.*?"[^"]*" is (?:invalid|forbidden): ')


def fixed_differences(document: Document, live: Document) -> list[FieldDifference]:
    """The fields of an object that the cluster would refuse to change, where it can be made anew."""
    names = _FIXED.get(document["kind"], ())
    wanted, found = _only(names, document), _only(names, live)
    return list(differences(key_of(document), wanted, found))


def is_made_anew(key: ObjectKey, fields: Sequence[FieldDifference]) -> bool:
    """Whether an object has to go for a change of these fields to come about."""
    if key.kind == "RayJob":
        return any(field.path.startswith("spec.") and field.path not in _IN_PLACE_OF_JOBS for field in fields)
    fixed = _FIXED.get(key.kind, ())
    return any(re.split(r"[.[]", field.path)[0] in fixed for field in fields)


def is_restarted(key: ObjectKey, fields: Sequence[FieldDifference]) -> bool:
    """Whether KubeRay ends all pods of a RayCluster for a change of these fields."""
    return key.kind == "RayCluster" and any(
        field.path.startswith("spec") and not _IN_PLACE.fullmatch(field.path) for field in fields
    )


def is_at_work(live: Document) -> bool:
    """Whether something runs that would end with a resource of Ray; one that nobody has looked at yet counts."""
    if live["kind"] == "RayJob":
        return live.get("status", {}).get("jobDeploymentStatus") not in _ENDED
    return live["kind"] in ("RayCluster", "RayService")


def unchangeable(document: Document, said: str) -> str | None:
    """What to do about a refusal that no repetition ends; None for another refusal."""
    if not _IMMUTABLE.search(said):
        return None
    line = " ".join(said.split())
    key, reason = key_of(document), _NAMED.sub("", line)
    kept = ""
    if key.kind in ("PersistentVolume", "PersistentVolumeClaim"):
        kept = " (data stays where the reclaim policy of the volume is Retain)"
    return (
        f"cannot be changed in place ({reason[:_LONGEST]}); end what uses it, delete it{kept}, and run the same again: "
        f"kubectl delete {' '.join(_words(key))}"
    )


_LONGEST = 300
"""Characters that are told of a refusal."""


def _words(key: ObjectKey) -> Iterator[str]:
    yield from (key.kind.lower(), key.name)
    if key.namespace:
        yield from ("--namespace", key.namespace)


def _only(names: Sequence[str], document: Document) -> Document:
    kept = {name: document[name] for name in names if name in document}
    return {"metadata": {}, **kept}
