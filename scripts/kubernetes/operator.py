"""The KubeRay operator of a cluster: its custom resources, and its Helm release."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from config.commands import make_command
from config.errors import UserError
from scripts.kubernetes.chart import CHART, crd_text, sha256
from scripts.kubernetes.diff import ABSENT, FieldDifference, Operator, differences
from scripts.kubernetes.documents import read_values
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.live import APPLY
from scripts.kubernetes.objects import Document, items_of, key_of
from scripts.kubernetes.refusals import refusal

KUBERAY_CRDS = frozenset({"rayclusters.ray.io", "rayjobs.ray.io", "rayservices.ray.io", "raycronjobs.ray.io"})
RELEASE = CHART
_WAIT = "--timeout=5m"
_IMAGE_VERSION = re.compile(r":v?(\d+\.\d+\.\d+)(@|$)")
_WATCHED = re.compile(r"-{1,2}watch-namespace=(.+)")


def find_operators(kubectl: Kubectl) -> list[Operator]:
    """The operators of a cluster, whoever made them. Raises UserError."""
    words = ("get", "deployments.apps", "--all-namespaces", f"--field-selector=metadata.name={CHART}")
    found = kubectl.objects(*words, what="KubeRay's operator cannot be looked for")
    return [_operator(one) for one in found]


def known_crds(kubectl: Kubectl) -> dict[str, Document]:
    """KubeRay's definitions that a cluster has, by name. Raises UserError."""
    words = ("get", "customresourcedefinitions", *sorted(KUBERAY_CRDS), "--ignore-not-found")
    found = kubectl.objects(*words, what="KubeRay's custom resources cannot be looked for")
    return {one["metadata"]["name"]: one for one in found}


def require_operator(kubectl: Kubectl) -> None:
    """Refuse, before anything is changed, what would have two operators, none, or one of another version."""
    environment = kubectl.environment
    wanted, section = environment.kuberay.operator_version, environment.kuberay
    seeing = [one for one in find_operators(kubectl) if one.sees(section.namespace)]
    if not section.install_operator:
        if [one.version for one in seeing] != [wanted]:
            got = ", ".join(_shown(one) for one in seeing) or "none"
            raise UserError(
                f"kuberay.install_operator is false: got {got} for namespace {section.namespace}, want one KubeRay "
                f"operator {wanted}; have it installed, or set kuberay.install_operator: true"
            )
        return
    if others := [one for one in seeing if one.namespace != section.operator_namespace]:
        raise UserError(
            f"a KubeRay operator that is not ours acts on namespace {section.namespace} ({_shown(others[0])}), want "
            f"none but that in {section.operator_namespace}; set kuberay.install_operator: false to use it"
        )
    if newer := [one for one in seeing if one.version and _ordered(one.version) > _ordered(wanted)]:
        raise UserError(
            f"the KubeRay operator is {_shown(newer[0])}, want {wanted}: it is not taken back to an older one"
        )


def apply_crds(kubectl: Kubectl, chart: Path) -> int:
    """Bring the custom resources to those of the chart; return how many changed. Raises UserError for a downgrade."""
    text, live = crd_text(chart), known_crds(kubectl)
    what = "KubeRay's custom resources cannot be applied"
    applied = items_of(
        kubectl.output(*APPLY, "--force-conflicts", "--dry-run=server", "--output=json", stdin=text, what=what)
    )
    changed = [one for one in applied if (name := one["metadata"]["name"]) not in live or [*_changes(one, live[name])]]
    for one in changed:
        for change in _changes(one, live.get(one["metadata"]["name"], one)):
            _require_no_loss(change, kubectl)
    if changed:
        kubectl.output(*APPLY, "--force-conflicts", stdin=text, shown=True, what=what)
        names = [one["metadata"]["name"] for one in applied]
        wait = ("wait", "--for=condition=Established", "--timeout=60s", "customresourcedefinition", *names)
        kubectl.output(*wait, what="KubeRay's custom resources are not served")
    return len(changed)


def install_operator(kubectl: Kubectl, chart: Path, values_file: Path, *, forced: bool = False) -> bool:
    """Bring the Helm release to chart and values; False when it is there already. Raises UserError."""
    environment = kubectl.environment
    namespace, version = environment.kuberay.operator_namespace, environment.kuberay.operator_version
    mark = f"Rayform: {chart.name} {sha256(chart)}"
    values = read_values(values_file)
    release = _release(kubectl, namespace)
    if release is not None and _is_current(kubectl, namespace, release, mark, values):
        return False
    if release is not None and (other := _same_chart_other_sum(release["info"], mark)):
        raise UserError(
            f"the chart {chart.name} is not the one that the operator was installed from ({other}): find out why; "
            f"CHART_SHA256=<checksum> says which is right, and to let go of the old: helm uninstall {RELEASE} "
            f"--namespace {namespace}"
        )
    waits = ["--wait", _WAIT] if environment.target == "aws" else []  # on the embedded AWS no pod runs
    words = ["upgrade", RELEASE, str(chart), "--install", f"--namespace={namespace}", "--skip-crds"]
    options = [f"--version={version}", f"--values={values_file}", f"--description={mark}", *waits]
    answer = kubectl.helm(*words, *options, shown=True)
    if answer.code and "conflict occurred" in answer.stderr and forced:  # told by Helm 4, which has the option
        answer = kubectl.helm(*words, *options, "--force-conflicts", shown=True)
    if answer.code:
        told = refusal(answer.stderr, "the KubeRay operator cannot be installed", environment)
        again = f"{make_command('deploy', environment)} FORCE=1"
        hint = [f"undo it, or take it over with: {again}"] if "conflict occurred" in answer.stderr else []
        raise UserError([*told.lines, *hint])
    return True


