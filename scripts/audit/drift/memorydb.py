"""The store of the head's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.normal import tag_map
from scripts.audit.drift.translator import (
    COMPUTED,
    NAME,
    OWN,
    TAGS,
    Case,
    Same,
    Translator,
    by_item,
    fields,
    left_out,
    renamed,
)
from scripts.inventory.details import DESCRIBE_PARAMETER_GROUPS, LIST_MEMORYDB_TAGS, default_parameter_group
from scripts.inventory.memorydb import (
    DESCRIBE_ACLS,
    DESCRIBE_CLUSTERS,
    DESCRIBE_PARAMETERS,
    DESCRIBE_SUBNET_GROUPS,
    DESCRIBE_USERS,
)
from scripts.inventory.reading import NotReadableError, Unreadable
from scripts.state import Resource


def _tags(case: Case) -> dict[str, str]:
    return tag_map(case.deployed.document(LIST_MEMORYDB_TAGS, ResourceArn=case.state("arn")))


_TAGS = {"tags_all": Same(_tags)}
_NAMES = left_out((COMPUTED, "arn id"), (NAME, "name name_prefix"), (TAGS, "tags"))


def _cluster(resource: Resource, deployed: Deployed) -> Any:
    """With its shards, which a call for all clusters does not show."""
    name = resource.attributes["name"]
    return next(iter(deployed.document(DESCRIBE_CLUSTERS, ClusterName=name, ShowShardDetails=True)), None)


def _replicas(case: Case) -> int:
    """Of the shard that has the fewest."""
    return min(int(shard["NumberOfNodes"]) for shard in case.answer["Shards"]) - 1


CLUSTER = Translator(
    "aws_memorydb_cluster",
    _cluster,
    {
        **fields("auto_minor_version_upgrade description engine engine_version maintenance_window node_type"),
        **fields("parameter_group_name snapshot_retention_limit snapshot_window sns_topic_arn subnet_group_name"),
        **fields("multi_region_cluster_name"),
        **renamed(
            acl_name="ACLName",
            kms_key_arn="KmsKeyId",
            num_shards="NumberOfShards",
            port="ClusterEndpoint.Port",
            tls_enabled="TLSEnabled",
        ),
        "num_replicas_per_shard": Same(_replicas),
        # AWS answers with text.
        "data_tiering": Same(lambda case: str(case.answer.get("DataTiering", "")).lower() == "true"),
        "security_group_ids": Same(
            lambda case: [group["SecurityGroupId"] for group in case.answer.get("SecurityGroups") or ()]
        ),
        **_TAGS,
    },
    {
        **_NAMES,
        **left_out(
            (COMPUTED, "cluster_endpoint engine_patch_version shards"),
            (OWN, "final_snapshot_name snapshot_arns snapshot_name timeouts"),
        ),
    },
)

ACL = Translator(
    "aws_memorydb_acl",
    by_item(DESCRIBE_ACLS, "Name", "name"),
    {**fields("user_names"), **_TAGS},
    {**_NAMES, **left_out((COMPUTED, "minimum_engine_version"))},
)


def _authentication(case: Case) -> dict[str, Any]:
    authentication = case.answer["Authentication"]
    return {"type": authentication.get("Type"), "password_count": authentication.get("PasswordCount", 0)}


def _intended_authentication(case: Case) -> dict[str, Any]:
    block: Mapping[str, Any] = next(iter(case.state("authentication_mode") or ()), {})
    return {"type": block.get("type"), "password_count": block.get("password_count") or 0}


USER = Translator(
    "aws_memorydb_user",
    by_item(DESCRIBE_USERS, "Name", "user_name"),
    {
        **fields("access_string"),
        # Without the passwords: AWS shows none.
        "authentication_mode": Same(_authentication, intended=_intended_authentication),
        **_TAGS,
    },
    left_out((COMPUTED, "arn id minimum_engine_version"), (NAME, "user_name"), (TAGS, "tags")),
)


def _parameters(case: Case) -> dict[str, str]:
    """Parameters that are declared, and those that are not what AWS gives to every group of the family."""
    family = str(case.state("family"))
    defaults = _values(case.deployed, default_parameter_group(family))
    if not defaults:
        # Without them every parameter would look like one that was added.
        raise NotReadableError(Unreadable(DESCRIBE_PARAMETERS.name, "no default values", family))
    declared = _intended_parameters(case)
    found = _values(case.deployed, str(case.state("name")))
    return {name: value for name, value in found.items() if name in declared or value != defaults.get(name)}


def _values(deployed: Deployed, group: str) -> dict[str, str]:
    parameters = deployed.document(DESCRIBE_PARAMETERS, ParameterGroupName=group)
    return {each["Name"]: str(each.get("Value", "")) for each in parameters}


def _intended_parameters(case: Case) -> dict[str, str]:
    return {each["name"]: str(each["value"]) for each in case.state("parameter") or ()}


PARAMETER_GROUP = Translator(
    "aws_memorydb_parameter_group",
    by_item(DESCRIBE_PARAMETER_GROUPS, "Name", "name"),
    {
        **fields("description family"),
        "parameter": Same(_parameters, intended=_intended_parameters),
        **_TAGS,
    },
    _NAMES,
)

SUBNET_GROUP = Translator(
    "aws_memorydb_subnet_group",
    by_item(DESCRIBE_SUBNET_GROUPS, "Name", "name"),
    {
        **fields("description vpc_id"),
        "subnet_ids": Same(lambda case: [subnet["Identifier"] for subnet in case.answer.get("Subnets") or ()]),
        **_TAGS,
    },
    _NAMES,
)

TRANSLATORS = (CLUSTER, ACL, USER, PARAMETER_GROUP, SUBNET_GROUP)
