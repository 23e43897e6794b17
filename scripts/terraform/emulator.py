"""What the embedded AWS needs around Terraform's changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from config.paths import LOCAL_AWS
from scripts.terraform.deployment import Deployment
from scripts.terraform.emulator_kubernetes import kubernetes_of, provide_kubernetes

if TYPE_CHECKING:
    from config.environment import Environment

EXISTING_VPC_CIDR = "10.0.0.0/16"


@contextmanager
def saved_afterwards(deployment: Deployment) -> Iterator[None]:
    """Keep the emulator's state with Terraform's, also after a failure: half an apply has made things too."""
    try:
        yield
    finally:
        if deployment.target == "local":
            from scripts.local_aws.client import save

            save()


def prepare_destroy(deployment: Deployment, name_prefix: str) -> None:
    """Delete on the emulator what Terraform would wait for over minutes."""
    if deployment.target == "local":
        from scripts.local_aws import client

        client.prepare_destroy(name_prefix)


def provide_existing_network(environment: Environment, deployment: Deployment) -> None:
    """Give an environment what it names and does not make, for a rehearsal: VPC, bucket, key pair, images, cluster."""
    network, key_pair, images = existing_network(environment), _existing_key_pair(environment), _images(environment)
    bucket, kubernetes = _existing_bucket(environment), kubernetes_of(environment)
    if deployment.target != "local" or not (network or key_pair or images or bucket or kubernetes):
        return
    from scripts.local_aws.existing_bucket import create_existing_bucket
    from scripts.local_aws.existing_network import (
        create_existing_images,
        create_existing_key_pair,
        create_existing_network,
    )
    from scripts.local_aws.folder import locked
    from scripts.local_aws.identity import Folder

    endpoint = deployment.variables["AWS_ENDPOINT_URL"]
    with locked(Folder(LOCAL_AWS.resolve())):  # environments may share a VPC, and be planned at the same time
        if network:
            create_existing_network(endpoint, region=environment.region, cidr=EXISTING_VPC_CIDR, **network)
        if key_pair:
            create_existing_key_pair(endpoint, region=environment.region, name=key_pair)
        if images:
            create_existing_images(endpoint, region=environment.region, images=images)
        if bucket:
            create_existing_bucket(endpoint, region=environment.region, **bucket)
        if kubernetes:
            provide_kubernetes(kubernetes, endpoint)


def _existing_bucket(environment: Environment) -> Mapping[str, Any] | None:
    """Name, key and CORS rules of the bucket that an environment expects to find; None when it makes its own."""
    from config.anyscale_cloud import CONSOLE_CORS, AnyscaleCloudConfig

    if not isinstance(environment, AnyscaleCloudConfig) or environment.bucket.existing_name is None:
        return None
    rule = {
        "AllowedOrigins": CONSOLE_CORS.origins,
        "AllowedMethods": CONSOLE_CORS.methods,
        "AllowedHeaders": CONSOLE_CORS.headers,
        "ExposeHeaders": CONSOLE_CORS.expose_headers,
    }
    return {"name": environment.bucket.existing_name, "key_arn": environment.bucket.existing_key_arn, "cors": [rule]}


def _images(environment: Environment) -> Mapping[str, str]:
    """Architecture of each image that is given by id: what the environment expects it to be."""
    from config.ec2_cluster import Ec2ClusterConfig

    if not isinstance(environment, Ec2ClusterConfig):
        return {}
    nodes = [*environment.nodes_of("head"), *environment.nodes_of("worker")]
    return {node.ami: node.image_architecture for node in nodes if node.ami.startswith("ami-")}


def _existing_key_pair(environment: Environment) -> str | None:
    name: str | None = getattr(getattr(environment, "access", None), "key_pair_name", None)
    return name


def existing_network(environment: Environment) -> Mapping[str, Any] | None:
    """The VPC and subnets (`id: (zone, CIDR)`) that an environment expects to find; None when it makes its own.

    Public subnets give addresses at launch where Anyscale's nodes are meant to have them.
    """
    from config.anyscale_cloud import AnyscaleCloudConfig

    existing = getattr(getattr(environment, "network", None), "existing", None)
    if existing is None:
        return None
    subnets = [*existing.private_subnets.items(), *existing.public_subnets.items()]
    places = {subnet_id: (zone, f"10.0.{index}.0/24") for index, (zone, subnet_id) in enumerate(subnets)}
    gives = isinstance(environment, AnyscaleCloudConfig) and environment.access.public_nodes
    return {
        "vpc_id": existing.vpc_id,
        "subnets": places,
        "private": list(existing.private_subnets.values()),
        "public": list(existing.public_subnets.values()) if gives else [],
    }
