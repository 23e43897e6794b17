"""Judges documents by every rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.paths import shown
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.definitions import Definitions, load_definitions
from scripts.manifests.check.findings import Finding, Report
from scripts.manifests.check.gates import DEFAULT_GATES, gates_of, is_values
from scripts.manifests.check.reading import Document, Reading, dotted, read_files, yaml_files
from scripts.manifests.check.registry import Hit, Rule
from scripts.manifests.check.rules import RULES


def check_environment(environment: KuberayEksConfig, folder: Path, *, crds: Path | None = None) -> Sequence[Finding]:
    """Judge the rendered manifests of an environment. Raises UserError for what cannot be judged."""
    return report_environment(environment, folder, crds=crds).findings


def report_environment(environment: KuberayEksConfig, folder: Path, *, crds: Path | None = None) -> Report:
    """The same, with what was looked at."""
    if not folder.is_dir():
        raise UserError(f"{shown(folder)}: there are no manifests: make manifests ENV={environment.name}")
    reading = read_files(yaml_files([folder]))
    return judge(reading, load_definitions(crds, environment), environment.eks.version, environment)


def report_files(files: Sequence[Path], definitions: Definitions, kubernetes_version: str) -> Report:
    """Judge files that belong to no environment."""
    return judge(read_files(yaml_files(files)), definitions, kubernetes_version, None)


def check_documents(
    documents: Sequence[Document],
    definitions: Definitions,
    *,
    kubernetes_version: str,
    environment: KuberayEksConfig | None = None,
    gates: Mapping[str, bool] | None = None,
) -> Sequence[Finding]:
    """Every rule that some documents break, by file and line."""
    bundle = Bundle(documents, definitions, kubernetes_version, environment, gates or DEFAULT_GATES)
    return _findings(bundle)


def judge(
    reading: Reading, definitions: Definitions, kubernetes_version: str, environment: KuberayEksConfig | None
) -> Report:
    """Judge what was read; values of the operator's chart among it give the feature gates."""
    values = [document for document in reading.documents if is_values(document)]
    documents = [document for document in reading.documents if not is_values(document)]
    if not documents and not reading.faults:
        raise UserError("got files without a document, want Kubernetes documents")
    bundle = Bundle(documents, definitions, kubernetes_version, environment, gates_of(values), tuple(reading.faults))
    skipped = 0 if environment is not None else sum(rule.needs_environment for rule in RULES)
    return Report(_findings(bundle), len(documents), len(RULES) - skipped, skipped)


def _findings(bundle: Bundle) -> list[Finding]:
    found = [
        _finding(rule, hit)
        for rule in RULES
        if bundle.environment is not None or not rule.needs_environment
        for hit in rule.judge(bundle)
    ]
    return sorted(dict.fromkeys(found), key=lambda finding: (finding.file, finding.line, finding.rule.id, finding.path))


def _finding(rule: Rule, hit: Hit) -> Finding:
    document = hit.document
    return Finding(
        rule=rule,
        file=hit.file if document is None else document.file,
        line=hit.line if document is None else document.line_of(hit.place),
        subject="" if document is None else document.subject,
        path=hit.setting or dotted(hit.place),
        wrong=hit.wrong or rule.title,
        got=hit.got,
        want=hit.want or rule.want,
    )
