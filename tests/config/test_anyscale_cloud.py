"""What an Anyscale cloud derives from its file: tags, buckets, names."""

from __future__ import annotations

from typing import Any

import pytest

from config.anyscale import AdoptedConfig, AnyscaleConfig, CloudBucketConfig
from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.s3 import LOGS_BUCKET

ORGANIZATION = "org_1a2b3c"


def _cloud(cloud_id: str | None = None, **settings: Any) -> AnyscaleCloudConfig:
    anyscale = AnyscaleConfig(external_id=f"{ORGANIZATION}-9f2c-61d0", cloud_id=cloud_id)
    return AnyscaleCloudConfig(**{"name": "demo", "region": "us-west-2", "anyscale": anyscale, **settings})


def test_tags_name_the_organization_and_once_it_is_known_the_cloud() -> None:
    before, after = _cloud().default_tags, _cloud("cld_4D5e").default_tags
    assert before["anyscale-org-id"] == ORGANIZATION
    assert before["anyscale-deploy-environment"] == "production"
    assert before["rayform:cluster"] == "ray-demo"
    assert {key: value for key, value in after.items() if before.get(key) != value} == {"anyscale-cloud-id": "cld_4D5e"}


def test_a_cloud_that_was_registered_without_an_external_id_has_no_tag_of_an_organization() -> None:
    anyscale = AnyscaleConfig(external_id="cld_4D5e", cloud_id="cld_4D5e")
    tags = _cloud().model_copy(update={"anyscale": anyscale}).default_tags
    assert "anyscale-org-id" not in tags
    assert tags["anyscale-cloud-id"] == "cld_4D5e"


def test_tags_of_the_file_are_kept() -> None:
    assert _cloud(tags={"CostCenter": "4711"}).default_tags["CostCenter"] == "4711"


def test_cloud_bucket_has_what_was_said_and_what_the_console_needs() -> None:
    said = CloudBucketConfig(name="research", noncurrent_days=7, expire_prefix_days={"tmp/": 3}, access_log_days=30)
    buckets = _cloud(bucket=said).all_buckets
    cloud, logs = buckets[CLOUD_BUCKET], buckets[LOGS_BUCKET]
    (console,) = cloud.cors
    assert (cloud.noncurrent_days, cloud.expire_prefix_days, cloud.node_access) == (7, {"tmp/": 3}, "read_write")
    assert (console.origins, console.headers) == (["https://*.anyscale.com"], ["*"])
    assert (logs.expire_days, logs.node_access, logs.cors) == (30, "none", [])


def test_existing_bucket_is_not_made() -> None:
    cloud = _cloud(bucket=CloudBucketConfig(existing_name="team-data"))
    assert not cloud.all_buckets
    assert cloud.bucket_name(CLOUD_BUCKET) == "team-data"


@pytest.mark.parametrize(
    ("cloud_id", "name", "wanted"),
    [
        ("cld_4D5e", None, "anyscale-production-data-cld-4d5e"),
        ("cld_4D5e", "research", "research"),
        (None, "research", "research"),
    ],
)
def test_cloud_bucket_has_the_name_that_was_said_or_anyscales(
    cloud_id: str | None, name: str | None, wanted: str
) -> None:
    assert _cloud(cloud_id, bucket=CloudBucketConfig(name=name)).bucket_name(CLOUD_BUCKET) == wanted


def test_logs_bucket_is_named_like_any_other() -> None:
    assert _cloud(bucket=CloudBucketConfig(name="research")).bucket_name(LOGS_BUCKET) == "ray-demo-logs-123456789012"


def test_roles_have_the_names_of_those_that_are_adopted() -> None:
    cloud = _cloud(adopted=AdoptedConfig(cluster_node_role_name="old-nodes"))
    assert cloud.role_name(CONTROL_PLANE) == "ray-demo-control-plane"
    assert cloud.role_name(CLUSTER_NODE) == "old-nodes"


def test_cloud_is_named_like_the_cluster_unless_said() -> None:
    named = AnyscaleConfig(external_id=f"{ORGANIZATION}-x", cloud_name="research")
    assert (_cloud().cloud_name, _cloud(anyscale=named).cloud_name) == ("ray-demo", "research")
