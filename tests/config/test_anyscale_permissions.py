"""What the settings of a cloud make of the policies of its roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from config.anyscale_arns import expected_arns
from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_permissions import (
    Policies,
    cluster_node_managed_policies,
    cluster_node_policies,
    control_plane_policies,
)
from config.policy_document import policy_characters
from config.statement import Statement

REGISTRY = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
OTHER_KEY = "arn:aws:kms:us-west-2:123456789012:key/of-the-bucket"


def _cloud(*, cloud_id: str = "cld_a1", services: bool = False, **settings: Any) -> AnyscaleCloudConfig:
    anyscale = {"external_id": "org_a1-mine", "cloud_id": cloud_id, "services": services}
    given = {"name": "test", "target": "local", "region": "us-west-2", "anyscale": anyscale, **settings}
    return AnyscaleCloudConfig.model_validate(given)


def _control_plane(config: AnyscaleCloudConfig) -> Policies:
    return control_plane_policies(config, expected_arns(config))


def _nodes(config: AnyscaleCloudConfig) -> Policies:
    return cluster_node_policies(config, expected_arns(config))


def _named(statements: Sequence[Statement], sid: str) -> list[Statement]:
    return [each for each in statements if each.sid == sid]


def test_what_is_not_asked_for_is_not_allowed() -> None:
    assert list(_control_plane(_cloud())) == ["instances", "bucket"]
    assert list(_control_plane(_cloud(services=True))) == ["instances", "services", "bucket"]
    assert list(_nodes(_cloud())) == ["bucket"]


def test_an_existing_bucket_has_no_key_of_ours() -> None:
    config = _cloud(bucket={"existing_name": "a-bucket"})
    for policies in (_control_plane(config), _nodes(config)):
        assert [each.sid for each in policies["bucket"]] == ["UseBucket", "UseObjects"]
        assert policies["bucket"][0].resources == ["arn:aws:s3:::a-bucket"]


def test_an_existing_bucket_has_its_own_key() -> None:
    config = _cloud(bucket={"existing_name": "a-bucket", "existing_key_arn": OTHER_KEY})
    for policies in (_control_plane(config), _nodes(config)):
        (key,) = _named(policies["bucket"], "UseBucketKey")
        assert key.resources == [OTHER_KEY]


def test_an_adopted_role_is_passed_on_by_its_name() -> None:
    config = _cloud(adopted={"cluster_node_role_name": "nodes-of-before"})
    (pass_role,) = _named(_control_plane(config)["instances"], "PassNodeRole")
    assert pass_role.resources == ["arn:aws:iam::123456789012:role/nodes-of-before"]


def test_roles_of_teams_are_passed_on_beside_it_with_their_profiles() -> None:
    role = "arn:aws:iam::123456789012:role/teams/vision"
    instances = _control_plane(_cloud(iam={"passable_role_arns": [role]}))["instances"]
    (see,), (pass_role,) = (_named(instances, sid) for sid in ("SeeProfile", "PassNodeRole"))
    assert pass_role.resources == ["arn:aws:iam::123456789012:role/ray-test-cluster-node", role]
    assert see.resources[1:] == ["arn:aws:iam::123456789012:instance-profile/teams/vision"]


def test_keys_of_volumes_are_for_the_control_plane_alone() -> None:
    config = _cloud(iam={"volume_key_arns": [OTHER_KEY]})
    keys = [each for each in _control_plane(config)["instances"] if each.sid.endswith("VolumeKeys")]
    assert [(each.sid, each.resources) for each in keys] == [
        ("UseVolumeKeys", [OTHER_KEY]),
        ("GrantVolumeKeys", [OTHER_KEY]),
    ]
    assert list(_nodes(config)) == ["bucket"]
    assert OTHER_KEY not in _nodes(config)["bucket"][-1].resources


def test_the_policy_for_the_registry_is_attached_once() -> None:
    own = "arn:aws:iam::123456789012:policy/own"
    assert cluster_node_managed_policies(_cloud()) == [REGISTRY]
    assert cluster_node_managed_policies(_cloud(iam={"node_managed_policy_arns": [own, REGISTRY]})) == [REGISTRY, own]


def test_there_is_room_for_long_names() -> None:
    """The longest that AWS takes, and a cloud id as long as Anyscale's."""
    config = _cloud(
        cloud_id=f"cld_{'a1' * 13}",
        services=True,
        region="ap-southeast-1",
        bucket={"name": "a" * 63},
        adopted={"control_plane_role_name": "c" * 64, "cluster_node_role_name": "n" * 64},
    )
    sizes = {name: policy_characters(statements) for name, statements in _control_plane(config).items()}
    assert max(sizes.values()) <= 6_144
    assert sum(sizes.values()) <= 10_240
