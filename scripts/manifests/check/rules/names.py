"""Names and upgrades of KubeRay's resources: what its operator refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scripts.cluster_yaml.lint.cluster import mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.ray import RAY_KINDS
from scripts.manifests.check.registry import Hit, operator_rule

_LONGEST: Mapping[str, int] = {"RayCluster": 53, "RayJob": 47, "RayService": 47, "RayCronJob": 36}
"""The operator adds `-serve-svc`, six characters for a cluster's name, and eleven for a job's:
https://github.com/ray-project/kuberay/blob/v1.7.0/ray-operator/controllers/ray/utils/constant.go"""
_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_UPGRADES: Mapping[str, tuple[str, ...]] = {
    "RayCluster": ("Recreate", "None"),
    "RayService": ("NewCluster", "None", "NewClusterWithIncrementalUpgrade"),
}


@operator_rule("ray-name-long")
def ray_name_long(bundle: Bundle) -> Iterator[Hit]:
    """The name is too long for what the operator adds to it.

    Want: at most 53 characters for a RayCluster, 47 for a RayJob or RayService, 36 for a RayCronJob.
    """
    for document in bundle.ray_of_kind(*RAY_KINDS):
        longest = _LONGEST[document.kind]
        if len(document.name) > longest:
            got = f"{shown(document.name)}, {len(document.name)} characters"
            yield Hit(document, ("metadata", "name"), got, want=f"at most {longest}")


@operator_rule("ray-name-form")
def ray_name_form(bundle: Bundle) -> Iterator[Hit]:
    """The name is no DNS label of RFC 1035.

    Want: lower case letters, digits and hyphens; a letter first, no hyphen last.
    """
    for document in bundle.ray_of_kind(*RAY_KINDS):
        if document.name and not _DNS_1035.fullmatch(document.name):
            yield Hit(document, ("metadata", "name"), shown(document.name))


@operator_rule("ray-upgrade-type")
def ray_upgrade_type(bundle: Bundle) -> Iterator[Hit]:
    """upgradeStrategy.type is none that the operator knows.

    Want: Recreate or None for a RayCluster; NewCluster, NewClusterWithIncrementalUpgrade or None for a RayService.
    """
    for document in bundle.ray_of_kind(*_UPGRADES):
        given = mapping(document.spec.get("upgradeStrategy")).get("type")
        known = _UPGRADES[document.kind]
        if given is not None and given not in known:
            yield Hit(document, ("spec", "upgradeStrategy", "type"), shown(given), want=f"one of {', '.join(known)}")


@operator_rule("ray-upgrade-owned")
def ray_upgrade_owned(bundle: Bundle) -> Iterator[Hit]:
    """upgradeStrategy.type of a RayCluster that belongs to a RayJob or RayService.

    Want: no upgradeStrategy there.
    """
    for document in bundle.ray_of_kind("RayCluster"):
        owner = text(mapping(document.metadata.get("labels")).get("ray.io/originated-from-crd"))
        given = mapping(document.spec.get("upgradeStrategy")).get("type")
        if given is not None and owner in ("RayJob", "RayService"):
            yield Hit(document, ("spec", "upgradeStrategy", "type"), f"{shown(given)}, owned by a {owner}")
