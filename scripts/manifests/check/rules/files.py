"""YAML itself."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import shown
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.registry import Hit, rule

_YAML = "https://yaml.org/spec/1.2.2/"


def _faults(bundle: Bundle, rule_id: str) -> Iterator[Hit]:
    for fault in bundle.faults:
        if fault.rule == rule_id:
            yield Hit(None, (), shown(fault.got), file=fault.file, line=fault.line, setting=fault.setting)


@rule("yaml-invalid", f"{_YAML}#chapter-5-character-productions")
def yaml_invalid(bundle: Bundle) -> Iterator[Hit]:
    """This is no valid YAML.

    Why: kubectl refuses the file; documents before this line may have been applied by then.

    Want: it mended here.
    """
    yield from _faults(bundle, "yaml-invalid")


@rule("yaml-tab", f"{_YAML}#61-indentation-spaces")
def yaml_tab(bundle: Bundle) -> Iterator[Hit]:
    """A tab, where YAML wants spaces.

    Why: YAML knows no tabs for indentation; kubectl refuses the file.

    Want: spaces.
    """
    yield from _faults(bundle, "yaml-tab")


@rule("name-repeated", f"{_YAML}#3213-node-comparison")
def name_repeated(bundle: Bundle) -> Iterator[Hit]:
    """A name stands twice in one mapping.

    Why: kubectl keeps one of the two, or refuses the file, by its version. What was meant is gone without a word.

    Want: it once.
    """
    yield from _faults(bundle, "name-repeated")


@rule("not-a-mapping", "https://kubernetes.io/docs/concepts/overview/working-with-objects/")
def not_a_mapping(bundle: Bundle) -> Iterator[Hit]:
    """A document is no mapping.

    Why: every object of Kubernetes is one, with apiVersion, kind and metadata.

    Want: a mapping with apiVersion, kind and metadata.
    """
    yield from _faults(bundle, "not-a-mapping")


@rule("empty-document", f"{_YAML}#91-documents")
def empty_document(bundle: Bundle) -> Iterator[Hit]:
    """A document is empty.

    Why: kubectl skips it. It is what a condition of a template leaves behind: something may be missing.

    Want: no `---` without a document.
    """
    yield from _faults(bundle, "empty-document")
