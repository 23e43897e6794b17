"""Where a finding comes from: Terraform address, construct path, field and line of the environment file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scripts.audit.engine import Result
from scripts.audit.origins import Origin, Origins

_ROLE = ("aws_iam_role", "aws_iam_instance_profile")
_TYPES: Mapping[str, tuple[str, ...]] = {
    "anyscale": (*_ROLE, "aws_memorydb_cluster", "aws_security_group"),
    "autoscaling": _ROLE,
    "ecr": ("aws_ecr_repository",),
    "eks": ("aws_eks_cluster", "aws_iam_role"),
    "iam": _ROLE,
    "iam_effect": _ROLE,
    "kubernetes": ("aws_eks_cluster",),
    "memorydb": ("aws_memorydb_cluster",),
    "minima": ("aws_memorydb_cluster",),
    "prometheus": ("aws_prometheus_workspace", "aws_prometheus_scraper"),
    "security_groups": ("aws_security_group",),
}
"""What the checks of a service are about, where a role, a group and a cluster share one name."""


def located(results: Iterable[Result], origins: Origins) -> list[Result]:
    """The results with their places. The field that a check names itself is nearer than that of the resource."""
    return [_located(result, origins) for result in results]


def _located(result: Result, origins: Origins) -> Result:
    origin = _origin(result, origins)
    said = result.check.setting if origins.has(result.check.setting) else ""
    setting = said or (origin.setting if origin else "")
    # A check names `workers`; the resource knows which of them.
    if origin and origin.setting.startswith(f"{setting}."):
        setting = origin.setting
    return replace(
        result,
        address=result.address or (origin.address if origin else ""),
        construct_path=origin.construct_path if origin else "",
        setting=setting,
        line=origins.of_setting(setting) if setting else None,
    )


def _origin(result: Result, origins: Origins) -> Origin | None:
    if result.address:
        return origins.of_address(result.address, result.attribute)
    return origins.of_resource(result.resource, types=_TYPES.get(result.check.service, ()))
