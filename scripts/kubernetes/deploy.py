"""`make deploy`: from the environment file to a Ray cluster that is ready, in a Kubernetes cluster that is there."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from config.commands import make_command
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.session import Session
from scripts.kubernetes.access import cluster_access
from scripts.kubernetes.applied import require_applied
from scripts.kubernetes.applying import apply, planned, require_no_conflict
from scripts.kubernetes.chart import chart_of
from scripts.kubernetes.documents import rendered_documents
from scripts.kubernetes.ended_work import require_consent
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.node_groups import require_node_groups
from scripts.kubernetes.objects import Document, key_of
from scripts.kubernetes.operator import apply_crds, install_operator, require_operator
from scripts.kubernetes.programs import require_programs
from scripts.kubernetes.prune import prunable, prune
from scripts.kubernetes.ready import wait_until_ready
from scripts.kubernetes.secrets import secret_documents
from scripts.manifests.facts import applied_facts
from scripts.manifests.files import OPERATOR_VALUES, manifest_directory, write_manifests
from scripts.operate.outputs import load_outputs

_FIRST = {"Namespace": 0, "Secret": 1}
"""What the rest needs; the rest is in its order."""


def deploy(environment: KuberayEksConfig, session: Session, *, forced: bool, crds: Path | None) -> int:
    """Deploy; a second time, nothing is changed. Raises UserError, 1 for manifests with findings."""
    outputs = load_outputs(environment, session)
    require_applied(environment, outputs)
    installs = environment.kuberay.install_operator
    require_programs(environment)
    kubectl = cluster_access(environment, session)
    require_node_groups(environment, session)
    facts = applied_facts(environment, outputs)
    write_manifests(environment, facts)
    chart = chart_of(environment) if installs else None
    if not _is_clean(environment, crds or chart):
        return 1
    require_operator(kubectl)
    documents = [*rendered_documents(environment, facts), *secret_documents(environment, session, outputs)]
    changed = apply_all(kubectl, documents, chart, forced=forced)
    print(f"{environment.name} is deployed{'' if changed else ' already: nothing is changed'}")
    if environment.target == "local":
        print("note: on the embedded AWS nothing runs in Kubernetes: no pod is waited for", file=sys.stderr)
    else:
        wait_until_ready(kubectl)
    return 0


def _is_clean(environment: KuberayEksConfig, crds: Path | None) -> bool:
    from scripts.manifests.check.judge import check_environment

    findings = check_environment(environment, manifest_directory(environment), crds=crds)
    for finding in findings:
        print(f"error: {finding}", file=sys.stderr)
    if findings:
        print(f"error: nothing is deployed; see: {make_command('check-manifests', environment)}", file=sys.stderr)
    return not findings


def apply_all(kubectl: Kubectl, documents: Sequence[Document], chart: Path | None, *, forced: bool) -> int:
    """Definitions, namespaces, operator, and then the rest, which needs them; return how much was changed."""
    # First, since with older ones the cluster would refuse new fields; they only ever gain some.
    changed = 0 if chart is None else apply_crds(kubectl, chart)
    changes = planned(kubectl, sorted(documents, key=lambda document: _FIRST.get(document["kind"], len(_FIRST))))
    gone = prunable(kubectl, [key_of(document) for document in documents])
    require_no_conflict(kubectl, changes, forced=forced)
    require_consent(kubectl.environment, changes, gone)
    apply(kubectl, [change for change in changes if change.key.kind == "Namespace"])
    if chart is not None:
        values = manifest_directory(kubectl.environment) / OPERATOR_VALUES
        changed += install_operator(kubectl, chart, values, forced=forced)
    apply(kubectl, [change for change in changes if change.key.kind != "Namespace"])
    return changed + len(changes) + prune(kubectl, gone)
