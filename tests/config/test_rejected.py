"""Every wrong environment file gives exactly the errors that its head names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.load import check_environment
from config.yaml_file import read_yaml
from tests.config.rejected_files import FILES, wanted_lines


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_gives_its_errors(path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        check_environment(read_yaml(path), name=path.stem)
    assert list(caught.value.lines) == wanted_lines(path)


def test_there_are_files() -> None:
    assert len(FILES) >= 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_errors_say_what_was_got_and_what_is_wanted(path: Path) -> None:
    for line in wanted_lines(path):
        assert "got " in line or "unknown setting" in line
        assert line.count("want ") == 1


_ONLY_STATIC = ("unknown setting", "count:", "placement_group:", "public_nodes:")
"""What the other flavour has another word on."""
_OTHERWISE = frozenset(
    {
        *("ray-too-old", "ray-too-old-for-its-flags", "too-many-buckets-for-a-role"),
        *("nat-without-public-offline", "offline-nodes-need-the-internet", "resource-more-than-ports"),
    }
)
"""It needs a newer Ray anyway, its head's role says more, its head calls EC2, and it knows what types have."""


def _of_both_flavours() -> Iterator[Path]:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        shared = not any(word in text for word in _ONLY_STATIC) and path.stem not in _OTHERWISE
        if shared and "\nflavour: static-ec2\n" in text:
            yield path


def _check_as_autoscaling(path: Path) -> None:
    file = read_yaml(path)
    file.content["flavour"] = "autoscaling-ec2"
    file.content.setdefault("workers", {"cpu": {"max_workers": 1}})
    check_environment(file, name=path.stem)


def test_what_flavours_share_is_refused_in_both() -> None:
    judged = list(_of_both_flavours())
    assert len(judged) >= 100
    for path in judged:
        with pytest.raises(ConfigError) as caught:
            _check_as_autoscaling(path)
        assert list(caught.value.lines) == wanted_lines(path)


_CLOUD = {"external_id": "org_a1b2-mine", "cloud_id": "cld_a1b2"}
_IN_A_CLOUD = frozenset({"network", "kms", "tags", "audit", "flavour", "target", "region", "project", "account_id"})
"""Sections that mean the same in a cloud."""
_OTHERWISE_IN_A_CLOUD = ("unknown setting", "install Ray", "role name", "access.public_nodes: true")
"""It has other settings, another need of a way out, other roles, and nodes that are always private."""


def _of_clouds_too() -> Iterator[Path]:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        shared = not any(word in text for word in _OTHERWISE_IN_A_CLOUD)
        if shared and "\nflavour: static-ec2\n" in text and _IN_A_CLOUD.issuperset(_given(path)):
            yield path


def _given(path: Path) -> list[str]:
    try:
        return list(read_yaml(path).content)
    except ConfigError:
        return ["nothing that can be read"]


@pytest.mark.parametrize(
    "settings",
    [{"flavour": "anyscale-cloud", "anyscale": _CLOUD}, {"flavour": "kuberay-eks", "workers": {"cpu": {}}}],
    ids=lambda settings: settings["flavour"],
)
def test_what_every_flavour_has_is_refused_in_all(settings: dict[str, Any]) -> None:
    judged = list(_of_clouds_too())
    assert len(judged) >= 30
    for path in judged:
        file = read_yaml(path)
        file.content.update(settings)
        with pytest.raises(ConfigError) as caught:
            check_environment(file, name=path.stem)
        assert set(caught.value.lines) >= set(wanted_lines(path))
