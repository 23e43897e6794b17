from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import UserError
from config.paths import ROOT
from scripts.cluster_yaml.lint import __main__ as command
from scripts.cluster_yaml.lint.document import read_document
from scripts.cluster_yaml.lint.findings import find_traps
from tests.cluster_yaml.lint.edits import CLEAN

HERE = Path(__file__).parent
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzz1"
WEIRD = [
    "null", "[]", "{}", "12", "-1", "1.5e400", ".nan", "true", "''", "[[]]", "{a: {}}", "[null, 1, {}]", "'text'",
    "*worker", "2024-13-99", "!!binary AA==", "{1: 2, [a]: b}", "0x", "a: b: c", "!x y", "{<<: 1}",
    "999999999999999999", '!!int ""', "!!timestamp x", "!!bool x", "=", "1:90", "{? {a: b} : c}", "\"\\ud800\"",
]  # fmt: skip


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["lint", *arguments])
    return command.main()


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Not as the child of the make that runs these tests.
    env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return subprocess.run(["make", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["example_minimal", "example_full"])
def test_what_is_said_of_an_example_of_ray(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_traps(read_document(HERE / f"{name}.yaml"))
    lines = [f"{finding.line} {finding.trap.severity.value} {finding.trap.id}" for finding in found]
    golden = HERE / "golden" / f"{name}.txt"
    assert lines == golden.read_text().splitlines()


def test_a_finding_is_one_line_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = CLEAN.read_text()
    Path("cluster.yaml").write_text(text.replace("SubnetIds: [subnet-0aaaaaaaaaaaaaaaa]", "SubnetId: subnet-1"))
    assert run(monkeypatch, "cluster.yaml") == 1
    finding, reason, summary = capsys.readouterr().out.splitlines()
    assert finding == (
        "cluster.yaml:27: high: node type head: `SubnetId` is ignored, only `SubnetIds` counts: "
        "got subnet-1, want `SubnetIds`, a list [subnet-id-ignored]"
    )
    assert reason.startswith("    why: Ray looks for `SubnetIds` alone")
    assert reason.endswith("https://github.com/ray-project/ray/issues/14551")
    assert summary.startswith("cluster.yaml: 1 of the ")
    assert "in 1 place (1 high); docs/cluster-yaml-traps.md" in summary


def test_a_clean_file_is_exit_code_0(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, str(CLEAN)) == 0
    assert "none of the " in capsys.readouterr().out


def test_json_has_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--json", str(HERE / "example_minimal.yaml")) == 1
    traps = json.loads(capsys.readouterr().out)["traps"]
    ids = [finding.trap.id for finding in find_traps(read_document(HERE / "example_minimal.yaml"))]
    assert [trap["id"] for trap in traps] == ids
    assert all(trap["why"] and trap["want"] and trap["source"] for trap in traps)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cluster.yaml: got an empty file, want a mapping with `provider: {type: aws, …}`"),
        (b"- a\n", "cluster.yaml: got a list, want a mapping with `provider: {type: aws, …}`"),
        (b"text\n", "cluster.yaml: got a single value, want a mapping with `provider: {type: aws, …}`"),
        (b"\x7fELF\xff\xfe", "cluster.yaml: got bytes that are no UTF-8 text, want a cluster.yaml"),
        (b"a: {\n", "cluster.yaml:2: got no valid YAML"),
        (b"#" * 1_000_001, "cluster.yaml: got more than 1 MB, want a cluster.yaml"),
        (b"a: " + b"[" * 20_000, "cluster.yaml: got settings nested without end, want a few levels"),
        (b"provider:\n  type: gcp\n", "cluster.yaml:2: got provider type gcp, want provider type aws"),
        (b"cluster_name: a\n", "cluster.yaml:1: got no `provider: {type: …}`, want provider type aws"),
        (None, "cluster.yaml: cannot be read: No such file or directory"),
    ],
    ids=["empty", "list", "value", "binary", "broken", "large", "deep", "gcp", "no-provider", "missing"],
)
def test_what_is_no_cluster_yaml_for_aws_is_one_line_and_exit_code_2(
    content: bytes | None,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("cluster.yaml").write_bytes(content)
    assert run(monkeypatch, "cluster.yaml") == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"error: {message}")
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize(
    "place",
    [
        f"  aws_credentials: {{aws_access_key_id: AKIA{'A' * 16}, aws_secret_access_key: {SECRET}}}\n",
        f"  # secret_access_key={SECRET}\n",
        f"  availability_zone: 'aws_secret_access_key={SECRET}'\n",
        f"  security_group: {{GroupName: a, 'aws_secret_access_key={SECRET}': 1}}\n",
    ],
)
def test_a_secret_is_found_and_never_shown(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cluster.yaml"
    path.write_text(CLEAN.read_text().replace("  region: us-west-2\n", f"  region: us-west-2\n{place}"))
    assert run(monkeypatch, str(path)) == 1
    shown = capsys.readouterr().out
    assert "[secret-in-file]" in shown
    assert SECRET not in shown
    assert "AKIA" not in shown


@pytest.mark.parametrize("seed", range(60))
def test_a_mangled_file_never_ends_in_a_traceback(seed: int, tmp_path: Path) -> None:
    """Values are replaced, lines dropped, doubled and indented; what comes out is a list of traps or a UserError."""
    chance = random.Random(seed)
    lines = CLEAN.read_text().splitlines()
    for _ in range(chance.randint(1, 6)):
        position = chance.randrange(len(lines))
        kind = chance.choice(["value", "value", "value", "item", "drop", "double", "indent"])
        if kind in ("value", "item"):
            name, colon, _ = lines[position].partition(":" if kind == "value" else "-")
            lines[position] = f"{name}{colon} {chance.choice(WEIRD)}"
        elif kind == "drop":
            del lines[position]
        elif kind == "double":
            lines.insert(position, lines[position])
        else:
            lines[position] = f"  {lines[position]}"
    path = tmp_path / "cluster.yaml"
    path.write_text("\n".join(lines))
    try:
        find_traps(read_document(path))
    except UserError as error:
        assert len(error.lines) == 1  # noqa: PT017  # either end is right


@pytest.mark.parametrize("value", WEIRD)
def test_a_weird_value_in_every_setting_never_ends_in_a_traceback(value: str, tmp_path: Path) -> None:
    path = tmp_path / "cluster.yaml"
    original = CLEAN.read_text().splitlines()
    for position, line in enumerate(original):
        name, colon, rest = line.partition(":")
        if not colon or not rest.strip():
            continue
        path.write_text("\n".join([*original[:position], f"{name}: {value}", *original[position + 1 :]]))
        try:
            find_traps(read_document(path))
        except UserError as error:
            assert len(error.lines) == 1  # noqa: PT017  # either end is right


@pytest.mark.parametrize(
    "text",
    [
        "provider: {type: aws}\na: &a [*a]\n",
        "provider: &p {type: aws, security_group: *p}\n",
        "provider: {type: aws}\navailable_node_types: &t {a: *t}\nmetadata: &m {<<: *m}\n",
        "provider: {type: aws}\n"
        + "l0: &l0 [1]\n"
        + "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12)),
    ],
    ids=["itself", "section", "types", "laughs"],
)
def test_aliases_without_end(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cluster.yaml"
    path.write_text(text)
    try:
        assert find_traps(read_document(path))
    except UserError as error:
        assert len(error.lines) == 1  # noqa: PT017  # either end is right


def test_make_takes_a_name_with_a_space_and_a_quote(tmp_path: Path) -> None:
    path = tmp_path / "it's a cluster.yaml"
    path.write_text(CLEAN.read_text())
    result = make("lint-cluster-yaml", f"FILE={path}")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{path}: none of the ")


def test_make_asks_for_a_file() -> None:
    result = make("lint-cluster-yaml")
    assert result.returncode == 2
    assert "error: got no file, want one: make lint-cluster-yaml FILE=cluster.yaml" in result.stderr
