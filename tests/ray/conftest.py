"""Fixtures of `make test-ray`. Tests without the marker are those of the harness itself, and need nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator, Iterator

import pytest

from config.errors import UserError
from tests.ray.cluster import Cluster
from tests.ray.deployment import HEAD, SECOND_HEAD, SECOND_WORKERS, WORKERS, Deployment, environment_of, node_python
from tests.ray.emulated import Emulated
from tests.ray.fleet import Fleet
from tests.ray.run_state import RunState
from tests.ray.site import Site
from tests.ray.store import Store
from tests.ray.times import TIMES, timed

CLUSTERS: list[Cluster | Fleet] = []
"""Those that were made, to show what they say when something fails."""
MARKERS = ("ray", "autoscaler")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Boot machines only when that is asked for by the marker."""
    unasked = [marker for marker in MARKERS if marker not in config.getoption("-m")]
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in unasked)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the machines say when a test fails."""
    report = yield
    if report.failed:
        for cluster in CLUSTERS:
            report.sections += cluster.journals()
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table of times."""
    if TIMES:
        terminalreporter.section("times")
        for what, seconds in TIMES:
            terminalreporter.write_line(f"{seconds:7.1f} s  {what}")


@pytest.fixture(scope="session")
def state(request: pytest.FixtureRequest) -> Iterator[RunState]:
    """The run; everything that it made is taken away at its end, also when it is interrupted."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.exit("error: these tests boot Linux machines: run them as root on Linux", returncode=2)
    before = signal.signal(signal.SIGTERM, lambda *_: pytest.exit("ended by SIGTERM", returncode=143))
    try:
        run = RunState("test-autoscaler" if "autoscaler" in request.config.getoption("-m") else "test-ray")
    except UserError as error:
        pytest.exit(f"error: {error}", returncode=2)
    try:
        yield run
    finally:
        run.close()
        signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def site(state: RunState) -> Site:
    """What stands around clusters."""
    with timed("what stands for AWS is up"):
        return Site(state)


@pytest.fixture(scope="session")
def unbooted(site: Site) -> Cluster:
    """A cluster of a head with MemoryDB and two workers, that nothing was booted of yet."""
    environment = environment_of("memorydb", python_version=node_python())
    return known(Cluster(site, Deployment(environment, HEAD, WORKERS)))


@pytest.fixture(scope="session")
def store(unbooted: Cluster) -> Store:
    """What stands for MemoryDB."""
    return unbooted.add_store()


@pytest.fixture(scope="session")
def cluster(unbooted: Cluster, store: Store) -> Cluster:
    """A whole cluster, made by the user data of its machines alone."""
    made = unbooted
    with timed("three new machines: from boot to a whole cluster"):
        made.boot_all()
        made.wait_until_whole(seconds=180)
    return made


@pytest.fixture(scope="session")
def second(site: Site) -> Cluster:
    """Another cluster, of a head and a worker, that nothing was booted of yet."""
    environment = environment_of("rocksdb", name="second", python_version=node_python())
    return known(Cluster(site, Deployment(environment, SECOND_HEAD, SECOND_WORKERS)))


@pytest.fixture(scope="session")
def emulated(state: RunState, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    """The embedded AWS, in which Terraform makes the environments."""
    made = Emulated(state, tmp_path_factory.mktemp("emulated"))
    try:
        yield made
    finally:
        made.close()


def known(cluster: Cluster) -> Cluster:
    CLUSTERS.append(cluster)
    return cluster
