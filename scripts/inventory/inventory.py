"""Everything that the audit judges and the dump shows, from one round of reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.account import Account, collect_account
from scripts.inventory.addresses import Address, collect_addresses
from scripts.inventory.alarms import Alarm, collect_alarms
from scripts.inventory.answers import Answers
from scripts.inventory.backup import Backups, collect_backups
from scripts.inventory.details import Details, collect_details
from scripts.inventory.dns import Record, collect_records
from scripts.inventory.ebs import Ebs, collect_ebs
from scripts.inventory.ecr import Repository, collect_repositories
from scripts.inventory.efs import FileSystem, collect_file_systems
from scripts.inventory.eks import EksCluster, collect_eks_clusters
from scripts.inventory.eks_cluster import Eks, collect_eks
from scripts.inventory.endpoints import VpcEndpoint, collect_vpc_endpoints
from scripts.inventory.fsx import LustreFileSystem, collect_lustre
from scripts.inventory.guard import Guard, StateObject
from scripts.inventory.iam import Iam, collect_iam
from scripts.inventory.images import Image, collect_images
from scripts.inventory.instance_defaults import InstanceDefaults, collect_instance_defaults
from scripts.inventory.instances import Nodes, collect_nodes
from scripts.inventory.kms import Key, collect_existing_bucket_keys, collect_keys
from scripts.inventory.kubernetes_view import KubernetesView
from scripts.inventory.launch_templates import LaunchTemplate, collect_launch_templates
from scripts.inventory.logs import Logs, collect_logs
from scripts.inventory.memorydb import MemoryDb, collect_memorydb
from scripts.inventory.network import Network, collect_network
from scripts.inventory.network_acls import NetworkAcl, collect_network_acls
from scripts.inventory.network_interfaces import NetworkInterface, collect_network_interfaces
from scripts.inventory.pace import no_garbage_collection, shown_when_slow
from scripts.inventory.prefix_lists import PrefixLists, collect_prefix_lists
from scripts.inventory.prometheus import Prometheus, collect_prometheus
from scripts.inventory.quotas import Quotas, collect_quotas
from scripts.inventory.ray_nodes import RayView
from scripts.inventory.reader import Coverage, Reader
from scripts.inventory.reading import NotCollected, Reading
from scripts.inventory.s3 import Bucket, collect_buckets
from scripts.inventory.s3_account import S3Account, collect_s3_account
from scripts.inventory.scope import Scope, scope_of
from scripts.inventory.secrets import Secret, collect_secrets
from scripts.inventory.security_groups import SecurityGroups, collect_security_groups
from scripts.inventory.session import Session, open_session
from scripts.inventory.surroundings import Surroundings, collect_surroundings
from scripts.inventory.topics import Topics, collect_topics
from scripts.state import State, load_state


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
    ebs: Ebs
    launch_templates: Reading[tuple[LaunchTemplate, ...]]
    instance_defaults: Reading[InstanceDefaults]
    addresses: Reading[tuple[Address, ...]]
    quotas: Quotas
    account: Account
    s3_account: S3Account
    backups: Backups
    alarms: Reading[tuple[Alarm, ...]]
    topics: Topics
    eks_clusters: Reading[tuple[Reading[EksCluster], ...]]
    network_acls: Reading[tuple[NetworkAcl, ...]]
    network_interfaces: Reading[tuple[NetworkInterface, ...]]
    prefix_lists: PrefixLists
    details: Details
    surroundings: Surroundings
    coverage: Coverage
    # Both may hold what nobody must see.
    state: State = field(repr=False)
    answers: Answers = field(repr=False, compare=False)
    existing_bucket_keys: tuple[Key, ...] = ()
    """Key of a bucket that an Anyscale cloud uses and somebody else manages."""
    ray: RayView | None = None
    """What Ray on the head says, when it was asked: no read of AWS."""
    eks: Eks | None = None
    """The cluster of flavour kuberay-eks."""
    lustre: tuple[Reading[LustreFileSystem], ...] = ()
    repositories: tuple[Reading[Repository], ...] = ()
    prometheus: Prometheus | None = None
    kubernetes: KubernetesView | None = None
    """What the cluster itself says, when it was asked: no read of AWS."""


COLLECTORS: Mapping[str, Callable[[Reader, Scope], object]] = {
    "network": collect_network,
    "vpc_endpoints": collect_vpc_endpoints,
    "security_groups": collect_security_groups,
    "iam": collect_iam,
    "keys": collect_keys,
    "existing_bucket_keys": collect_existing_bucket_keys,
    "buckets": collect_buckets,
    "file_systems": collect_file_systems,
    "memorydb": collect_memorydb,
    "secrets": collect_secrets,
    "logs": collect_logs,
    "nodes": collect_nodes,
    "images": collect_images,
    "records": collect_records,
    "ebs": collect_ebs,
    "launch_templates": collect_launch_templates,
    "instance_defaults": lambda reader, _scope: collect_instance_defaults(reader),
    "addresses": collect_addresses,
    "quotas": collect_quotas,
    "account": lambda reader, _scope: collect_account(reader),
    "s3_account": collect_s3_account,
    "backups": collect_backups,
    "alarms": collect_alarms,
    "topics": collect_topics,
    "eks_clusters": collect_eks_clusters,
    "eks": collect_eks,
    "lustre": collect_lustre,
    "repositories": collect_repositories,
    "prometheus": collect_prometheus,
    "network_acls": collect_network_acls,
    "network_interfaces": collect_network_interfaces,
    "prefix_lists": collect_prefix_lists,
    "details": collect_details,
    "surroundings": collect_surroundings,
}
"""By the field of the inventory that each fills. Add yours here: they all run at once."""


_FOR_EKS_ONLY = ("amp", "ecr", "fsx")
"""Services that the other flavours have nothing of: a client costs time."""


def collect_inventory(environment: FoundationConfig) -> Inventory:
    """Read what is deployed. Raises UserError when nothing is."""
    return collect_through(open_session(environment), environment)


def collect_through(session: Session, environment: FoundationConfig) -> Inventory:
    """Read what is deployed, through a session. Raises UserError when nothing is."""
    guard = Guard(StateObject(environment.state_bucket, environment.state_key))
    session = session.read_only(guard)
    with no_garbage_collection(), Reader(session) as reader, shown_when_slow(reader.progress):
        # Clients are made while the state is on its way.
        reader.make_clients(without=() if isinstance(environment, KuberayEksConfig) else _FOR_EKS_ONLY)
        return collect(reader, scope_of(environment, load_state(environment, session=session)))


def collect(reader: Reader, scope: Scope) -> Inventory:
    """Run every collector on a thread of its own, whatever the number of processors: they only wait for reads."""
    with ThreadPoolExecutor(len(COLLECTORS), thread_name_prefix="collect") as pool:
        started = {field: pool.submit(collector, reader, scope) for field, collector in COLLECTORS.items()}
        collected = {field: _collected(field, future) for field, future in started.items()}
    broken = tuple(part for part in collected.values() if isinstance(part, NotCollected))
    coverage = reader.coverage().also(broken)
    return Inventory(**collected, coverage=coverage, state=scope.state, answers=reader.answers())


def _collected(field: str, future: Future[Any]) -> Any:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 — what breaks one collector must not hide what the others read
        return NotCollected(f"inventory:{field}", f"broke on what was read ({type(error).__name__})")
