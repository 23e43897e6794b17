"""EKS clusters as AWS answers, changes and refuses them."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509

from tests.local_aws.conftest import Clients
from tests.local_aws.eks_site import Site, make_site


@pytest.fixture(scope="module")
def site(aws: Clients) -> Site:
    """Where this module's clusters are."""
    return make_site(aws)


def test_a_cluster_says_what_it_was_made_with(site: Site) -> None:
    config = [{"resources": ["secrets"], "provider": {"keyArn": site.key}}]
    site.create("kube", accessConfig={"authenticationMode": "API"}, encryptionConfig=config, tags={"Owner": "us"})
    cluster = site.eks.describe_cluster(name="kube")["cluster"]
    assert (cluster["status"], cluster["version"], cluster["tags"]) == ("ACTIVE", "1.35", {"Owner": "us"})
    assert (cluster["accessConfig"], cluster["encryptionConfig"]) == ({"authenticationMode": "API"}, config)
    assert cluster["kubernetesNetworkConfig"]["serviceIpv4Cidr"] == "172.20.0.0/16"
    assert cluster["upgradePolicy"] == {"supportType": "EXTENDED"}
    issuer = cluster["identity"]["oidc"]["issuer"]
    assert issuer.startswith("https://oidc.eks.us-west-2.amazonaws.com/id/")
    certificate = x509.load_pem_x509_certificate(base64.b64decode(cluster["certificateAuthority"]["data"]))
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_control_plane_stands_in_two_zones_and_in_a_group_of_its_own(site: Site) -> None:
    ec2, place = site.aws("ec2"), site.create("placed")["resourcesVpcConfig"]
    (group,) = ec2.describe_security_groups(GroupIds=[place["clusterSecurityGroupId"]])["SecurityGroups"]
    assert group["GroupName"].startswith("eks-cluster-sg-placed-")
    assert [pair["GroupId"] for rule in group["IpPermissions"] for pair in rule["UserIdGroupPairs"]] == [
        group["GroupId"]
    ]
    assert {tag["Key"]: tag["Value"] for tag in group["Tags"]}["aws:eks:cluster-name"] == "placed"
    filters = [{"Name": "description", "Values": ["Amazon EKS placed"]}]
    interfaces = ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    assert {interface["SubnetId"] for interface in interfaces} == set(site.subnets)
    site.eks.delete_cluster(name="placed")
    assert ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"] == []
    with pytest.raises(ClientError, match=r"InvalidGroup\.NotFound"):
        ec2.describe_security_groups(GroupIds=[group["GroupId"]])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        site.eks.describe_cluster(name="placed")


def test_changes_are_described_afterwards(site: Site) -> None:
    eks = site.eks
    site.create("changed")

    def change(**wanted: Any) -> dict[str, Any]:
        update = eks.update_cluster_config(name="changed", **wanted)["update"]
        found = eks.describe_update(name="changed", updateId=update["id"])["update"]
        assert (found["status"], found["type"]) == ("Successful", update["type"])
        cluster: dict[str, Any] = eks.describe_cluster(name="changed")["cluster"]
        return cluster

    assert change(resourcesVpcConfig={"endpointPublicAccess": False})["resourcesVpcConfig"]["publicAccessCidrs"] == [
        "0.0.0.0/0"
    ]
    on = {"clusterLogging": [{"types": ["audit", "api"], "enabled": True}]}
    assert change(logging=on)["logging"]["clusterLogging"][0] == {"types": ["api", "audit"], "enabled": True}
    off = {"clusterLogging": [{"types": ["api"], "enabled": False}]}
    assert change(logging=off)["logging"]["clusterLogging"][0]["types"] == ["audit"]
    assert change(upgradePolicy={"supportType": "STANDARD"})["upgradePolicy"] == {"supportType": "STANDARD"}
    eks.update_cluster_version(name="changed", version="1.36")
    assert eks.describe_cluster(name="changed")["cluster"]["version"] == "1.36"
    assert len(eks.list_updates(name="changed")["updateIds"]) == 5


