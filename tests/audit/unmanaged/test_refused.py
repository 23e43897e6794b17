"""Each read refused, or answered with nonsense: nothing breaks, and nobody is accused of what was not seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, cast

import pytest
from boto3.session import Session as BotoSession
from botocore.config import Config
from moto import mock_aws

from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, Result, judge
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Unreadable
from scripts.inventory.scope import Scope, scope_of
from scripts.inventory.session import Session
from scripts.inventory.surroundings import collect_surroundings
from tests.audit.environments import load
from tests.audit.healthy import healthy
from tests.audit.unmanaged.test_collect import make_by_hand
from tests.inventory.world import World

SMALL = load("small")
HEALTHY = healthy(SMALL)
UNMANAGED = [check for check in CHECKS if check.service == "unmanaged" and check.is_for(SMALL)]
NONSENSE: tuple[Any, ...] = ([None], ["text"], [{}], [{"Tags": 3}], [[]])


class Recorder(Reader):
    """Remembers every answer."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.answered: dict[str, Any] = {}

    def start(self, read: Read, **arguments: Any) -> Answer:
        answer = super().start(read, **arguments)
        self.answered[_key(read, arguments)] = answer.future.result()
        return answer


class Replay:
    """Gives the answers again, but for one read."""

    def __init__(self, answered: Mapping[str, Any], name: str, instead: Any) -> None:
        self._answered, self._name, self._instead = answered, name, instead

    def start(self, read: Read, **arguments: Any) -> Answer:
        future: Future[Any] = Future()
        future.set_result(self._instead if read.name == self._name else self._answered[_key(read, arguments)])
        return Answer(read, "", arguments, future)


def _key(read: Read, arguments: Mapping[str, Any]) -> str:
    return f"{read.name} {json.dumps(arguments, sort_keys=True)}"


@pytest.fixture(scope="module")
def recorded() -> Iterator[tuple[Scope, dict[str, Any]]]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        world = World(SMALL)
        make_by_hand(world)
        scope = scope_of(SMALL, world.state)
        session = Session(BotoSession(region_name=SMALL.region), None, Config(parameter_validation=False))
        reader = Recorder(session)
        with reader:
            collect_surroundings(reader, scope)
        # What only the emulator has, moto refuses.
        answers = {key: [] if isinstance(found, Unreadable) else found for key, found in reader.answered.items()}
        yield scope, answers


def results(scope: Scope, answered: Mapping[str, Any], name: str, instead: Any) -> list[Result]:
    reader = cast("Reader", Replay(answered, name, instead))
    return judge(replace(HEALTHY, surroundings=collect_surroundings(reader, scope)), SMALL, UNMANAGED)


def failures(found: list[Result]) -> set[tuple[str, str]]:
    return {(result.check.id, result.resource) for result in found if result.outcome is Outcome.FAIL}


def names(answered: Mapping[str, Any]) -> list[str]:
    return sorted({key.partition(" ")[0] for key in answered})


def test_a_read_that_is_refused_is_unknown_and_accuses_nobody(recorded: tuple[Scope, dict[str, Any]]) -> None:
    scope, answered = recorded
    usual = failures(results(scope, answered, "", None))
    assert len(usual) > 10
    for name in names(answered):
        found = results(scope, answered, name, Unreadable(name, "AccessDenied"))
        assert failures(found) <= usual, name
        assert any(result.outcome is Outcome.UNKNOWN and name in result.detail for result in found), name
        assert not any("the check itself failed" in result.detail for result in found), name


@pytest.mark.parametrize("nonsense", NONSENSE, ids=str)
def test_an_answer_that_is_nonsense_breaks_nothing(recorded: tuple[Scope, dict[str, Any]], nonsense: Any) -> None:
    scope, answered = recorded
    for name in names(answered):
        found = results(scope, answered, name, nonsense)
        assert not any("the check itself failed" in result.detail for result in found), name
        assert {result.check.id for result in found} == {check.id for check in UNMANAGED}, name
