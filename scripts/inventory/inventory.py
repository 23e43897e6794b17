"""Everything that the audit judges and the dump shows, from one round of reads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from config.static_ec2 import StaticEc2Config
from scripts.inventory.dns import Record, collect_records
from scripts.inventory.efs import FileSystem, collect_file_systems
from scripts.inventory.endpoints import VpcEndpoint, collect_vpc_endpoints
from scripts.inventory.iam import Iam, collect_iam
from scripts.inventory.images import Image, collect_images
from scripts.inventory.instances import Nodes, collect_nodes
from scripts.inventory.kms import Key, collect_keys
from scripts.inventory.logs import Logs, collect_logs
from scripts.inventory.memorydb import MemoryDb, collect_memorydb
from scripts.inventory.network import Network, collect_network
from scripts.inventory.reader import Coverage, Reader
from scripts.inventory.reading import Reading
from scripts.inventory.s3 import Bucket, collect_buckets
from scripts.inventory.scope import Scope, scope_of
from scripts.inventory.secrets import Secret, collect_secrets
from scripts.inventory.security_groups import SecurityGroups, collect_security_groups
from scripts.inventory.session import open_session
from scripts.state import load_state

COLLECTORS = 13
"""Threads: one for each service, whatever the number of processors, because they only wait."""


@dataclass(frozen=True)
class Inventory:
    """One environment as AWS describes it."""

    network: Network
    vpc_endpoints: Reading[tuple[VpcEndpoint, ...]]
    security_groups: SecurityGroups
    iam: Iam
    keys: tuple[Key, ...]
    buckets: tuple[Bucket, ...]
    file_systems: tuple[Reading[FileSystem], ...]
    memorydb: MemoryDb
    secrets: tuple[Reading[Secret], ...]
    logs: Logs
    nodes: Nodes
    images: Reading[tuple[Image, ...]]
    records: tuple[Reading[tuple[Record, ...]], ...]
    coverage: Coverage


def collect_inventory(environment: StaticEc2Config) -> Inventory:
    """Read what is deployed. Raises UserError when nothing is."""
    session = open_session(environment)
    scope = scope_of(environment, load_state(environment, session=session))
    with Reader(session) as reader:
        return collect(reader, scope)


def collect(reader: Reader, scope: Scope) -> Inventory:
    """Run every collector on a thread of its own, so that all reads start at once."""
    with ThreadPoolExecutor(COLLECTORS, thread_name_prefix="collect") as pool:
        network = pool.submit(collect_network, reader, scope)
        vpc_endpoints = pool.submit(collect_vpc_endpoints, reader, scope)
        security_groups = pool.submit(collect_security_groups, reader, scope)
        iam = pool.submit(collect_iam, reader, scope)
        keys = pool.submit(collect_keys, reader, scope)
        buckets = pool.submit(collect_buckets, reader, scope)
        file_systems = pool.submit(collect_file_systems, reader, scope)
        memorydb = pool.submit(collect_memorydb, reader, scope)
        secrets = pool.submit(collect_secrets, reader, scope)
        logs = pool.submit(collect_logs, reader, scope)
        nodes = pool.submit(collect_nodes, reader, scope)
        images = pool.submit(collect_images, reader, scope)
        records = pool.submit(collect_records, reader, scope)
        return Inventory(
            network=network.result(),
            vpc_endpoints=vpc_endpoints.result(),
            security_groups=security_groups.result(),
            iam=iam.result(),
            keys=keys.result(),
            buckets=buckets.result(),
            file_systems=file_systems.result(),
            memorydb=memorydb.result(),
            secrets=secrets.result(),
            logs=logs.result(),
            nodes=nodes.result(),
            images=images.result(),
            records=records.result(),
            coverage=reader.coverage(),
        )
