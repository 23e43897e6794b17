"""What was applied of a cloud, from Terraform's outputs, and whether it is still what the environment file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.anyscale import CLOUD_ID_TAG
from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.anyscale_firewall import cloud_groups
from config.commands import make_commands
from config.errors import UserError
from config.ports import REDIS_PORT
from scripts.audit.verdict import shown
from scripts.state import State


class _Outputs(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class _ByRole(_Outputs):
    control_plane: Annotated[str, Field(alias=CONTROL_PLANE)]
    cluster_node: Annotated[str, Field(alias=CLUSTER_NODE)]


class _OfNodes(_Outputs):
    cluster_node: Annotated[str, Field(alias=CLUSTER_NODE)]


class _Buckets(_Outputs):
    cloud: Annotated[str, Field(alias=CLOUD_BUCKET)]


class AppliedCloud(_Outputs):
    """The outputs of the stack that a registration needs."""

    vpc_id: str
    public_subnet_ids: dict[str, str]
    """By zone."""
    private_subnet_ids: dict[str, str]
    """By zone."""
    node_subnet_ids: dict[str, str]
    """Subnets that nodes are launched in, by zone."""
    security_group_ids: dict[str, str]
    """By name of the group."""
    role_arns: _ByRole
    instance_profile_arns: _OfNodes
    bucket_names: _Buckets
    external_id: str
    cloud_id: str | None = None
    """That of the tags."""
    efs_id: str | None = None
    efs_mount_target_addresses: dict[str, str] = {}
    """IPv4 addresses by zone."""
    memorydb_name: str | None = None
    memorydb_arn: str | None = None
    memorydb_address: str | None = None
    """DNS name of the cluster's endpoint, without a port."""

    @property
    def memorydb_endpoint(self) -> str | None:
        """Where heads reach it, over TLS."""
        return None if self.memorydb_address is None else f"rediss://{self.memorydb_address}:{REDIS_PORT}"


def outputs_of(state: State) -> dict[str, Any]:
    """The outputs, and the cloud id that the tags of what is applied have."""
    tags = [role.attributes.get("tags_all") or {} for role in state.of_type("aws_iam_role")]
    return {**state.outputs, "cloud_id": next((each[CLOUD_ID_TAG] for each in tags if CLOUD_ID_TAG in each), None)}


def applied_cloud(environment: AnyscaleCloudConfig, outputs: Mapping[str, Any]) -> AppliedCloud:
    """Raises UserError where outputs are missing, or the environment file says something else by now."""
    run = f"run: {make_commands(('plan', 'apply'), environment)}"
    try:
        cloud = AppliedCloud.model_validate(outputs)
    except ValidationError as error:
        missing = ".".join(map(str, error.errors()[0]["loc"]))
        raise UserError(f"{environment.name} is not applied as a whole, output {missing} is missing; {run}") from None
    if differences := list(_differences(environment, cloud)):
        raise UserError(f"{environment.name} is not applied as its file says: {', '.join(differences)}; {run}")
    return cloud


def _differences(environment: AnyscaleCloudConfig, cloud: AppliedCloud) -> Iterator[str]:
    for setting, (wanted, applied) in _compared(environment, cloud).items():
        if wanted != applied:
            yield f"{setting} is {shown(wanted)}, applied is {shown(applied)}"


def _compared(environment: AnyscaleCloudConfig, cloud: AppliedCloud) -> dict[str, tuple[object, object]]:
    """By setting: what the file says, and what was applied."""
    public = environment.access.public_nodes
    tier = cloud.public_subnet_ids if public else cloud.private_subnet_ids
    zones = sorted(environment.node_zones)
    mounted = environment.node_zones if environment.efs is not None and cloud.efs_id is not None else []
    return {
        "anyscale.external_id": (environment.anyscale.external_id, cloud.external_id),
        "anyscale.cloud_id": (environment.anyscale.cloud_id, cloud.cloud_id),
        "access.public_nodes": (public, public if cloud.node_subnet_ids == tier else not public),
        "network.existing": _existing(environment, cloud),
        "the list of zones": (zones, sorted(cloud.node_subnet_ids)),
        "the list of security groups": (sorted(cloud_groups(environment)), sorted(cloud.security_group_ids)),
        "the cloud's bucket": (environment.bucket_name(CLOUD_BUCKET), cloud.bucket_names.cloud),
        "the control plane's role": (environment.role_name(CONTROL_PLANE), _name(cloud.role_arns.control_plane)),
        "the nodes' role": (environment.role_name(CLUSTER_NODE), _name(cloud.role_arns.cluster_node)),
        "efs": (_made(environment.efs), _made(cloud.efs_id)),
        "the list of mount targets": (sorted(mounted), sorted(cloud.efs_mount_target_addresses)),
        "memorydb": (_made(environment.memorydb), _made(cloud.memorydb_address)),
    }


def _existing(environment: AnyscaleCloudConfig, cloud: AppliedCloud) -> tuple[object, object]:
    existing = environment.network.existing
    if existing is None:
        return (None, None)
    wanted = [existing.vpc_id, *existing.public_subnets.values(), *existing.private_subnets.values()]
    applied = [cloud.vpc_id, *cloud.public_subnet_ids.values(), *cloud.private_subnet_ids.values()]
    return (sorted(wanted), sorted(applied))


def _made(what: object) -> str:
    return "off" if what is None else "on"


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]
