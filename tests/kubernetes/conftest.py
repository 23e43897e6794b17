"""A real cluster of the embedded AWS, whose Kubernetes API real kubectl and helm use."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config import paths
from config.kuberay_eks import KuberayEksConfig
from config.load import check_environment
from config.service_accounts import service_accounts
from config.yaml_file import read_yaml
from scripts.inventory.session import Session, session_for
from scripts.kubernetes import chart as charts
from scripts.kubernetes import kubeconfig
from scripts.local_aws import client
from scripts.local_aws.client import environment_for
from scripts.manifests import files
from tests.kubernetes.chart import pack
from tests.local_aws.conftest import end, point_to

ENVIRONMENT = """\
flavour: kuberay-eks
region: us-west-2
protect: false
workers: {cpu: {min_replicas: 1, max_nodes: 2, cpus: 1, memory_gib: 2}}
"""
GROUPS = ("system", "head", "cpu")
TOKEN = "the-token-of-ray-0123456789"
CHOICES = ("CONTEXT", "KUBECONFIG", "CHART", "CHART_SHA256", "CRDS", "FORCE", "AWS_PROFILE")


def environment_of(folder: Path, text: str = ENVIRONMENT, *, target: str = "local") -> KuberayEksConfig:
    """An environment called `lab`."""
    file = folder / "lab.yaml"
    file.write_text(text, encoding="utf-8")
    environment = check_environment(read_yaml(file), name="lab", target=target)
    assert isinstance(environment, KuberayEksConfig)
    return environment


def outputs_of(environment: KuberayEksConfig, token_secret_arn: str = "arn:token") -> dict[str, Any]:
    """What Terraform would have put out."""
    region, account = environment.region, environment.account_id
    parts = [account.part for account in service_accounts(environment)]
    return {
        "cluster": environment.label.cluster,
        "cluster_name": environment.cluster_name,
        "node_group_names": environment.node_group_names,
        "service_account_role_arns": {part: f"arn:aws:iam::{account}:role/{part}" for part in parts},
        "bucket_names": {name: environment.bucket_name(name) for name in environment.all_buckets},
        "service_cidr": "172.20.0.0/16",
        "key_arn": f"arn:aws:kms:{region}:{account}:key/00000000-0000-0000-0000-000000000000",
        "ray_token_secret_arn": token_secret_arn,
    }


@dataclass(frozen=True)
class World:
    """An applied environment, its AWS, and a place of its own for what commands write."""

    folder: Path
    session: Session
    token_secret_arn: str

    def environment(self, text: str = ENVIRONMENT) -> KuberayEksConfig:
        """The environment, as its file says by now; applied like that."""
        environment = environment_of(self.folder, text)
        self.applied(environment, outputs_of(environment, self.token_secret_arn))
        return environment

    def applied(self, environment: KuberayEksConfig, outputs: Mapping[str, Any]) -> None:
        """Have Terraform's state say these outputs."""
        state = paths.local_state_file(environment.name)
        state.parent.mkdir(parents=True, exist_ok=True)
        named = {name: {"value": value} for name, value in outputs.items()}
        state.write_text(json.dumps({"version": 4, "resources": [], "outputs": named}))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A cluster `ray-lab` in an emulator of the module's own."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as monkeypatch:
        emulator = point_to(folder / "local-aws", monkeypatch)
        monkeypatch.setattr(paths, "LOCAL_AWS", folder / "local-aws")
        for module in (charts, files, kubeconfig):
            monkeypatch.setattr(module, "BUILD", folder / "build")
        monkeypatch.setenv("HOME", str(folder))
        for name in CHOICES:
            monkeypatch.delenv(name, raising=False)
        session = session_for(environment_for(client.ensure_running(), os.environ), "us-west-2")
        make_cluster(session, "ray-lab")
        for group in GROUPS:
            make_node_group(session, "ray-lab", group)
        secret = session.client("secretsmanager").create_secret(Name="ray-lab-ray-token", SecretString=TOKEN)
        monkeypatch.setenv("CHART", str(pack(folder / "kuberay-operator-1.7.0.tgz")))
        yield World(folder, session, secret["ARN"])
        end(emulator)


def make_cluster(session: Session, name: str) -> None:
    """An EKS cluster, as Terraform would make it."""
    ec2, iam, eks = (session.client(service) for service in ("ec2", "iam", "eks"))
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "eks.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }
        ],
    }
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
    eks.create_cluster(
        name=name, version="1.36", roleArn=role, resourcesVpcConfig={"subnetIds": subnets},
        accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
    )  # fmt: skip


def make_node_group(session: Session, cluster: str, name: str) -> None:
    """A node group of it."""
    eks = session.client("eks")
    facts = eks.describe_cluster(name=cluster)["cluster"]
    eks.create_nodegroup(
        clusterName=cluster, nodegroupName=name, nodeRole=facts["roleArn"], instanceTypes=["m7i.large"],
        subnets=facts["resourcesVpcConfig"]["subnetIds"], scalingConfig={"minSize": 0, "maxSize": 2, "desiredSize": 0},
    )  # fmt: skip
