"""`make wheels`: fill the prefix that `ray.wheel_source` names."""

from __future__ import annotations

import sys

from config.ec2_cluster import Ec2ClusterConfig
from config.errors import UserError, report_user_errors
from config.instance_types import Architecture
from config.load import load_environment
from config.paths import BUILD
from scripts.arguments import environment_parser
from scripts.rendering.python_packages import python_packages
from scripts.target import enter_aws
from scripts.wheels.download import download
from scripts.wheels.upload import upload


def architectures(environment: Ec2ClusterConfig) -> list[Architecture]:
    """Processors of the environment's nodes."""
    nodes = [*environment.nodes_of("head"), *environment.nodes_of("worker")]
    return sorted({node.image_architecture for node in nodes})


def fill(environment: Ec2ClusterConfig) -> None:
    """Download what the nodes install, upload what is not there yet."""
    import boto3

    ray = environment.ray
    if ray.wheel_source is None:
        raise UserError(
            f"{environment.name} has no ray.wheel_source: its nodes install from an index, and need no wheels"
        )
    enter_aws(environment)
    requirements = python_packages(ray)
    for architecture in architectures(environment):
        directory = BUILD / "wheels" / f"{environment.name}-{architecture}"
        print(f"wheels for {architecture}: {' '.join(requirements)}", flush=True)
        files = download(
            requirements, architecture=architecture, python_version=ray.python_version, directory=directory
        )
        done = upload(boto3.client("s3", region_name=environment.region), files, ray.wheel_source)
        print(f"{ray.wheel_source}: {len(done)} uploaded, {len(files) - len(done)} were there")


@report_user_errors
def main() -> int:
    """Load, fill."""
    given = environment_parser("scripts.wheels", __doc__).parse_args()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, Ec2ClusterConfig):
        raise UserError(f"{environment.name} has flavour {environment.flavour}, whose nodes take no wheels")
    fill(environment)
    return 0


if __name__ == "__main__":
    sys.exit(main())
