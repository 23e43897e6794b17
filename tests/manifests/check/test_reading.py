from __future__ import annotations

import random

import pytest

from scripts.manifests.check.judge import judge
from scripts.manifests.check.reading import Reading, read_text
from tests.manifests.check.rendered import definitions, environment, files_of, needs_definitions

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: a\n"
WEIRD = [
    "null", "[]", "{}", "12", "-1", "1.5e400", ".nan", "true", "''", "[[]]", "{a: {}}", "[null, 1, {}]", "'text'",
    "*worker", "2024-13-99", "!!binary AA==", "{1: 2, [a]: b}", "0x", "a: b: c", "!x y", "{<<: 1}", "=", "1:90",
    "999999999999999999", '!!int ""', "!!timestamp x", "{? {a: b} : c}", "\"\\ud800\"", "!!set {a}", "1_", "0o9",
]  # fmt: skip


def faults_of(text: str) -> list[tuple[str, int, str]]:
    return [(fault.rule, fault.line, fault.got) for fault in read_text("a.yaml", text).faults]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (f"{ACCOUNT}---\n{ACCOUNT}", []),
        (f"{ACCOUNT}  name: b\n", [("name-repeated", 5, "name")]),
        (f"{ACCOUNT}---\n---\n{ACCOUNT}", [("empty-document", 6, "nothing")]),
        (f"{ACCOUNT}---\n- a\n", [("not-a-mapping", 6, "a list")]),
        ("text\n", [("not-a-mapping", 1, "a value")]),
        (f"{ACCOUNT}---\na: [\n", [("yaml-invalid", 7, "did not find expected node content")]),
        ("a:\n\tb: 1\n", [("yaml-tab", 2, "found character that cannot start any token")]),
        ("a: &a [*a]\n", [("yaml-invalid", 1, "settings nested without end")]),
    ],
)
def test_what_is_wrong_with_yaml_has_its_line(text: str, faults: list[tuple[str, int, str]]) -> None:
    assert faults_of(text) == faults


@pytest.mark.parametrize("text", ["[" * 200_000, "- " * 100_000, "{a: " * 50_000], ids=["list", "items", "mapping"])
def test_nesting_without_end_is_a_fault(text: str) -> None:
    assert faults_of(text) == [("yaml-invalid", 1, "settings nested without end")]


def test_aliases_that_unfold_without_end_are_a_fault() -> None:
    laughs = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))
    assert faults_of(f"l0: &l0 [1]\n{laughs}") == [("yaml-invalid", 1, "aliases that unfold without end")]


def test_the_documents_before_a_fault_are_kept() -> None:
    assert [document.name for document in read_text("a.yaml", f"{ACCOUNT}---\na: [\n").documents] == ["a"]


def test_values_are_those_of_kubectl() -> None:
    text = "a: yes\nb: 2024-01-01\nc: 1:30\nd: 0644\ne: 0o644\nf: 1_000\ng: 1e3\nh: 0x10\ntrue: y\n"
    assert read_text("a.yaml", text).documents[0].content == {
        "a": True, "b": "2024-01-01", "c": "1:30", "d": 420, "e": 420, "f": 1000, "g": "1e3", "h": 16, "true": "y",
    }  # fmt: skip


def test_a_list_of_documents_is_taken_apart() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- kind: Namespace\n  metadata: {name: a}\n- metadata: {name: b}\n"
    documents = read_text("a.yaml", text).documents
    assert [(document.name, document.line_of(("metadata", "name"))) for document in documents] == [("a", 5), ("b", 6)]


def test_a_line_is_that_of_the_setting_or_of_what_is_around_it() -> None:
    document = read_text("a.yaml", f"---\n{ACCOUNT}---\nkind: A\nspec:\n  b:\n  - c: 1\n").documents[1]
    assert document.line_of(("spec", "b", 0, "c")) == 10
    assert document.line_of(("spec", "b", 0, "d", "e")) == 10
    assert document.line_of(("spec", "x")) == 8
    assert document.line_of(("x",)) == 7


@needs_definitions
@pytest.mark.parametrize("seed", range(40))
def test_mangled_documents_never_end_in_a_traceback(seed: int) -> None:
    """Values are replaced, lines dropped, doubled and indented; what comes out is findings."""
    chance = random.Random(seed)
    files = files_of(environment())
    name = chance.choice([name for name in files if name[:2] in ("31", "40", "60", "70", "80", "81", "82", "21")])
    lines = files[name].splitlines()
    for _ in range(chance.randint(1, 8)):
        position = chance.randrange(len(lines))
        kind = chance.choice(["value", "value", "value", "drop", "double", "indent"])
        if kind == "value":
            setting, colon, _ = lines[position].partition(":")
            lines[position] = f"{setting}{colon} {chance.choice(WEIRD)}"
        elif kind == "drop":
            del lines[position]
        elif kind == "double":
            lines.insert(position, lines[position])
        else:
            lines[position] = f"  {lines[position]}"
    judged(read_text(name, "\n".join(lines)))


@needs_definitions
@pytest.mark.parametrize("value", WEIRD)
def test_a_weird_value_in_every_setting_never_ends_in_a_traceback(value: str) -> None:
    lines = files_of(environment())["81-raycronjob-nightly.yaml"].splitlines()
    reading = Reading()
    for position, line in enumerate(lines):
        setting, colon, rest = line.partition(":")
        if colon and rest.strip() and position < 60 and position % 3 == WEIRD.index(value) % 3:
            text = "\n".join([*lines[:position], f"{setting}: {value}", *lines[position + 1 :]])
            reading.documents += read_text("a.yaml", text).documents
    judged(reading)


def judged(reading: Reading) -> None:
    if reading.documents or reading.faults:
        report = judge(reading, definitions(), "1.36", environment())
        assert all("\n" not in str(finding) for finding in report.findings)
