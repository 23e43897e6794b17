"""A cluster of machines that our user data made, with all that stands around it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.ports import Tier
from tests.ray.commands import CommandError, wait_until
from tests.ray.deployment import RESOLVER, STORE, STORE_NAME, TOOLS, Deployment, environment_of, node_python
from tests.ray.disk import USER_DATA_UNIT, Disk, install
from tests.ray.machine import Machine
from tests.ray.security_groups import SecurityGroups
from tests.ray.site import Site
from tests.ray.store import Store
from tests.ray.surroundings import ENDPOINT

MACHINE_ENVIRONMENT = {"AWS_ENDPOINT_URL": ENDPOINT}
RAY_CLI = "/opt/rayform/bin/ray-cli"


class Cluster:
    """One environment, deployed on this host."""

    def __init__(self, site: Site, deployment: Deployment) -> None:
        self.site, self.deployment = site, deployment
        self._name = deployment.environment.name
        self.machines: dict[str, Machine] = {}
        self.groups = SecurityGroups(deployment.environment, lambda: self.deployment.members, resolver=RESOLVER)
        site.aws.resolver.point(deployment.head_name, deployment.head)
        site.aws.add_secret(deployment.token_secret, deployment.token)

    def add_store(self) -> Store:
        """Make the store of its head."""
        deployment, certificate = self.deployment, self.site.certificate
        self.site.aws.add_secret(deployment.password_secret, deployment.password)
        self.site.aws.resolver.point(STORE_NAME, STORE)
        namespace = self.site.vpc.attach("store", [STORE])
        self.groups.add("memorydb", namespace)
        return Store(
            self.site.state,
            namespace,
            host_name=STORE_NAME,
            certificate=certificate,
            user=deployment.store_user,
            password=deployment.password,
        )

    def boot_all(self) -> None:
        """Start every instance of the environment."""
        self.boot_head()
        for name in self.deployment.workers:
            self.boot_worker(name)

    def boot_head(self, *, disk: Disk | None = None, volumes: Sequence[tuple[Path, str]] = ()) -> None:
        """Start the head: a new instance, or one with a disk that was one's before."""
        self.site.aws.resolver.point(self.deployment.head_name, self.deployment.head)
        self._boot("head", "head", self.deployment.head, disk=disk, volumes=volumes)

    def boot_worker(self, name: str, *, disk: Disk | None = None) -> None:
        """Start a worker, as the head is started."""
        self._boot("worker", name, self.deployment.workers[name], disk=disk)

    def _boot(
        self,
        tier: Tier,
        name: str,
        address: str,
        *,
        disk: Disk | None = None,
        volumes: Sequence[tuple[Path, str]] = (),
    ) -> None:
        namespace = self.site.vpc.attach(f"{self._name}-{name}", [address])
        self.groups.add(tier, namespace)
        self.site.aws.add_instance(address, f"i-{secrets.token_hex(8)}")
        if disk is None:
            disk = Disk(self.site.state, f"{self._name}-{name}")
            install(
                disk,
                host_name=f"ip-{address.replace('.', '-')}",
                user_data=self.deployment.user_data(tier, name),
                resolver=RESOLVER,
                environment=MACHINE_ENVIRONMENT,
                authority=self.site.certificate.authority.read_text(encoding="utf-8"),
            )
        self.machines[name] = Machine(
            self.site.state,
            f"{self._name}-{name}",
            namespace=namespace,
            disk=disk,
            tools=TOOLS,
            environment=MACHINE_ENVIRONMENT,
            volumes=volumes,
        )

    def store_head_in(self, storage: str) -> None:
        """Let the next head be one of an environment that keeps its state elsewhere, or nowhere."""
        environment = environment_of(storage, name=self._name, python_version=node_python())
        self.deployment.environment = environment
        self.groups.declare(environment)

    def power_off(self, name: str) -> None:
        """Pull the plug: its network goes first, so that nobody hears of its end."""
        self.site.vpc.unplug(f"{self._name}-{name}")
        self.machines[name].kill()

    def alive(self) -> dict[str, str]:
        """Ray's ids of the nodes that are alive, by address, as the head says."""
        said = self.machines["head"].run(RAY_CLI, "list", "nodes", "--format=json", "--limit=1000", seconds=30)
        alive = [node for node in json.loads(said[said.index("[") :]) if node["state"] == "ALIVE"]
        found = {node["node_ip"]: node["node_id"] for node in alive}
        if len(found) != len(alive):
            raise CommandError(f"a node is there twice: {alive}")
        return found

    def wait_until_whole(self, *, seconds: float, but_for: Mapping[str, str] | None = None) -> float:
        """Wait until exactly our machines that are on are nodes; `but_for` are ids of nodes that must be others now."""
        wanted = {machine.address for machine in self.machines.values() if machine.is_on}

        def is_whole() -> bool:
            self._insist_on_user_data()
            found = self.alive()
            if found.keys() != wanted:
                raise CommandError(f"alive are {sorted(found)}")
            return not found.items() & (but_for or {}).items()

        return wait_until(f"alive: {sorted(wanted)}", is_whole, seconds=seconds)

    def new_volume(self) -> Path:
        """The file system of an EBS volume, which outlives the machines that mount it."""
        folder = self.site.state.folder / "disks" / "volume"
        folder.mkdir()
        return folder

    def _insist_on_user_data(self) -> None:
        """A boot script that failed is not waited for."""
        for name, machine in self.machines.items():
            if machine.is_on and machine.succeeds("systemctl", "is-failed", "--quiet", USER_DATA_UNIT):
                raise RuntimeError(f"the boot script of {name} failed; its journal is below")

    def journals(self) -> list[tuple[str, str]]:
        """The last lines of what Ray's units say, for a test that failed."""
        show = ("journalctl", "--no-pager", "--lines=60", "--unit=user-data", "--unit=ray-*", "--unit=rayform-*")
        return [(f"journal of {name}", it.run(*show)) for name, it in self.machines.items() if it.is_on]

    def log(self, name: str) -> Path:
        """Where output may be kept until the end of the run."""
        return self.site.state.logs / f"{name}.log"

    def client(self, *arguments: str, token: str | None = "", **environment: str) -> list[str]:
        """A command line that runs Python where the operator is; `token` None is without one."""
        own = self.deployment.token if token == "" else token
        auth = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": own} if own is not None else {}
        variables = [f"{name}={value}" for name, value in {**auth, **environment}.items()]
        return self.site.operator.command("env", *variables, str(TOOLS / "bin/python"), *arguments)
