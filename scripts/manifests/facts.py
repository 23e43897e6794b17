"""What the documents must know of AWS: Terraform's outputs, or placeholders before an apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from config.commands import make_commands
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.service_accounts import service_accounts
from scripts.operate.outputs import load_outputs

if TYPE_CHECKING:
    from scripts.inventory.session import Session


@dataclass(frozen=True)
class EfsFacts:
    """The file system and the access point that pods mount it by."""

    file_system_id: str
    access_point_id: str


@dataclass(frozen=True)
class FsxFacts:
    """The Lustre file system, and where others of its kind go."""

    file_system_id: str
    dns_name: str
    mount_name: str
    subnet_id: str
    security_group_id: str


@dataclass(frozen=True)
class ManifestFacts:
    """Facts of one environment; what it does not have is None."""

    applied: bool
    """Whether the values are real: False for placeholders."""
    service_cidr: IPv4Network
    """Addresses of Kubernetes services; the first is that of the API."""
    key_arn: str
    role_arns: Mapping[str, str]
    """By `part` of the service account; empty for Pod Identity, which no document names."""
    bucket_names: Mapping[str, str]
    """By name in the environment."""
    efs: EfsFacts | None = None
    fsx: FsxFacts | None = None
    memorydb_address: str | None = None
    """DNS name, without a port."""

    @property
    def api_address(self) -> str:
        """ClusterIP of the service `kubernetes`."""
        return str(self.service_cidr[1])


def load_facts(environment: KuberayEksConfig, session: Session | None = None) -> ManifestFacts:
    """Read Terraform's outputs; placeholders when nothing was applied yet.

    Raises UserError when what was applied lacks something that the environment file has.
    """
    outputs = load_outputs(environment, session)
    return applied_facts(environment, outputs) if outputs else placeholder_facts(environment)


def applied_facts(environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> ManifestFacts:
    """The facts that Terraform's outputs tell. Raises UserError when one is missing."""
    try:
        return _facts(environment, outputs, applied=True)
    except KeyError as missing:
        run = make_commands(("plan", "apply"), environment)
        raise UserError(
            f"{environment.name} is not applied as its file says, output {missing.args[0]} is missing; run: {run}"
        ) from None


def placeholder_facts(environment: KuberayEksConfig) -> ManifestFacts:
    """Values of the right form that are nobody's, for documents to read and to check."""
    return _facts(environment, _placeholders(environment), applied=False)


def _facts(environment: KuberayEksConfig, outputs: Mapping[str, Any], *, applied: bool) -> ManifestFacts:
    by_irsa = environment.eks.service_account_roles == "irsa"
    parts = [each.part for each in service_accounts(environment) if by_irsa and each.addon is None]
    return ManifestFacts(
        applied=applied,
        service_cidr=IPv4Network(outputs["service_cidr"]),
        key_arn=outputs["key_arn"],
        role_arns={part: _one(outputs, "service_account_role_arns", part) for part in parts},
        bucket_names={name: _one(outputs, "bucket_names", name) for name in environment.mounted_buckets},
        efs=None if environment.efs is None else _efs(outputs),
        fsx=None if environment.fsx is None else _fsx(outputs),
        memorydb_address=None if environment.memorydb is None else outputs["memorydb_address"],
    )


def _one(outputs: Mapping[str, Any], output: str, key: str) -> str:
    """One value of an output that is a map. Raises KeyError with a name that says both."""
    values: Mapping[str, str] = outputs[output]
    if key not in values:
        raise KeyError(f"{output}.{key}")
    return values[key]


def _efs(outputs: Mapping[str, Any]) -> EfsFacts:
    return EfsFacts(outputs["efs_id"], outputs["efs_access_point_id"])


def _fsx(outputs: Mapping[str, Any]) -> FsxFacts:
    return FsxFacts(
        file_system_id=outputs["fsx_id"],
        dns_name=outputs["fsx_dns_name"],
        mount_name=outputs["fsx_mount_name"],
        subnet_id=outputs["fsx_subnet_id"],
        security_group_id=outputs["fsx_security_group_id"],
    )


def _placeholders(environment: KuberayEksConfig) -> dict[str, Any]:
    zeros = "0" * 17
    region, account = environment.region, environment.account_id
    return {
        # Reserved for documentation, so that it can be nobody's: RFC 5737.
        "service_cidr": str(environment.eks.service_cidr or "192.0.2.0/24"),
        "key_arn": f"arn:aws:kms:{region}:{account}:key/00000000-0000-0000-0000-000000000000",
        "service_account_role_arns": {
            each.part: f"arn:aws:iam::{account}:role/{environment.label.name(each.part)}"
            for each in service_accounts(environment)
        },
        "bucket_names": {name: environment.bucket_name(name) for name in environment.all_buckets},
        "efs_id": f"fs-{zeros}",
        "efs_access_point_id": f"fsap-{zeros}",
        "fsx_id": f"fs-{zeros}",
        "fsx_dns_name": f"fs-{zeros}.fsx.{region}.amazonaws.com",
        "fsx_mount_name": "00000000",
        "fsx_subnet_id": f"subnet-{zeros}",
        "fsx_security_group_id": f"sg-{zeros}",
        "memorydb_address": f"clustercfg.placeholder.000000.memorydb.{region}.amazonaws.com",
    }
