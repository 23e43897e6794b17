"""Rules over who makes the head: with `ray-up`, Ray's launcher needs a user, a key and a way to port 22."""

from __future__ import annotations

from collections.abc import Iterator

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.problems import Problem
from config.rules.arns import of_another_account
from config.rules.registry import rule

_PLACE = ("head", "managed_by")


@rule("iam", "head")
def launcher_has_a_use(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Whoever may take on the launcher's role is named only where there is one."""
    if environment.iam.launcher_principal_arns and environment.terraform_makes_head:
        yield Problem(
            ("iam", "launcher_principal_arns"),
            f"got {len(environment.iam.launcher_principal_arns)} for a launcher that is not there",
            "flavour autoscaling-ec2 with head.managed_by: ray-up to go with it, or none",
        )


@rule("iam", "account_id")
def launcher_is_of_the_account(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A principal of another account could not pass the roles of this one, and would be let in all the same."""
    arns = environment.iam.launcher_principal_arns
    yield from of_another_account("user or role", ("iam", "launcher_principal_arns"), arns, environment.account_id)


@rule("head", "iam", "access")
def ray_up_has_a_user(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """Somebody may run `ray up`: a principal of the account, or the bastion."""
    nobody = not environment.iam.launcher_principal_arns and environment.access.bastion == "none"
    if not environment.terraform_makes_head and nobody:
        yield Problem(
            _PLACE, "got ray-up that nobody may run", "iam.launcher_principal_arns or access.bastion to go with it"
        )


@rule("head", "access")
def ray_up_reaches_the_head(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """`ray up` starts Ray over SSH."""
    access = environment.access
    if environment.terraform_makes_head:
        return
    if access.key_pair_name is None and access.ssh_public_key is None:
        yield Problem(
            _PLACE,
            "got ray-up without a key",
            "access.key_pair_name or access.ssh_public_key to go with it: it works over SSH",
        )
    if not access.ssh_cidrs and access.bastion == "none":
        yield Problem(
            _PLACE,
            "got ray-up without a way to port 22 of the head",
            "access.ssh_cidrs or access.bastion to go with it",
        )


@rule("head", "ray")
def ray_up_attaches_no_volume(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """A volume that outlives the head is attached by Terraform, which does not know a head of `ray up`."""
    if not environment.terraform_makes_head and environment.ray.head_storage == "rocksdb":
        yield Problem(
            ("ray", "head_storage"),
            "got rocksdb with head.managed_by: ray-up",
            "memorydb or none, or a head of Terraform",
        )


@rule("head", "network", "access", "region")
def ray_up_has_a_way_out(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """A head of `ray up` writes its address through the API of Route 53, for which `network.endpoints` has none."""
    if not environment.terraform_makes_head and environment.layout.private and not environment.nodes_reach_internet:
        yield Problem(_PLACE, "got ray-up without a way out", "terraform, or a NAT gateway: the head calls Route 53")
