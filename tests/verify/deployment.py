"""One applied environment on the embedded AWS: bent by boto3, and verified by the inventory's own reads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from scripts.audit.engine import Outcome, Result, judge
from scripts.inventory import Inventory
from scripts.inventory.inventory import COLLECTORS, collect
from scripts.inventory.reader import Reader
from scripts.inventory.scope import scope_of
from scripts.inventory.session import Session, session_for
from scripts.state import State
from scripts.verify.verification import VERIFYING, verifying

READ_AGAIN = (
    "network", "vpc_endpoints", "security_groups", "iam", "keys", "existing_bucket_keys", "buckets", "file_systems",
    "memorydb", "s3_account", "network_acls", "network_interfaces", "prefix_lists",
)  # fmt: skip
"""Parts of the inventory that are bent here; the others are read once."""


@dataclass(frozen=True)
class KeptSession(Session):
    """Makes each client once: to make them is most of the work of a round."""

    kept: dict[str, Any] = field(default_factory=dict, compare=False)

    def client(self, service: str) -> Any:
        if service not in self.kept:
            self.kept[service] = super().client(service)
        return self.kept[service]


@dataclass(frozen=True)
class Deployment:
    """What is applied, and where."""

    environment: AnyscaleCloudConfig
    state: State
    endpoint_url: str

    @cached_property
    def session(self) -> Session:
        """For bending."""
        return self._open()

    @cached_property
    def reading(self) -> Session:
        """For verifying, which only reads."""
        return self._open()

    def _open(self, region: str = "") -> Session:
        keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test")
        found = session_for({"AWS_ENDPOINT_URL": self.endpoint_url, **keys}, region or self.environment.region)
        return KeptSession(found.boto, found.endpoint_url, found.config)

    def client(self, service: str, region: str = "") -> Any:
        """A client that may change things."""
        return (self._open(region) if region else self.session).client(service)

    @cached_property
    def fresh(self) -> Inventory:
        """The whole inventory before anything is bent."""
        with Reader(self.reading) as reader:
            return collect(reader, scope_of(self.environment, self.state))

    def read(self, environment: AnyscaleCloudConfig, state: State) -> Inventory:
        """The inventory as it is now."""
        assert self.fresh
        with Reader(self.reading) as reader, ThreadPoolExecutor(len(READ_AGAIN)) as pool:
            scope = scope_of(environment, state)
            started = {part: pool.submit(COLLECTORS[part], reader, scope) for part in READ_AGAIN}
            parts: dict[str, Any] = {part: found.result() for part, found in started.items()}
        return replace(self.fresh, **parts, state=state)

    def verified(self, environment: AnyscaleCloudConfig | None = None, state: State | None = None) -> list[Result]:
        """What is not as it must be."""
        environment = environment or self.environment
        results = verifying(judge(self.read(environment, state or self.state), environment, VERIFYING))
        return [result for result in results if result.outcome is not Outcome.PASS]

    def output(self, name: str) -> Any:
        """A value of Terraform's."""
        return self.state.outputs[name]

    @property
    def vpc_id(self) -> str:
        return str(self.output("vpc_id"))

    @property
    def group_id(self) -> str:
        """The cloud's security group."""
        return str(self.output("security_group_ids")["cloud"])

    @property
    def bucket(self) -> str:
        return self.environment.bucket_name(CLOUD_BUCKET)

    @property
    def control_plane(self) -> str:
        """Name of the role."""
        return self.environment.role_name(CONTROL_PLANE)

    @property
    def node(self) -> str:
        """Name of the role."""
        return self.environment.role_name(CLUSTER_NODE)

    @property
    def file_system_id(self) -> str:
        return str(self.output("efs_id"))

    @property
    def store(self) -> str:
        """Name of the MemoryDB cluster."""
        return str(self.output("memorydb_name"))
