"""The locks serve every machine: hashes for all, an index address for none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.paths import ROOT

LOCKS = sorted(ROOT.glob("requirements*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_is_exact_hashed_and_without_addresses(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    requirements = re.findall(r"^[a-z0-9].*(?:\n    .*)*", text, re.MULTILINE | re.IGNORECASE)
    assert requirements
    for requirement in requirements:
        assert re.match(r"[\w.\[\],-]+==\S+", requirement)
        assert "--hash=sha256:" in requirement


def test_every_lock_has_its_source() -> None:
    assert [lock.with_suffix(".in") for lock in LOCKS] == sorted(ROOT.glob("requirements*.in"))
    assert len(LOCKS) == 6


def test_the_installer_is_the_same_in_both_locks() -> None:
    pinned = {
        re.search(r"^uv==(\S+)", (ROOT / name).read_text(), re.MULTILINE)[1]  # type: ignore[index]
        for name in ("requirements-uv.txt", "requirements-dev.txt")
    }
    assert len(pinned) == 1