@pytest.mark.parametrize(
    ("place", "more", "message"),
    [
        ({}, {"version": "1.20"}, "unsupported Kubernetes version 1.20"),
        ({}, {"roleArn": "arn:aws:iam::123456789012:role/nobody"}, "does not exist"),
        ({"subnetIds": ["subnet-1"]}, {}, "subnet-1' does not exist"),
        ({"securityGroupIds": ["sg-1"]}, {}, "sg-1' does not exist"),
        ({"endpointPrivateAccess": False, "endpointPublicAccess": False}, {}, "cannot be false"),
        ({"publicAccessCidrs": ["10.0.0.1/8"]}, {}, "CIDRs are invalid"),
        ({}, {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.77.0.0/16"}}, "overlaps"),
        ({}, {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.9.0.0/25"}}, "/12 to /24"),
        ({}, {"logging": {"clusterLogging": [{"types": ["x"], "enabled": True}]}}, "Invalid log type"),
        ({}, {"encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "x/y"}}]}, "was not found"),
    ],
)
def test_what_no_cluster_can_be_made_with(
    site: Site, place: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=f"InvalidParameterException.*{message}"):
        site.create("refused", place, **more)


def test_one_zone_is_too_few(site: Site) -> None:
    with pytest.raises(ClientError, match="at least two different AZs"):
        site.create("refused", {"subnetIds": site.subnets[:1]})


def test_changes_that_are_refused(site: Site) -> None:
    eks = site.eks
    site.create("stubborn", accessConfig={"authenticationMode": "API"}, deletionProtection=True)
    with pytest.raises(ClientError, match="ResourceInUseException"):
        site.create("stubborn")
    with pytest.raises(ClientError, match=r"Unsupported Kubernetes minor version update from 1\.35 to 1\.34"):
        eks.update_cluster_version(name="stubborn", version="1.34")
    with pytest.raises(ClientError, match="Unsupported authentication mode update"):
        eks.update_cluster_config(name="stubborn", accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})
    with pytest.raises(ClientError, match="already at the desired configuration"):
        eks.update_cluster_config(name="stubborn", resourcesVpcConfig={"endpointPublicAccess": True})
    with pytest.raises(ClientError, match="deletion protection"):
        eks.delete_cluster(name="stubborn")
    eks.update_cluster_config(name="stubborn", deletionProtection=False)
    site.create_group("stubborn", "nodes")
    with pytest.raises(ClientError, match="Cluster has nodegroups attached"):
        eks.delete_cluster(name="stubborn")


def test_secrets_can_be_encrypted_later_but_once(site: Site) -> None:
    site.create("encrypted-later")
    config = [{"resources": ["secrets"], "provider": {"keyArn": site.key}}]
    wanted = {"clusterName": "encrypted-later", "encryptionConfig": config}
    update = site.eks.associate_encryption_config(**wanted)["update"]
    assert (update["type"], update["status"]) == ("AssociateEncryptionConfig", "Successful")
    assert site.eks.describe_cluster(name="encrypted-later")["cluster"]["encryptionConfig"] == config
    with pytest.raises(ClientError, match="already enabled"):
        site.eks.associate_encryption_config(**wanted)


def test_lists_come_in_pages(site: Site) -> None:
    for name in ("page-1", "page-2", "page-3"):
        site.create(name)
    pages = site.eks.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2})
    found = [page["clusters"] for page in pages]
    assert all(len(page) <= 2 for page in found)
    assert {"page-1", "page-2", "page-3"} <= {name for page in found for name in page}


def test_only_supported_kubernetes_versions_are_listed(site: Site) -> None:
    today = datetime.now(timezone.utc)
    versions = site.eks.describe_cluster_versions()["clusterVersions"]
    assert versions
    for version in versions:
        assert version["endOfExtendedSupportDate"] >= today - timedelta(days=1)
        extended = version["endOfStandardSupportDate"] < today - timedelta(days=1)
        assert version["versionStatus"] == ("EXTENDED_SUPPORT" if extended else "STANDARD_SUPPORT")
