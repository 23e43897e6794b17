"""The EKS cluster and its parts: node groups, add-ons, access entries, Pod Identity, the OIDC provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.normal import snaked
from scripts.audit.drift.translator import (
    COMPUTED,
    FIXED,
    FOLLOWS,
    NAME,
    OWN,
    TAGS,
    Case,
    Same,
    Source,
    Translator,
    left_out,
    walk,
)
from scripts.inventory.eks import DESCRIBE_CLUSTER, logs_of
from scripts.inventory.eks_cluster.access import DESCRIBE_ACCESS_ENTRY, LIST_ACCESS_POLICIES
from scripts.inventory.eks_cluster.addons import DESCRIBE_ADDON
from scripts.inventory.eks_cluster.identities import DESCRIBE_POD_IDENTITY, GET_OIDC_PROVIDER
from scripts.inventory.eks_cluster.node_groups import DESCRIBE_NODE_GROUP
from scripts.inventory.reading import Read
from scripts.state import Resource


def part(path: str) -> Source:
    """The value at a path, each of whose steps is AWS's own name, in Terraform's names."""
    steps = tuple(path.split("."))
    return lambda case: snaked(walk(case.answer, steps))


def parts(**paths: str) -> dict[str, Same]:
    """Several of them."""
    return {name: Same(part(path)) for name, path in paths.items()}


def tags_of_eks() -> dict[str, Same]:
    """EKS has them as a map."""
    return {"tags_all": Same(part_as_is("tags"))}


def part_as_is(path: str) -> Source:
    """The value at a path, keys and all: of a map whose keys are users' own."""
    steps = tuple(path.split("."))
    return lambda case: walk(case.answer, steps)


def _described(read: Read, within: str, **arguments: str) -> Any:
    """Find a part of a cluster by a call of its own."""

    def find(resource: Resource, deployed: Deployed) -> Any:
        asked = {name: resource.attributes[attribute] for name, attribute in arguments.items()}
        answer = deployed.document(read, **asked)
        return None if answer is None else answer[within]

    return find


def _vpc_config(case: Case) -> dict[str, Any]:
    place = case.answer["resourcesVpcConfig"]
    names = {
        "subnet_ids": "subnetIds",
        "security_group_ids": "securityGroupIds",
        "endpoint_private_access": "endpointPrivateAccess",
        "endpoint_public_access": "endpointPublicAccess",
        "cluster_security_group_id": "clusterSecurityGroupId",
        "vpc_id": "vpcId",
    }
    found = {ours: place.get(theirs) for ours, theirs in names.items()}
    # Of a private endpoint it says who could reach a public one.
    public = place.get("publicAccessCidrs") if place["endpointPublicAccess"] else None
    return found | {"public_access_cidrs": public}


def _intended_vpc_config(case: Case) -> dict[str, Any]:
    intended = dict(case.state("vpc_config")[0])
    if not intended["endpoint_public_access"]:
        intended["public_access_cidrs"] = None
    return intended


def _encryption(case: Case) -> list[dict[str, Any]]:
    return [
        {"resources": each["resources"], "provider": [{"key_arn": each["provider"]["keyArn"]}]}
        for each in case.answer.get("encryptionConfig") or ()
    ]


CLUSTER = Translator(
    "aws_eks_cluster",
    _described(DESCRIBE_CLUSTER, "cluster", name="name"),
    {
        **parts(
            role_arn="roleArn",
            version="version",
            endpoint="endpoint",
            kubernetes_network_config="kubernetesNetworkConfig",
            upgrade_policy="upgradePolicy",
            zonal_shift_config="zonalShiftConfig",
            compute_config="computeConfig",
            storage_config="storageConfig",
            remote_network_config="remoteNetworkConfig",
        ),
        "access_config": Same(
            part("accessConfig.authenticationMode"),
            intended=lambda case: case.state("access_config")[0]["authentication_mode"],
        ),
        "vpc_config": Same(_vpc_config, intended=_intended_vpc_config),
        "encryption_config": Same(_encryption),
        "enabled_cluster_log_types": Same(lambda case: logs_of(case.answer)),
        **tags_of_eks(),
    },
    left_out(
        (COMPUTED, "arn id certificate_authority cluster_id created_at identity platform_version"),
        ("a state of work: eks.cluster_active judges it", "status"),
        (FIXED, "bootstrap_self_managed_addons outpost_config"),
        (NAME, "name"),
        (OWN, "force_update_version timeouts"),
        (TAGS, "tags"),
    ),
)


def _scaling(case: Case) -> dict[str, Any]:
    """How many there are the autoscaler says."""
    scaling = case.answer["scalingConfig"]
    return {"min_size": scaling["minSize"], "max_size": scaling["maxSize"]}


def _intended_scaling(case: Case) -> dict[str, Any]:
    return {name: value for name, value in case.state("scaling_config")[0].items() if name != "desired_size"}


