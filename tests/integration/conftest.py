"""All environments, applied at the same time on one embedded AWS: most of the time is the provider's own waiting."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.paths import ENVIRONMENTS, environment_names
from tests.integration.workspace import Workspace
from tests.kubernetes import chart

OWN = Path(__file__).parent / "environments"
NAMES = [*environment_names(), *sorted(path.stem for path in OWN.glob("*.yaml"))]


PROTECTED = "production"
"""The one that stays protected: to lift that takes a plan and an apply more, for each."""
TWICE_SYNTHESIZED = (PROTECTED, "autoscaling", "anyscale", "eks")
"""One of each flavour is synthesized anew before its apply, as `make apply` does: that must not make the plan stale."""

ON_KUBERNETES = ("eks", "eks-existing")
"""Those whose second stage is deployed, too."""


def new_workspace(directory: Path) -> Workspace:
    """A workspace with copies of all environments."""
    workspace = Workspace(directory)
    workspace.environments.mkdir()
    for path in [*ENVIRONMENTS.glob("*.yaml"), *OWN.glob("*.yaml")]:
        text = path.read_text(encoding="utf-8")
        if path.stem != PROTECTED:
            text = text.replace("protect: true", "protect: false")
        (workspace.environments / path.name).write_text(text, encoding="utf-8")
    shutil.copytree(OWN / "hooks", workspace.environments / "hooks")
    chart.pack(workspace.chart, with_crds=chart.crds() if chart.path_of_definitions().exists() else chart.open_crds())
    return workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace whose embedded AWS is stopped in the end."""
    found = new_workspace(tmp_path_factory.mktemp("workspace"))
    yield found
    found.local_aws("reset")


def apply(workspace: Workspace, name: str) -> None:
    """Plan, apply and deploy one environment."""
    workspace.terraform("plan", name).succeeded()
    if name in TWICE_SYNTHESIZED:
        workspace.synth(name).succeeded()
    workspace.terraform("apply", name).succeeded()
    if name in ON_KUBERNETES:
        workspace.kubernetes("deploy", name).succeeded()


@pytest.fixture(scope="module")
def deployed(workspace: Workspace) -> Workspace:
    """The workspace with all environments applied."""
    workspace.local_aws("up").succeeded()
    with ThreadPoolExecutor(len(NAMES)) as pool:
        list(pool.map(lambda name: apply(workspace, name), NAMES))
    return workspace
