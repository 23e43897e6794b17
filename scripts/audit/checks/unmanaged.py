"""What stands in the environment's scope and is not in Terraform's state.

The scope: the VPC, the file system, the key, names with the environment's prefix, and the cluster's tag. In a VPC that
is not the environment's own, what others have there is theirs: only what is tagged or named as ours, or came with what
is ours, is judged.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.unmanaged.judging import judge_kinds
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory


@check("unmanaged.no_security_groups", severity=Severity.HIGH)
def no_security_groups(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every security group is Terraform's.

    Why: a group that was made by hand opens ports that no plan shows, as soon as somebody attaches it.

    Fix: delete it with the command of the finding; or write it into a module and bring it in with an import block
    (`import { to = aws_security_group.x, id = "sg-…" }`).
    """
    yield from judge_kinds(inventory, config, "security_groups")


@check("unmanaged.no_instances", severity=Severity.HIGH)
def no_instances(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every instance is Terraform's, or one that the flavour's autoscaler made, or EKS for a node group of ours.

    Anyscale's nodes carry the tag `anyscale-cloud-id`: that of the environment's `anyscale.cloud_id`, and as long as
    the file does not know it, that of any cloud.

    Why: an instance beside the nodes is inside the network that trusts its own, costs money, and is patched by nobody.

    Fix: terminate it with the command of the finding; or declare it as a group in `workers` and apply.
    """
    yield from judge_kinds(inventory, config, "instances")


@check("unmanaged.no_interfaces", severity=Severity.MEDIUM)
def no_interfaces(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every network interface came with something that is known, and every Elastic IP address is Terraform's.

    Addresses of Anyscale's nodes carry the cloud's tag. With `anyscale.services` the load balancers of services, whose
    names begin with `anyscale`, are known, too. On EKS so are the interfaces of the control plane, and those that the
    VPC CNI adds to nodes for pods.

    Why: load balancers, databases, functions and EKS clusters that somebody puts into the VPC show by their
    interfaces. A second interface on a node is a second way in, and so is an address.

    Fix: delete what uses the interface, then the interface with the command of the finding; or give it a VPC of its
    own.
    """
    yield from judge_kinds(inventory, config, "interfaces", "addresses")


@check("unmanaged.no_network_parts", severity=Severity.MEDIUM)
def no_network_parts(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every subnet, route table, network ACL and gateway is Terraform's.

    Why: a peering, a VPN or a subnet with a route of its own is a way in or out that no plan shows.

    Fix: delete it with the command of the finding; or bring it in with an import block.
    """
    yield from judge_kinds(inventory, config, "subnets", "route_tables", "network_acls", "gateways")


@check("unmanaged.no_endpoints", severity=Severity.MEDIUM, setting="network.endpoints")
def no_endpoints(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every endpoint of the VPC is Terraform's.

    Why: an endpoint with the policy that AWS gives it carries data to any account, past the gateway and its logs.

    Fix: delete it with the command of the finding; or name the service in `network.endpoints` and apply.
    """
    yield from judge_kinds(inventory, config, "endpoints")


@check("unmanaged.no_volumes", severity=Severity.MEDIUM)
def no_volumes(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every volume of a node is its root volume, Terraform's, or a claim's; every snapshot of them is a backup's.

    No volume with the cluster's tag is left without an instance.

    Why: a volume or a snapshot made by hand holds a copy of the data that outlives the cluster, and is paid for.

    Fix: delete it with the command of the finding; or bring it in with an import block.
    """
    yield from judge_kinds(inventory, config, "volumes", "snapshots")


@check("unmanaged.no_file_system_parts", severity=Severity.MEDIUM, applies=applies.has_efs, setting="efs")
def no_file_system_parts(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every access point and mount target of the file system is Terraform's.

    Why: an access point is a door with a user of its own, which may be root; a mount target opens another subnet.

    Fix: delete it with the command of the finding; or bring it in with an import block.
    """
    yield from judge_kinds(inventory, config, "access_points", "mount_targets")


@check("unmanaged.no_lustre", severity=Severity.MEDIUM, applies=applies.has_fsx, setting="fsx")
def no_lustre(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Every file system of FSx in the VPC is Terraform's, or one that the driver made for a claim.

    Why: a file system that nobody manages costs as much as a server each day, and whoever reaches it reads it.

    Fix: delete it with the command of the finding, which takes a last backup; or bring it in with an import block.
    """
    yield from judge_kinds(inventory, config, "lustre")


@check("unmanaged.no_buckets", severity=Severity.MEDIUM, setting="buckets")
def no_buckets(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every bucket with the environment's prefix is Terraform's.

    Why: a bucket that looks like one of the cluster's and is none has no versions, no log and no policy of ours.

    Fix: move the data and delete it with the command of the finding; or declare it in `buckets` and bring it in with
    an import block.
    """
    yield from judge_kinds(inventory, config, "buckets")


@check("unmanaged.no_roles", severity=Severity.MEDIUM, setting="iam")
def no_roles(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every role and instance profile with the environment's prefix is Terraform's.

    Why: whoever may pass on the cluster's roles by their prefix may pass on this one, too.

    Fix: delete it with the command of the finding; or bring it in with an import block.
    """
    yield from judge_kinds(inventory, config, "roles", "instance_profiles")


@check("unmanaged.no_key_users", severity=Severity.MEDIUM, applies=applies.own_key, setting="kms")
def no_key_users(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every alias and grant of the key is Terraform's, or a service of AWS asked for it.

    Why: a grant lets somebody decrypt past the key's policy, and stands in no policy that anybody reads.

    Fix: `aws kms revoke-grant --key-id … --grant-id …`, or delete the alias with the command of the finding.
    """
    yield from judge_kinds(inventory, config, "aliases", "grants")


@check("unmanaged.no_logs", severity=Severity.MEDIUM, setting="observability")
def no_logs(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every log group with the environment's prefix and every flow log of the VPC is Terraform's.

    Why: a log group made by hand keeps its records for ever and unencrypted; a flow log may send them to another
    account.

    Fix: delete it with the command of the finding; or bring it in with an import block.
    """
    yield from judge_kinds(inventory, config, "log_groups", "flow_logs")


@check("unmanaged.no_secrets", severity=Severity.MEDIUM)
def no_secrets(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every secret with the environment's prefix is Terraform's.

    Why: a secret that nobody manages is rotated by nobody and deleted by nobody.

    Fix: delete it with the command of the finding; or bring it in with an import block.
    """
    yield from judge_kinds(inventory, config, "secrets")


@check("unmanaged.no_memorydb", severity=Severity.MEDIUM, setting="memorydb")
def no_memorydb(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every cluster, user, list and group of MemoryDB with the environment's prefix is Terraform's.

    Why: a second user opens the store of the head's state; a snapshot made by hand is a copy of it.

    Fix: delete it with `aws memorydb delete-…`; or bring it in with an import block.
    """
    yield from judge_kinds(inventory, config, "memorydb")


@check("unmanaged.no_records", severity=Severity.MEDIUM)
def no_records(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every record of the private zone is Terraform's, or the zone's own.

    Why: nodes go where the zone sends them: with the token, and with what they compute.

    Fix: delete the record in the console or with `aws route53 change-resource-record-sets`, or bring it in with an
    import block.
    """
    yield from judge_kinds(inventory, config, "records")


@check("unmanaged.nothing_else_tagged", severity=Severity.MEDIUM)
def nothing_else_tagged(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Everything of the region that carries the cluster's tag is Terraform's, or judged by another check.

    Why: the tag says whose it is and who pays. What carries it in another VPC, or in a service that this project does
    not use, was made by hand for this cluster and will outlive it.

    Fix: delete it or take the tag `rayform:cluster` away; or bring it in with an import block.
    """
    yield from judge_kinds(inventory, config, "tagged")