def _template(case: Case) -> dict[str, Any] | None:
    template = case.answer.get("launchTemplate")
    return None if template is None else {name: str(template.get(name)) for name in ("id", "name", "version")}


def _without_zeros(blocks: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    """Terraform's state has 0 where there is nothing."""
    return [{name: value for name, value in block.items() if value} for block in blocks or ()]


NODE_GROUP = Translator(
    "aws_eks_node_group",
    _described(DESCRIBE_NODE_GROUP, "nodegroup", clusterName="cluster_name", nodegroupName="node_group_name"),
    {
        **parts(
            ami_type="amiType",
            capacity_type="capacityType",
            instance_types="instanceTypes",
            node_repair_config="nodeRepairConfig",
            node_role_arn="nodeRole",
            release_version="releaseVersion",
            remote_access="remoteAccess",
            subnet_ids="subnets",
            taint="taints",
            version="version",
        ),
        "labels": Same(part_as_is("labels")),
        "launch_template": Same(_template),
        "scaling_config": Same(_scaling, intended=_intended_scaling),
        "update_config": Same(part("updateConfig"), intended=lambda case: _without_zeros(case.state("update_config"))),
        **tags_of_eks(),
    },
    left_out(
        (COMPUTED, "arn id resources"),
        ("a state of work: eks.node_groups_active judges it", "status"),
        (FOLLOWS, "disk_size"),
        (NAME, "cluster_name node_group_name node_group_name_prefix"),
        (OWN, "force_update_version timeouts"),
        (TAGS, "tags"),
    ),
)

ADDON = Translator(
    "aws_eks_addon",
    _described(DESCRIBE_ADDON, "addon", clusterName="cluster_name", addonName="addon_name"),
    {
        **parts(addon_version="addonVersion", service_account_role_arn="serviceAccountRoleArn"),
        "configuration_values": Same(part_as_is("configurationValues")),
        **tags_of_eks(),
    },
    left_out(
        (COMPUTED, "arn id created_at modified_at"),
        (NAME, "addon_name cluster_name"),
        ("Rayform makes associations of its own, which are compared", "pod_identity_association"),
        (OWN, "preserve resolve_conflicts resolve_conflicts_on_create resolve_conflicts_on_update timeouts"),
        (TAGS, "tags"),
    ),
)

ACCESS_ENTRY = Translator(
    "aws_eks_access_entry",
    _described(DESCRIBE_ACCESS_ENTRY, "accessEntry", clusterName="cluster_name", principalArn="principal_arn"),
    {
        **parts(kubernetes_groups="kubernetesGroups", type="type", user_name="username"),
        **tags_of_eks(),
    },
    left_out(
        (COMPUTED, "access_entry_arn id created_at modified_at"),
        (NAME, "cluster_name principal_arn"),
        (OWN, "timeouts"),
        (TAGS, "tags"),
    ),
)


def _find_policy(resource: Resource, deployed: Deployed) -> Any:
    of = resource.attributes
    found = deployed.document(LIST_ACCESS_POLICIES, clusterName=of["cluster_name"], principalArn=of["principal_arn"])
    return next((policy for policy in found or () if policy["policyArn"] == of["policy_arn"]), None)


ACCESS_POLICY = Translator(
    "aws_eks_access_policy_association",
    _find_policy,
    parts(access_scope="accessScope"),
    left_out(
        (COMPUTED, "id associated_at modified_at"), (NAME, "cluster_name policy_arn principal_arn"), (OWN, "timeouts")
    ),
)

POD_IDENTITY = Translator(
    "aws_eks_pod_identity_association",
    _described(DESCRIBE_POD_IDENTITY, "association", clusterName="cluster_name", associationId="association_id"),
    {
        **parts(namespace="namespace", role_arn="roleArn", service_account="serviceAccount"),
        **tags_of_eks(),
    },
    left_out((COMPUTED, "association_arn association_id id"), (NAME, "cluster_name"), (TAGS, "tags")),
)


def _find_provider(resource: Resource, deployed: Deployed) -> Any:
    return deployed.document(GET_OIDC_PROVIDER, OpenIDConnectProviderArn=resource.attributes["arn"])


OIDC_PROVIDER = Translator(
    "aws_iam_openid_connect_provider",
    _find_provider,
    {
        **parts(client_id_list="ClientIDList", thumbprint_list="ThumbprintList"),
        "tags_all": Same(lambda case: {tag["Key"]: tag["Value"] for tag in case.answer.get("Tags") or ()}),
    },
    left_out((COMPUTED, "arn id"), (NAME, "url"), (TAGS, "tags")),
)

TRANSLATORS = (CLUSTER, NODE_GROUP, ADDON, ACCESS_ENTRY, ACCESS_POLICY, POD_IDENTITY, OIDC_PROVIDER)
