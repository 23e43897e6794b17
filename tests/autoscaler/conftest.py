"""One embedded AWS with all environments, and the life of each, played once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.autoscaler.lives import LIVES, Life, Stage
from tests.autoscaler.site import Deployed, deploy
from tests.iam_gate import Gate

Lives = Callable[[str], Life]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Deployed]]:
    found = deploy(tmp_path_factory.mktemp("site"))
    yield found
    next(iter(found.values())).workspace.local_aws("reset")


@pytest.fixture(scope="session")
def stages(site: dict[str, Deployed], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Stage]]:
    """A gate for each environment: only its own roles have a key there."""
    upstream = f"http://127.0.0.1:{next(iter(site.values())).workspace.emulator['port']}"
    gates = {name: Gate(upstream) for name in site}
    for gate in gates.values():
        gate.start()
    yield {name: Stage(site[name], gate, tmp_path_factory.mktemp(name)) for name, gate in gates.items()}
    for gate in gates.values():
        gate.stop()


@pytest.fixture(scope="session")
def life(stages: dict[str, Stage]) -> Lives:
    """The life of an environment's cluster, by name."""
    played: dict[str, Life] = {}

    def of(name: str) -> Life:
        if name not in played:
            stages[name].gate.clear()
            played[name] = LIVES[name](stages[name])
        return played[name]

    return of
