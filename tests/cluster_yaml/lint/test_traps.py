from __future__ import annotations

from pathlib import Path
from typing import Any

import botocore.session
import pytest

from scripts.cluster_yaml.lint import fields
from scripts.cluster_yaml.lint.document import read_document
from scripts.cluster_yaml.lint.findings import find_traps
from scripts.cluster_yaml.lint.registry import Trap
from scripts.cluster_yaml.lint.traps import TRAPS
from tests.cluster_yaml.lint.edits import CLEAN, edited, found_in, ids
from tests.cluster_yaml.lint.faults import FAULTS


def test_a_clean_file_has_no_trap() -> None:
    assert find_traps(read_document(CLEAN)) == []


@pytest.mark.parametrize(
    ("trap_id", "edits", "besides"), FAULTS, ids=[f"{number}-{fault[0]}" for number, fault in enumerate(FAULTS)]
)
def test_a_fault_is_that_trap_and_no_other(
    trap_id: str, edits: dict[str, Any], besides: set[str], tmp_path: Path
) -> None:
    assert ids(find_traps(edited(tmp_path / "cluster.yaml", edits))) == {trap_id} | besides


def test_every_trap_has_a_fault() -> None:
    from_text = {"name-repeated"}  # cannot be written as an edit of a mapping
    assert {trap.id for trap in TRAPS} == {trap_id for trap_id, _, _ in FAULTS} | from_text


def test_a_name_that_stands_twice(tmp_path: Path) -> None:
    text = CLEAN.read_text().replace("max_workers: 10\n", "max_workers: 1\nmax_workers: 10\n")
    found = found_in(tmp_path / "cluster.yaml", text)
    assert [(finding.trap.id, finding.line, finding.got) for finding in found] == [("name-repeated", 3, "max_workers")]


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.id)
def test_a_trap_says_what_is_wrong_why_and_what_is_wanted(trap: Trap) -> None:
    assert trap.id == trap.id.lower()
    assert trap.title
    assert trap.why.endswith(".")
    assert trap.want
    assert trap.source.startswith("https://")


def test_ids_are_unique() -> None:
    assert len({trap.id for trap in TRAPS}) == len(TRAPS)


def test_fields_of_node_config_are_those_of_run_instances() -> None:
    service = botocore.session.get_session().get_service_model("ec2")
    members = set(service.operation_model("RunInstances").input_shape.members)
    assert members | {"SubnetIds"} == fields.NODE_CONFIG


@pytest.mark.parametrize(
    "command",
    [
        "pip install 'ray[default]==2.60.0'",
        "pip install xray==1 ray-llm",
        "pip install -r requirements.txt",
        "echo install ray",
        "pip install /opt/ray",
        "pip install https://s3.amazonaws.com/ray-wheels/ray-2.60.0-cp311-cp311-manylinux2014_x86_64.whl",
    ],
)
def test_a_pinned_or_another_package_is_no_open_version(command: str, tmp_path: Path) -> None:
    document = edited(tmp_path / "cluster.yaml", {"setup_commands": [command]})
    assert "ray-unpinned" not in ids(find_traps(document))


def test_a_line_is_that_of_the_setting(tmp_path: Path) -> None:
    text = CLEAN.read_text().replace("SubnetIds: [subnet-0aaaaaaaaaaaaaaaa]", "SubnetId: subnet-0aaaaaaaaaaaaaaaa")
    wanted = next(number for number, line in enumerate(text.splitlines(), start=1) if "SubnetId:" in line)
    found = found_in(tmp_path / "cluster.yaml", text)
    assert [(finding.trap.id, finding.line) for finding in found] == [("subnet-id-ignored", wanted)]


def test_yes_is_true_as_ray_reads_it(tmp_path: Path) -> None:
    text = CLEAN.read_text().replace("use_internal_ips: true", "use_internal_ips: yes")
    assert found_in(tmp_path / "cluster.yaml", text) == []


def test_nodes_that_start_ray_by_their_user_data_are_taken_as_they_are(tmp_path: Path) -> None:
    edits = {
        "head_start_ray_commands": [": ray start", "sudo /opt/start ~/ray_bootstrap_config.yaml"],
        "available_node_types/cpu/node_config/UserData": "#!/bin/bash\nRAY_AUTH_MODE=token /opt/start\n",
        "available_node_types/cpu/labels": {"ray.io/market-type": "spot"},
    }
    assert ids(find_traps(edited(tmp_path / "cluster.yaml", edits))) == {"user-data-races"}  # with setup_commands


def test_a_head_that_starts_ray_without_updaters_may_have_rays_labels(tmp_path: Path) -> None:
    edits = {"provider/disable_node_updaters": True, "available_node_types/head/labels": {"ray.io/market-type": "on"}}
    assert ids(find_traps(edited(tmp_path / "cluster.yaml", edits))) == {"updaters-disabled"}


@pytest.mark.parametrize("name", ["badminton", "ray-administration", "adminton-ray", "fuller-access"])
def test_a_profile_of_another_name_sounds_like_nothing(name: str, tmp_path: Path) -> None:
    edits = {"available_node_types/cpu/node_config/IamInstanceProfile": {"Name": name}}
    assert ids(find_traps(edited(tmp_path / "cluster.yaml", edits))) == set()


def test_a_name_that_is_a_list_is_shown_as_it_stands(tmp_path: Path) -> None:
    found = found_in(tmp_path / "cluster.yaml", f"? [x, 1]\n: 2\n{CLEAN.read_text()}")
    assert [(finding.trap.id, finding.got) for finding in found] == [("unknown-field", "[x, 1]")]
