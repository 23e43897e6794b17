"""Rules over the ways to port 22: the bastion and the key."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.problems import Problem
from config.rules.registry import rule

_KEYS = ("ssh_public_key", "key_pair_name")


@rule("access")
def key_has_a_use(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A key without a way to port 22 would do nothing."""
    access = environment.access
    if access.ssh_cidrs or access.bastion != "none":
        return
    for setting in _KEYS:
        if getattr(access, setting) is not None:
            yield Problem(
                ("access", setting), "got a key", "access.ssh_cidrs or access.bastion to go with it, or no key"
            )


@rule("access")
def key_is_one(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """An instance starts with one key pair."""
    access = environment.access
    if access.key_pair_name is not None and access.ssh_public_key is not None:
        yield Problem(("access", "key_pair_name"), "got a key pair beside ssh_public_key", "one of the two")


@rule("access")
def bastion_lets_somebody_in(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A bastion for SSH that nobody reaches does nothing."""
    access = environment.access
    if access.bastion == "ssh" and not access.ssh_cidrs:
        yield Problem(("access", "bastion"), "got ssh without access.ssh_cidrs", "the ranges that may reach it, or ssm")


@rule("access", "network", "region")
def bastion_has_a_subnet(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A bastion for SSH has a public address, one for SSM has none."""
    kind = {"ssh": "public", "ssm": "private"}.get(environment.access.bastion)
    subnets = environment.layout.public if kind == "public" else environment.layout.private
    if kind is not None and not subnets:
        section = "network" if environment.network.existing is None else "network.existing"
        yield Problem(
            ("access", "bastion"),
            f"got {environment.access.bastion} without {kind} subnets",
            f"{section}.{kind}_subnets, or another bastion",
        )
