"""What in a cluster is not as it was rendered: plain data, for `make deploy` and for the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.kubernetes.objects import Document, ObjectKey

ABSENT = "(absent)"
WITHHELD = "(withheld)"
_OF_THE_SERVER = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")
_NAMES = ("name", "groupName", "mountPath", "containerPort", "port", "key")
"""What tells the items of a list apart, where they have it."""


@dataclass(frozen=True)
class FieldDifference:
    """One field that a server-side apply would change."""

    object: ObjectKey
    path: str
    """`spec.workerGroupSpecs[cpu].maxReplicas`."""
    expected: Any
    """Value after the apply, `(absent)` where it would go."""
    actual: Any
    """Value now, `(absent)` where there is none."""


@dataclass(frozen=True)
class Unread:
    """Something that could not be looked at."""

    what: str
    reason: str


@dataclass(frozen=True)
class Operator:
    """A KubeRay operator in the cluster."""

    namespace: str
    version: str | None
    """`1.7.0`, by the tag of its image; None when that says none."""
    watches: tuple[str, ...]
    """Namespaces; empty for all."""

    def sees(self, namespace: str) -> bool:
        """Whether it acts on what is in a namespace."""
        return not self.watches or namespace in self.watches


@dataclass(frozen=True)
class ClusterDiff:
    """A cluster beside what was rendered for it."""

    compared: tuple[ObjectKey, ...] = ()
    missing: tuple[ObjectKey, ...] = ()
    """Rendered, and not in the cluster."""
    different: tuple[FieldDifference, ...] = ()
    extra: tuple[ObjectKey, ...] = ()
    """Applied by us, and no longer rendered."""
    unread: tuple[Unread, ...] = ()
    operators: tuple[Operator, ...] = ()
    missing_crds: tuple[str, ...] = ()
    """KubeRay's custom resources that the cluster does not know."""

    @property
    def deployed(self) -> bool:
        """Whether anything of what was rendered is there."""
        return len(self.missing) < len(self.compared)


def differences(key: ObjectKey, wanted: Document, live: Document) -> Iterator[FieldDifference]:
    """Every field in which an object is not what an apply makes of it; values of Secrets are withheld."""
    for path, expected, actual in _compared("", _comparable(wanted), _comparable(live)):
        if key.kind == "Secret" and path.startswith(("data", "stringData")):
            yield FieldDifference(key, path, WITHHELD, WITHHELD)
        else:
            yield FieldDifference(key, path, expected, actual)


def _comparable(document: Document) -> dict[str, Any]:
    metadata = {name: value for name, value in document["metadata"].items() if name not in _OF_THE_SERVER}
    return {name: value for name, value in document.items() if name != "status"} | {"metadata": metadata}


def _compared(path: str, expected: Any, actual: Any) -> Iterator[tuple[str, Any, Any]]:
    if expected == actual:
        return
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name in sorted(expected.keys() | actual.keys()):
            yield from _compared(_below(path, name), expected.get(name, ABSENT), actual.get(name, ABSENT))
    elif isinstance(expected, list) and isinstance(actual, list) and (pairs := _paired(expected, actual)) is not None:
        for name, one, other in pairs:
            yield from _compared(f"{path}[{name}]", one, other)
    else:
        yield path, expected, actual


def _below(path: str, name: str) -> str:
    if not name.replace("-", "").replace("_", "").isalnum():  # such as app.kubernetes.io/name
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def _paired(expected: list[Any], actual: list[Any]) -> list[tuple[Any, Any, Any]] | None:
    """Items that belong together: by their name, else by position; None where lists differ as wholes."""
    for key in _NAMES:
        names = [[item.get(key) if isinstance(item, Mapping) else None for item in each] for each in (expected, actual)]
        if all(None not in each and len(set(each)) == len(each) for each in names):
            ours, theirs = (dict(zip(*pair, strict=True)) for pair in zip(names, (expected, actual), strict=True))
            if set(ours) == set(theirs) and names[0] != names[1]:
                return None  # another order
            return [
                (name, ours.get(name, ABSENT), theirs.get(name, ABSENT)) for name in dict.fromkeys([*ours, *theirs])
            ]
    if len(expected) != len(actual):
        return None
    return [(at, *pair) for at, pair in enumerate(zip(expected, actual, strict=True))]
