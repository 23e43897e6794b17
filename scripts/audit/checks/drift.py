"""What runs is what Terraform made: each resource of the state beside AWS's answers, attribute by attribute.

Each difference names its address, its construct and the field of the environment file that it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.foundation import FoundationConfig
from scripts.audit.declared_nodes import declared_names, names_by_id
from scripts.audit.drift.compare import Difference
from scripts.audit.drift.verdicts import of_service, without_translator
from scripts.audit.ray_fleet import STOPPED
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.state import Resource


@check("drift.network_as_intended", severity=Severity.HIGH, optional=True)
def network_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """VPC, subnets, gateways, tables, routes and associations are as Terraform made them.

    Why: a route that was added by hand is a way in or out that no plan shows until the next one.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("network", inventory)


@check("drift.security_groups_as_intended", severity=Severity.HIGH, optional=True)
def security_groups_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Security groups have exactly the rules that Terraform made, and no other.

    Why: a rule "for a quick test" stays, and whoever reaches a port of Ray runs code on the cluster.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("security_groups", inventory)


@check("drift.endpoints_as_intended", severity=Severity.MEDIUM, optional=True)
def endpoints_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """VPC endpoints have the policies, subnets, tables and groups that Terraform gave them.

    Why: an endpoint with another policy lets data out to accounts that nobody declared.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("endpoints", inventory)


@check("drift.iam_as_intended", severity=Severity.HIGH, optional=True)
def iam_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Roles have the trust, the policies and the boundary that Terraform gave them, and no policy beside them.

    Why: a policy that was attached by hand is what every job on the cluster may do.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("iam", inventory)


@check("drift.kms_as_intended", severity=Severity.HIGH, optional=True)
def kms_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The key has the policy, the rotation and the aliases that Terraform gave it.

    Why: who may use the key can read everything that the environment keeps.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("kms", inventory)


@check("drift.s3_as_intended", severity=Severity.HIGH, optional=True)
def s3_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Buckets have the settings that Terraform gave them, each of them.

    Why: a public block that was lifted, or a policy that was widened, shows the data to others.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("s3", inventory)


@check("drift.efs_as_intended", severity=Severity.HIGH, optional=True)
def efs_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The file system, its policy, mount targets and access point are as Terraform made them.

    Why: without the policy whoever reaches port 2049 mounts the file system, in plain text if it likes.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("efs", inventory)


@check("drift.memorydb_as_intended", severity=Severity.MEDIUM, optional=True)
def memorydb_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The cluster of MemoryDB, its users and its parameters are as Terraform made them.

    Why: the store of the head loses state when a replica is taken away or keys are dropped.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("memorydb", inventory)


@check("drift.secrets_as_intended", severity=Severity.HIGH, optional=True)
def secrets_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Secrets have the key, the policy and the versions that Terraform gave them. No value is read.

    Why: a value that somebody else has put is a token that somebody else knows, and nodes that boot later take it.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("secrets", inventory)


@check("drift.logs_as_intended", severity=Severity.MEDIUM, optional=True)
def logs_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Log groups and the flow log are as Terraform made them.

    Why: who wants to leave no trace deletes the flow log first.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("logs", inventory)


@check("drift.nodes_as_intended", severity=Severity.HIGH, optional=True)
def nodes_as_intended(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Instances, their volumes, key pair and placement are as Terraform made them.

    A head that `make down` stopped is a finding of `nodes.running` alone.

    Why: metadata without a token, another profile or another boot script take over the node and its role.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named. A stopped instance no apply starts:
    `aws ec2 start-instances --instance-ids …`.
    """
    heads = names_by_id(inventory, declared_names(config)) if isinstance(config, AutoscalingEc2Config) else {}

    def said(resource: Resource, difference: Difference) -> bool:
        stopped = difference.attribute == "instance_state" and difference.deployed in STOPPED
        return stopped and resource.attributes.get("id") in heads

    yield from of_service("nodes", inventory, said=said)


@check("drift.eks_as_intended", severity=Severity.HIGH, optional=True)
def eks_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The EKS cluster, its node groups with their launch templates, add-ons, access entries and roles of service
    accounts are as Terraform made them.

    How many nodes a group has is not compared: the Cluster Autoscaler says that.

    Why: a public endpoint, a new version of a launch template or another role of an account changes what every pod may
    do, and stands in no file.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("eks", inventory)
    yield from of_service("templates", inventory)


@check("drift.fsx_as_intended", severity=Severity.MEDIUM, optional=True)
def fsx_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """FSx for Lustre and the bucket that appears in it are as Terraform made them.

    Why: without its backups, or in another security group, the data is one mistake away from being lost or read.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    yield from of_service("fsx", inventory)


@check("drift.others_as_intended", severity=Severity.MEDIUM, optional=True)
def others_as_intended(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The private zone and its records, the repository for images and Prometheus are as Terraform made them.

    Nothing of the state is left uncompared.

    Why: workers send their token to whom the record of the head names.

    Fix: plan and apply again, which takes a change back; delete by hand what was added beside a resource, which no plan
    sees. To keep it, say it in the field that is named.
    """
    for service in ("dns", "registry", "prometheus"):
        yield from of_service(service, inventory)
    yield from without_translator(inventory)
