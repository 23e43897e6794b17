"""What the account lets an Anyscale cloud have, and the tag that says whose everything is."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale import CLOUD_ID_TAG
from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.vcpu_quotas import VcpuQuota, vcpu_quota_of
from scripts.audit.anyscale import cloud
from scripts.audit.quota_limits import Limit, within
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.reading import Reading, each, mapped, readable
from scripts.inventory.shapes import Tags

VCPUS = 64
"""A head and a few workers: Anyscale's own nodes begin at 8 vCPUs."""


@check("anyscale.on_demand_vcpus", severity=Severity.LOW)
def on_demand_vcpus(inventory: Inventory, _config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The account may run 64 more on-demand vCPUs of the Standard families.

    Why: a new account has 5, which is no cluster. Anyscale shows it as machines that never come.

    Fix: ask for more in Service Quotas, by the code that is shown.
    """
    yield _vcpus(inventory, vcpu_quota_of("m7i.large", spot=False))


@check("anyscale.spot_vcpus", severity=Severity.LOW)
def spot_vcpus(inventory: Inventory, _config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The account may run 64 more spot vCPUs of the Standard families.

    Why: a new account has 5. Workers on spot then never come, or run on demand at a higher price.

    Fix: ask for more in Service Quotas, by the code that is shown.
    """
    yield _vcpus(inventory, vcpu_quota_of("m7i.large", spot=True))


@check("anyscale.interfaces", severity=Severity.LOW)
def interfaces(inventory: Inventory, _config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The region may have 100 more network interfaces than the VPC has. Those of other VPCs are not counted.

    Why: every node takes one. At the limit no node starts, in no cluster of the account.

    Fix: ask for more in Service Quotas, by the code that is shown.
    """
    used = len(readable(inventory.network_interfaces))
    yield within(INTERFACES, inventory.quotas.vpc, used=used, more=100)


INTERFACES = Limit("L-DF5E4CA3", "network interfaces per region", 5000)
"""https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""


@check("anyscale.tagged", severity=Severity.LOW, applies=cloud.has_cloud_id, setting="anyscale.cloud_id")
def tagged(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Roles, security group, bucket and file system carry the cloud's id in the tag `anyscale-cloud-id`.

    Why: Anyscale's support finds by it what belongs to the cloud, and so does the bill.

    Fix: apply again.
    """
    wanted = config.anyscale.cloud_id
    for name, tags in _tags(inventory, config):
        yield expect(name, f"tag {CLOUD_ID_TAG}", mapped(tags, lambda found: found.get(CLOUD_ID_TAG)), wanted)


def _tags(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[tuple[str, Reading[Tags]]]:
    """What is made here; not an existing bucket."""
    for subject in cloud.subjects(inventory, config, CONTROL_PLANE, CLUSTER_NODE):
        yield subject.name, subject.role.tags
    for group in readable(inventory.security_groups.groups):
        if group.name == config.group_name("cloud"):
            yield group.name, group.tags
    bucket = cloud.bucket(inventory, config)
    if bucket is not None and CLOUD_BUCKET in config.all_buckets:
        yield bucket.name, bucket.tags
    for fs in each(inventory.file_systems):
        yield fs.file_system_id, fs.tags


def _vcpus(inventory: Inventory, quota: VcpuQuota | None) -> Verdict:
    assert quota is not None  # there is one for every family
    limit = Limit(quota.code, f"{quota.families} vCPUs", quota.default)
    used = readable(inventory.quotas.vcpus_in_use).get(quota.code, 0)
    return within(limit, inventory.quotas.ec2, used=used, more=VCPUS)
