from __future__ import annotations

from typing import Any

import pytest

from config.errors import UserError
from config.load import load_environment
from scripts.state import Resource, State
from scripts.terraform import replacing
from scripts.terraform.deployment import Deployment
from scripts.terraform.replacing import addresses_to_replace, require_known, split_addresses

KNOWN = ("aws_instance.ray_head", "aws_instance.ray_worker_cpu_0", 'aws_subnet.private["us-west-2a"]')
STATE = State(tuple(Resource(address, address.split(".")[0], {}) for address in KNOWN))


@pytest.mark.parametrize(
    ("given", "addresses"),
    [
        ([], []),
        ([""], []),
        (["a.b"], ["a.b"]),
        (["a.b  c.d", "e.f"], ["a.b", "c.d", "e.f"]),
        (['a.b["one two"] c.d[0]'], ['a.b["one two"]', "c.d[0]"]),
        (["a.b[unclosed c.d"], ["a.b", "[", "unclosed", "c.d"]),
    ],
)
def test_addresses_stand_between_spaces(given: list[str], addresses: list[str]) -> None:
    assert split_addresses(given) == addresses


def test_what_the_state_has_is_accepted(deployment: Deployment) -> None:
    require_known(STATE, KNOWN, deployment)


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("aws_instance.ray_haed", "did you mean aws_instance.ray_head"),
        ("aws_subnet.private[us-west-2a]", 'did you mean aws_subnet.private["us-west-2a"]?'),
        ("zzz", "list all: terraform -chdir="),
    ],
)
def test_what_the_state_lacks_is_one_line(address: str, hint: str, deployment: Deployment) -> None:
    with pytest.raises(UserError) as refused:
        require_known(STATE, [KNOWN[0], address], deployment)
    (line,) = refused.value.lines
    assert line.startswith(f"REPLACE={address}: demo has no such resource; {hint}")


def test_the_state_is_read_only_to_replace(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_: Any) -> State:
        raise UserError("demo is not applied yet")

    monkeypatch.setattr(replacing, "load_state", read)
    demo = load_environment("demo")
    assert addresses_to_replace(demo, deployment, []) == []
    with pytest.raises(UserError, match="not applied yet"):
        addresses_to_replace(demo, deployment, ["aws_instance.ray_head"])
