"""An EKS cluster of the embedded AWS, and the real kubectl and helm that talk to it."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from botocore.credentials import Credentials
from botocore.hooks import HierarchicalEmitter
from botocore.model import ServiceId
from botocore.signers import RequestSigner

from config.paths import ROOT

PROGRAMS = ROOT / ".venv-kube/bin"
REGION = "us-west-2"
CLUSTER = "demo"
_EVENTS = HierarchicalEmitter()  # a signer does not keep it


@dataclass(frozen=True)
class Result:
    """What a program said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass(frozen=True)
class Programs:
    """kubectl and helm with a kubeconfig, everything that they write in one folder."""

    folder: Path
    kubeconfig: Path

    def kubectl(self, *words: str, stdin: Any = None) -> Result:
        """Run kubectl; objects on its standard input where a word is `-`."""
        text = None if stdin is None else "\n---\n".join(json.dumps(each) for each in listed(stdin))
        return self._run([str(PROGRAMS / "kubectl"), *words], text)

    def helm(self, *words: str) -> Result:
        """Run helm."""
        return self._run([str(PROGRAMS / "helm"), *words], None)

    def apply(self, stdin: Any, *words: str, manager: str = "tests") -> Result:
        """Apply on the server's side."""
        return self.kubectl("apply", "--server-side", f"--field-manager={manager}", "-f", "-", *words, stdin=stdin)

    def _run(self, words: list[str], text: str | None) -> Result:
        folders = {"KUBECACHEDIR": "kube", "HELM_CACHE_HOME": "cache", "HELM_CONFIG_HOME": "config"}
        variables = {name: str(self.folder / folder) for name, folder in folders.items()}
        variables |= {"PATH": os.environ["PATH"], "KUBECONFIG": str(self.kubeconfig), "HOME": str(self.folder)}
        done = subprocess.run(
            words, input=text or "", capture_output=True, text=True, env=variables, timeout=60, check=False
        )
        return Result(done.returncode, done.stdout, done.stderr)


def listed(stdin: Any) -> list[Any]:
    return stdin if isinstance(stdin, list) else [stdin]


def make_cluster(aws: Any, name: str = CLUSTER) -> None:
    """An EKS cluster in the account's default VPC."""
    ec2, iam = aws("ec2", REGION), aws("iam", REGION)
    subnets = ec2.describe_subnets()["Subnets"]
    statement = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = iam.create_role(RoleName=f"{name}-cluster", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.attach_role_policy(RoleName=f"{name}-cluster", PolicyArn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
    ids = [subnet["SubnetId"] for subnet in subnets[:2]]
    aws("eks", REGION).create_cluster(
        name=name, roleArn=role, version="1.35", resourcesVpcConfig={"subnetIds": ids, "endpointPublicAccess": True}
    )


def token(name: str = CLUSTER, key: str = "test", secret: str = "test", session: str | None = None) -> str:
    """As `aws eks get-token` makes it."""
    credentials = Credentials(key, secret, session)
    signer = RequestSigner(ServiceId("STS"), REGION, "sts", "v4", credentials, _EVENTS)
    query = urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"})
    call = {"method": "GET", "url": f"https://sts.{REGION}.amazonaws.com/?{query}", "body": {}, "context": {}}
    url = signer.generate_presigned_url(
        {**call, "headers": {"x-k8s-aws-id": name}}, region_name=REGION, expires_in=60, operation_name=""
    )
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def kubeconfig(described: Mapping[str, Any], port: int, bearer: str) -> dict[str, Any]:
    """A kubeconfig for what DescribeCluster says."""
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "tls-server-name": described["endpoint"].removeprefix("https://"),
        "certificate-authority-data": described["certificateAuthority"]["data"],
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": bearer}}],
    }


def programs_for(folder: Path, described: Mapping[str, Any], port: int, bearer: str) -> Programs:
    """kubectl and helm as whoever has the token."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "kubeconfig"
    path.write_text(json.dumps(kubeconfig(described, port, bearer)))
    path.chmod(0o600)
    return Programs(folder, path)
