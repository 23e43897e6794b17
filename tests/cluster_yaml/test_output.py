"""The output that holds the autoscaler's configuration."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode

import pytest

from scripts.cluster_yaml.output import unpacked

PACKED = gzip.compress(json.dumps({"cluster_name": "ray-demo"}).encode())


def test_what_was_packed_comes_out() -> None:
    assert unpacked(b64encode(PACKED).decode()) == {"cluster_name": "ray-demo"}


@pytest.mark.parametrize("position", range(len(PACKED)))
def test_a_broken_byte_is_said_so_or_changes_nothing(position: int) -> None:
    broken = bytes([*PACKED[:position], PACKED[position] ^ 0xFF, *PACKED[position + 1 :]])
    try:
        found = unpacked(b64encode(broken).decode())
    except ValueError:
        return
    assert found == {"cluster_name": "ray-demo"}