def uninstall_operator(kubectl: Kubectl) -> bool:
    """End the Helm release; False when there is none. Raises UserError."""
    namespace = kubectl.environment.kuberay.operator_namespace
    if _release(kubectl, namespace) is None:
        return False
    waits = ["--wait", _WAIT] if kubectl.environment.target == "aws" else []
    answer = kubectl.helm("uninstall", RELEASE, f"--namespace={namespace}", *waits, shown=True)
    if answer.code:
        raise refusal(answer.stderr, "the KubeRay operator cannot be uninstalled", kubectl.environment)
    return True


def _operator(deployment: Document) -> Operator:
    containers = deployment["spec"]["template"]["spec"]["containers"]
    words = [word for one in containers for word in (*one.get("command", []), *one.get("args", []))]
    named = [found[1] for one in containers if (found := _IMAGE_VERSION.search(one.get("image", "")))]
    watched = [name for word in words if (found := _WATCHED.fullmatch(word)) for name in found[1].split(",")]
    return Operator(deployment["metadata"]["namespace"], named[0] if named else None, tuple(watched))


def _changes(applied: Document, live: Document) -> Iterator[FieldDifference]:
    return differences(key_of(applied), applied, live)


def _require_no_loss(change: FieldDifference, kubectl: Kubectl) -> None:
    """A definition that knows more than ours is of a newer operator: ours would have the cluster forget fields."""
    if change.expected == ABSENT and ".properties." in change.path:
        field = change.path.rpartition(".properties.")[2]
        wanted = kubectl.environment.kuberay.operator_version
        raise UserError(
            f"{change.object.name} of the cluster knows a field that KubeRay {wanted} does not ({field}): it is of a "
            "newer version, and is not taken back; want kuberay.install_operator: false, or a Rayform of that version"
        )


def _release(kubectl: Kubectl, namespace: str) -> Mapping[str, Any] | None:
    """The release with its `info`, the values given (`config`, where there are any) and its `manifest`."""
    answer = kubectl.helm("status", RELEASE, f"--namespace={namespace}", "--output=json")
    if answer.code == 0:
        release: Mapping[str, Any] = json.loads(answer.stdout)
        return release
    if "not found" in answer.stderr:
        return None
    raise refusal(answer.stderr, "the Helm release of the operator cannot be read", kubectl.environment)


def _is_current(
    kubectl: Kubectl, namespace: str, release: Mapping[str, Any], mark: str, values: Mapping[str, Any]
) -> bool:
    info = release["info"]
    if info.get("status") != "deployed" or info.get("description") != mark:
        return False
    if (release.get("config") or {}) != values:
        return False
    return not _is_changed_by_hand(kubectl, namespace, release["manifest"])


def _is_changed_by_hand(kubectl: Kubectl, namespace: str, manifest: str) -> bool:
    """Whether what Helm has made is still as Helm has made it."""
    there = ("get", f"--namespace={namespace}", "--ignore-not-found", "--output=json", "--filename=-")
    live = {key_of(one): one for one in items_of(kubectl.attempt(*there, stdin=manifest).stdout)}
    # Of a manager that owns nothing: then what Helm adds to its manifest is no difference.
    again = ("apply", "--server-side", "--field-manager=rayform-look", "--force-conflicts", "--dry-run=server")
    answer = kubectl.attempt(*again, f"--namespace={namespace}", "--output=json", "--filename=-", stdin=manifest)
    applied = {key_of(one): one for one in items_of(answer.stdout)}
    return bool(answer.code) or any(
        key not in live or [*differences(key, one, live[key])] for key, one in applied.items()
    )


def _same_chart_other_sum(info: Mapping[str, Any], mark: str) -> str | None:
    noted, name = str(info.get("description", "")), mark.rpartition(" ")[0]
    return noted.rpartition(" ")[2] if noted.startswith(f"{name} ") and noted != mark else None


def _shown(operator: Operator) -> str:
    return f"{operator.version or 'of unknown version'} in namespace {operator.namespace}"


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
