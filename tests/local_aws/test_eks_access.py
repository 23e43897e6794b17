"""Who may use an EKS cluster, which roles its Pods take, its add-ons and the tags of all of them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Clients
from tests.local_aws.eks_site import ADMIN, VIEW, Site, make_site

NAME = "kube"


@pytest.fixture(scope="module")
def site(aws: Clients) -> Site:
    """Where this module's cluster is."""
    found = make_site(aws)
    found.create(NAME, accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True})
    return found


@pytest.fixture
def person(site: Site) -> str:
    """A principal that is let in."""
    site.eks.create_access_entry(clusterName=NAME, principalArn=site.person, kubernetesGroups=["readers"])
    return site.person


@pytest.fixture(autouse=True)
def nobody_is_left(site: Site) -> Any:
    """Take the principal out again."""
    yield
    if site.person in site.eks.list_access_entries(clusterName=NAME)["accessEntries"]:
        site.eks.delete_access_entry(clusterName=NAME, principalArn=site.person)


def test_whoever_made_the_cluster_is_its_administrator(site: Site) -> None:
    (creator,) = site.eks.list_access_entries(clusterName=NAME, associatedPolicyArn=ADMIN)["accessEntries"]
    entry = site.eks.describe_access_entry(clusterName=NAME, principalArn=creator)["accessEntry"]
    assert (entry["type"], entry["kubernetesGroups"]) == ("STANDARD", [])


def test_an_entry_and_its_policies(site: Site, person: str) -> None:
    eks, who = site.eks, {"clusterName": NAME, "principalArn": person}
    entry = eks.describe_access_entry(**who)["accessEntry"]
    assert entry["username"] == "arn:aws:sts::123456789012:assumed-role/person/{{SessionName}}"
    scope = {"type": "namespace", "namespaces": ["ray"]}
    eks.associate_access_policy(**who, policyArn=VIEW, accessScope=scope)
    (policy,) = eks.list_associated_access_policies(**who)["associatedAccessPolicies"]
    assert (policy["policyArn"], policy["accessScope"]) == (VIEW, scope)
    eks.update_access_entry(**who, kubernetesGroups=["writers"])
    assert eks.describe_access_entry(**who)["accessEntry"]["kubernetesGroups"] == ["writers"]
    eks.disassociate_access_policy(**who, policyArn=VIEW)
    assert eks.list_associated_access_policies(**who)["associatedAccessPolicies"] == []


@pytest.mark.parametrize(
    ("policy", "scope", "message"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", {"type": "cluster"}, "format is not valid"),
        (ADMIN, {"type": "namespace", "namespaces": ["ray"]}, "cannot be associated"),
        (VIEW, {"type": "namespace"}, "Namespaces go with"),
        (VIEW, {"type": "cluster", "namespaces": ["ray"]}, "Namespaces go with"),
    ],
)
def test_policies_that_are_refused(site: Site, person: str, policy: str, scope: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=f"InvalidParameterException.*{message}"):
        site.eks.associate_access_policy(clusterName=NAME, principalArn=person, policyArn=policy, accessScope=scope)


def test_entries_that_are_refused(site: Site, person: str) -> None:
    eks = site.eks
    with pytest.raises(ClientError, match="ResourceInUseException"):
        eks.create_access_entry(clusterName=NAME, principalArn=person)
    nobody = "arn:aws:iam::123456789012:role/nobody"
    with pytest.raises(ClientError, match=r"InvalidParameterException.*invalid principal"):
        eks.create_access_entry(clusterName=NAME, principalArn=nobody)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        eks.describe_access_entry(clusterName=NAME, principalArn=nobody)
    with pytest.raises(ClientError, match="cannot start with system:"):
        eks.update_access_entry(clusterName=NAME, principalArn=person, kubernetesGroups=["system:masters"])
    site.create("by-config-map", accessConfig={"authenticationMode": "CONFIG_MAP"})
    with pytest.raises(ClientError, match=r"InvalidRequestException.*authentication mode"):
        eks.list_access_entries(clusterName="by-config-map")


