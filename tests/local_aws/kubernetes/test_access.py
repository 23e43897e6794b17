"""Who is let in: tokens of EKS, access entries, access policies and RBAC."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.request
from urllib.error import URLError

import pytest

from tests.local_aws.kubernetes.cluster import CLUSTER, Programs, token
from tests.local_aws.kubernetes.conftest import Cluster

UNAUTHORIZED = "error: You must be logged in to the server ("
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"


def test_creator_is_administrator(programs: Programs) -> None:
    user = programs.kubectl("auth", "whoami", "-o", "json").json["status"]["userInfo"]
    assert user["username"] == "arn:aws:iam::123456789012:user/moto"
    assert programs.kubectl("auth", "can-i", "create", "clusterroles").out == "yes\n"
    assert programs.kubectl("auth", "can-i", "create", "clusterroles", "--as=somebody").out == "no\n"


def test_bad_token(cluster: Cluster) -> None:
    nobody = cluster.programs("nobody", token(name="another-cluster"))
    assert UNAUTHORIZED in nobody.kubectl("get", "namespaces").err


def test_roles_by_access_entry(cluster: Cluster, programs: Programs, namespace: str) -> None:
    eks, iam, sts = cluster.aws("eks"), cluster.aws("iam"), cluster.aws("sts")
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="viewer", Path="/people/", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    keys = sts.assume_role(RoleArn=role, RoleSessionName="ann")["Credentials"]
    bearer = token(key=keys["AccessKeyId"], secret=keys["SecretAccessKey"], session=keys["SessionToken"])
    viewer = cluster.programs("viewer", bearer)
    assert UNAUTHORIZED in viewer.kubectl("get", "configmaps", "-n", namespace).err  # no entry

    eks.create_access_entry(clusterName=CLUSTER, principalArn=role, kubernetesGroups=["readers"])
    refused = viewer.kubectl("get", "configmaps", "-n", namespace)
    user = "arn:aws:sts::123456789012:assumed-role/viewer/ann"
    words = f'User "{user}" cannot list resource "configmaps" in API group "" in the namespace "{namespace}"'
    assert refused.err == f"Error from server (Forbidden): configmaps is forbidden: {words}\n"

    scope = {"type": "namespace", "namespaces": [namespace]}
    eks.associate_access_policy(clusterName=CLUSTER, principalArn=role, policyArn=VIEW, accessScope=scope)
    may = [("get", "configmaps", namespace), ("delete", "configmaps", namespace), ("get", "secrets", namespace)]
    elsewhere = ("get", "configmaps", "default")
    assert [_can(viewer, *each) for each in (*may, elsewhere)] == [True, False, False, False]

    programs.apply(_binding(namespace))  # RBAC adds to it
    assert _can(viewer, "get", "secrets", namespace)


def _can(programs: Programs, verb: str, resource: str, namespace: str) -> bool:
    return programs.kubectl("auth", "can-i", verb, resource, "-n", namespace).out == "yes\n"


def _binding(namespace: str) -> list[dict[str, object]]:
    api = "rbac.authorization.k8s.io"
    metadata = {"name": "secret-readers", "namespace": namespace}
    rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
    subject = {"kind": "Group", "name": "readers", "apiGroup": api}
    reference = {"kind": "Role", "name": "secret-readers", "apiGroup": api}
    head = {"apiVersion": f"{api}/v1", "metadata": metadata}
    return [
        {**head, "kind": "Role", "rules": [rule]},
        {**head, "kind": "RoleBinding", "subjects": [subject], "roleRef": reference},
    ]


def test_certificate_is_for_the_clusters_name_only(cluster: Cluster) -> None:
    context = ssl.create_default_context()
    context.load_verify_locations(cadata=_authority(cluster))
    with pytest.raises(URLError, match=r"(?i)unrecognized"):
        urllib.request.urlopen(f"https://localhost:{cluster.port}/version", context=context, timeout=10)


def _authority(cluster: Cluster) -> str:
    return base64.b64decode(cluster.described["certificateAuthority"]["data"]).decode()
