"""What to know before the command is run, and what comes after it."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.commands import make_commands

_NARROW_VPC = 20
_NARROW_SUBNET = 24
"""Longer prefixes make Anyscale's verification warn."""


def notes(environment: AnyscaleCloudConfig) -> list[str]:
    """Lines for whoever runs it."""
    warnings = [f"{text}, of which Anyscale's verification warns: {setting}" for text, setting in _known(environment)]
    return [*_before(environment), *warnings, _after(environment)]


def _before(environment: AnyscaleCloudConfig) -> Iterator[str]:
    if environment.target == "local":
        yield "a rehearsal: these ids are of the embedded AWS, which Anyscale cannot reach"
    if environment.anyscale.cloud_id is not None:
        yield (
            f"by anyscale.cloud_id it is registered as {environment.anyscale.cloud_id}: "
            "to register again makes another cloud"
        )
    if environment.efs is not None:
        yield "nodes of all zones will mount the file system by its target in the first zone, as Anyscale registers one"
    if environment.efs is not None and environment.efs.require_iam:
        yield "nodes must mount the file system by TLS and IAM, which Anyscale is not known to do: efs.require_iam"


def _known(environment: AnyscaleCloudConfig) -> Iterator[tuple[str, str]]:
    """What Anyscale's own verification warns of, and the setting that changes it; none of it stops a registration."""
    yield from _of_network(environment)
    access, efs, memorydb = environment.access, environment.efs, environment.memorydb
    if not access.client_cidrs:
        yield "nobody may reach port 443", "access.client_cidrs"
    if access.machine_pool_cidrs:
        yield "more is open than 443 and 22", "access.machine_pool_cidrs"
    if efs is not None and not efs.backup:
        yield "the file system has no backup", "efs.backup: true"
    if memorydb is not None and not memorydb.in_cloud_security_group:
        yield "MemoryDB has a security group of its own", "memorydb.in_cloud_security_group: true"
    if memorydb is not None and memorydb.maxmemory_policy != "allkeys-lru":
        yield f"MemoryDB is on {memorydb.maxmemory_policy}", "memorydb.maxmemory_policy: allkeys-lru"


def _of_network(environment: AnyscaleCloudConfig) -> Iterator[tuple[str, str]]:
    if environment.network.existing is not None:
        return
    if environment.network.cidr.prefixlen > _NARROW_VPC:
        yield f"the VPC is narrower than /{_NARROW_VPC}", "network.cidr"
    subnets = environment.layout.node_subnets(public=environment.access.public_nodes).values()
    if any(not isinstance(subnet, str) and subnet.prefixlen > _NARROW_SUBNET for subnet in subnets):
        yield f"subnets are narrower than /{_NARROW_SUBNET}", "network.subnet_prefix"


def _after(environment: AnyscaleCloudConfig) -> str:
    apply = make_commands(("plan", "apply", "verify"), environment)
    if environment.anyscale.cloud_id is not None:
        return f"another cloud id goes into the environment file as anyscale.cloud_id, then: {apply}"
    kept = "bucket.existing_name" if environment.bucket.existing_name is not None else "bucket.name"
    return (
        f"afterwards put the cloud id (cld_…) into the environment file as anyscale.cloud_id, keep {kept} as it is, "
        f"then: {apply}"
    )
