"""Rules over what Anyscale knows of the cloud, and over what is taken over from another tool."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from config.anyscale import CLOUD_ID_TAG, DEPLOYMENT_TAG, ORGANIZATION_TAG
from config.anyscale_cloud import AnyscaleCloudConfig
from config.memorydb_zones import MEMORYDB_ZONES
from config.place import COMMERCIAL, partition_of
from config.problems import Problem
from config.rules.arns import of_another_account, of_another_region
from config.rules.registry import rule

_TAGS = {
    CLOUD_ID_TAG: "anyscale.cloud_id",
    ORGANIZATION_TAG: "anyscale.external_id, which begins with it",
    DEPLOYMENT_TAG: "anyscale.deployment_environment",
}
"""Where the value of a tag comes from."""
_TOGETHER = (
    ("security_group_name", "security_group_description"),
    ("memorydb_name", "memorydb_subnet_group_name"),
)
"""Settings of one thing, which a new value of either replaces."""


@rule("region")
def anyscale_has_the_region(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """Anyscale supports the commercial regions: https://docs.anyscale.com/administration/cloud-deployment"""
    partition = partition_of(environment.region)
    if partition != COMMERCIAL:
        yield Problem(
            ("region",), f"got {environment.region} of partition {partition}", "a region of partition aws, for Anyscale"
        )


@rule("anyscale")
def external_id_is_of_the_cloud(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """Where it is no text of yours, Anyscale shows the id of the very cloud."""
    anyscale = environment.anyscale
    if anyscale.organization_id is None and anyscale.external_id != anyscale.cloud_id:
        yield Problem(
            ("anyscale", "external_id"),
            f"got {anyscale.external_id} in a cloud {anyscale.cloud_id or 'without an id'}",
            "the id of your organization, a hyphen and a text of your own, or the same as cloud_id",
        )


@rule("tags")
def tags_are_not_anyscales(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """What the control plane may do depends on these tags."""
    for key in environment.tags:
        if key.casefold() in _TAGS:
            yield Problem(("tags", key), "got a tag that Rayform sets itself", _TAGS[key.casefold()])


@rule("iam", "region")
def secrets_and_keys_are_of_the_region(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """Nodes read a secret, and use its key and those of their volumes, where they are."""
    settings = (("node_secret_arns", "secret"), ("node_secret_key_arns", "key"), ("volume_key_arns", "key"))
    for setting, kind in settings:
        for index, arn in enumerate(getattr(environment.iam, setting)):
            yield from of_another_region(kind, ("iam", setting, index), arn, environment.region)


@rule("iam", "account_id")
def passable_roles_are_of_the_account(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """EC2 takes on no role of another account."""
    arns = environment.iam.passable_role_arns
    yield from of_another_account("role", ("iam", "passable_role_arns"), arns, environment.account_id)


@rule("iam")
def secret_keys_have_secrets(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """A key without the secret that it encrypts opens nothing."""
    if environment.iam.node_secret_key_arns and not environment.iam.node_secret_arns:
        yield Problem(
            ("iam", "node_secret_key_arns"),
            f"got {len(environment.iam.node_secret_key_arns)} without a secret",
            "node_secret_arns to go with it, or none",
        )


@rule("memorydb", "region")
def memorydb_is_offered(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """Its subnets are chosen among the zones that are known to have MemoryDB."""
    if environment.memorydb is not None and environment.region not in MEMORYDB_ZONES:
        yield Problem(
            ("memorydb",),
            f"got MemoryDB in {environment.region}, of which no zone is known to have it",
            "another region, such as us-west-2, or no memorydb",
        )


@rule("memorydb", "access")
def machine_pools_do_not_reach_memorydb(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """Anyscale's list of ports for machine pools has that of MemoryDB, which asks for no password."""
    memorydb = environment.memorydb
    if memorydb is not None and memorydb.in_cloud_security_group and environment.access.machine_pool_cidrs:
        yield Problem(
            ("memorydb", "in_cloud_security_group"),
            "got true beside access.machine_pool_cidrs, whose machines would reach it without a password",
            "false, or no machine pool",
        )


@rule("adopted")
def adopted_names_go_together(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """To keep a name and change what goes with it would replace what is adopted all the same."""
    adopted = environment.adopted
    for given, missing in chain.from_iterable((pair, pair[::-1]) for pair in _TOGETHER):
        if getattr(adopted, given) is not None and getattr(adopted, missing) is None:
            yield Problem(
                ("adopted", missing),
                f"got nothing beside {given}",
                "what the adopted one has: another value replaces it",
            )


@rule("adopted", "efs", "memorydb")
def what_is_adopted_is_there(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """The name of something that the environment does not have would do nothing."""
    settings = {
        "efs_creation_token": ("efs", environment.efs),
        "memorydb_name": ("memorydb", environment.memorydb),
        "memorydb_subnet_group_name": ("memorydb", environment.memorydb),
    }
    for setting, (section, value) in settings.items():
        if getattr(environment.adopted, setting) is not None and value is None:
            yield Problem(
                ("adopted", setting), f"got a name without section {section}", f"{section}: {{}} to go with it, or none"
            )
