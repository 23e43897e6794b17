"""The parts of a cloud that are registered with Anyscale, found in the inventory."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import CLOUD_BUCKET, AnyscaleCloudConfig
from scripts.audit.iam_effect.roles import Subject, subject_of
from scripts.audit.wanted import group_names, node_subnet_ids
from scripts.inventory import Inventory
from scripts.inventory.iam import Role
from scripts.inventory.memorydb import Cluster
from scripts.inventory.network import Subnet
from scripts.inventory.reading import Reading, Unreadable, each, readable
from scripts.inventory.s3 import Bucket


def has_efs(config: AnyscaleCloudConfig) -> bool:
    """Environments of flavour `anyscale-cloud` with EFS."""
    return config.efs is not None


def has_memorydb(config: AnyscaleCloudConfig) -> bool:
    """Environments of flavour `anyscale-cloud` with MemoryDB."""
    return config.memorydb is not None


def has_clients(config: AnyscaleCloudConfig) -> bool:
    """Environments of flavour `anyscale-cloud` that let clients in."""
    return bool(config.access.client_cidrs)


def has_services(config: AnyscaleCloudConfig) -> bool:
    """Environments of flavour `anyscale-cloud` with Anyscale Services."""
    return config.anyscale.services


def has_cloud_id(config: AnyscaleCloudConfig) -> bool:
    """Environments of flavour `anyscale-cloud` whose cloud has an id."""
    return config.anyscale.cloud_id is not None


def node_subnets(inventory: Inventory, config: AnyscaleCloudConfig) -> list[Subnet]:
    """The subnets to register, those that are there and in the VPC. Raises NotReadableError."""
    ids = node_subnet_ids(inventory, config)
    return [subnet for subnet in readable(inventory.network.subnets) if subnet.subnet_id in ids]


def group_id(inventory: Inventory, config: AnyscaleCloudConfig) -> str | None:
    """Id of the cloud's security group, when it is there. Raises NotReadableError."""
    name = config.group_name("cloud")
    return next((id_ for id_, found in group_names(inventory).items() if found == name), None)


def subjects(inventory: Inventory, config: AnyscaleCloudConfig, *parts: str) -> Iterator[Subject]:
    """Roles of the cloud that are there, by the last parts of their names. Raises NotReadableError at the end."""
    names = [config.role_name(part) for part in parts]
    for role in each(_mine(inventory, names)):
        yield subject_of(role, config)


def _mine(inventory: Inventory, names: list[str]) -> Iterator[Reading[Role]]:
    for role in inventory.iam.roles:
        if (role.about if isinstance(role, Unreadable) else role.name) in names:
            yield role


def bucket(inventory: Inventory, config: AnyscaleCloudConfig) -> Bucket | None:
    """The cloud's bucket, when it is there."""
    name = config.bucket_name(CLOUD_BUCKET)
    return next((bucket for bucket in inventory.buckets if bucket.name == name), None)


def unseen_endpoints(inventory: Inventory, config: AnyscaleCloudConfig) -> Unreadable | None:
    """Why the endpoints of the VPC are not seen: those of a VPC that another account shares, only that one sees.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html
    """
    for vpc in readable(inventory.network.vpcs):
        if vpc.owner_id not in ("", config.account_id):
            why = f"no answer: only account {vpc.owner_id}, which the VPC belongs to, sees its endpoints"
            return Unreadable("ec2:DescribeVpcEndpoints", why, vpc.vpc_id)
    return None


def stores(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Cluster]:
    """The cloud's MemoryDB cluster, when it is there. Raises NotReadableError at the end."""
    return (found for found in each(inventory.memorydb.clusters) if found.name == config.memorydb_name)