def test_a_service_account_has_one_role(site: Site) -> None:
    eks, account = site.eks, {"clusterName": NAME, "namespace": "ray", "serviceAccount": "ray-head"}
    made = eks.create_pod_identity_association(**account, roleArn=site.role)["association"]
    with pytest.raises(ClientError, match="ResourceInUseException"):
        eks.create_pod_identity_association(**account, roleArn=site.person)
    which = {"clusterName": NAME, "associationId": made["associationId"]}
    eks.update_pod_identity_association(**which, roleArn=site.person)
    assert eks.describe_pod_identity_association(**which)["association"]["roleArn"] == site.person
    (listed,) = eks.list_pod_identity_associations(clusterName=NAME, namespace="ray")["associations"]
    assert "roleArn" not in listed
    eks.delete_pod_identity_association(**which)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        eks.describe_pod_identity_association(**which)


def test_an_addon_brings_the_role_of_its_service_account(site: Site) -> None:
    eks, which = site.eks, {"clusterName": NAME, "addonName": "vpc-cni"}
    wanted = [{"serviceAccount": "aws-node", "roleArn": site.role}]
    eks.create_addon(**which, podIdentityAssociations=wanted, configurationValues='{"enableNetworkPolicy": "true"}')
    addon = eks.describe_addon(**which)["addon"]
    assert (addon["status"], addon["configurationValues"]) == ("ACTIVE", '{"enableNetworkPolicy": "true"}')
    (listed,) = eks.list_pod_identity_associations(clusterName=NAME, serviceAccount="aws-node")["associations"]
    assert (addon["podIdentityAssociations"], listed["ownerArn"]) == ([listed["associationArn"]], addon["addonArn"])
    eks.update_addon(**which, addonVersion="v1.23.1-eksbuild.1", podIdentityAssociations=[])
    assert eks.describe_addon(**which)["addon"]["addonVersion"] == "v1.23.1-eksbuild.1"
    assert eks.list_pod_identity_associations(clusterName=NAME, serviceAccount="aws-node")["associations"] == []
    eks.delete_addon(**which)
    assert "vpc-cni" not in eks.list_addons(clusterName=NAME)["addons"]


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("nginx", {}, "ResourceNotFoundException"),
        ("kube-proxy", {"addonVersion": "v1.36.0-eksbuild.25"}, "not supported: kube-proxy"),
        ("coredns", {"addonVersion": "latest"}, "not supported: coredns"),
        ("coredns", {"configurationValues": "{no json"}, "ConfigurationValue"),
        ("coredns", {"serviceAccountRoleArn": "x"}, "Invalid Role Arn"),
    ],
)
def test_addons_that_are_refused(site: Site, name: str, more: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        site.eks.create_addon(clusterName=NAME, addonName=name, **more)


def test_every_version_of_kubernetes_has_one_default_of_an_addon(site: Site) -> None:
    (addon,) = site.eks.describe_addon_versions(addonName="kube-proxy", kubernetesVersion="1.36")["addons"]
    found = {each["addonVersion"]: each["compatibilities"] for each in addon["addonVersions"]}
    assert [version for version, places in found.items() if places[0]["defaultVersion"]] == ["v1.36.0-eksbuild.25"]


def test_everything_in_a_cluster_has_tags(site: Site, person: str) -> None:
    eks = site.eks
    arns = [
        eks.describe_cluster(name=NAME)["cluster"]["arn"],
        eks.describe_access_entry(clusterName=NAME, principalArn=person)["accessEntry"]["accessEntryArn"],
        eks.create_addon(clusterName=NAME, addonName="coredns")["addon"]["addonArn"],
    ]
    for arn in arns:
        eks.tag_resource(resourceArn=arn, tags={"Owner": "us", "Team": "a"})
        eks.untag_resource(resourceArn=arn, tagKeys=["Team"])
        assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"Owner": "us"}
    with pytest.raises(ClientError, match="NotFoundException"):
        eks.list_tags_for_resource(resourceArn="arn:aws:eks:us-west-2:123456789012:cluster/nobody")
