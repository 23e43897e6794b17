"""The EKS cluster of an environment, as AWS describes it now."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from config.commands import make_commands
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.session import Session
from scripts.operate.refusals import explained


@dataclass(frozen=True)
class EksCluster:
    """What a client of its Kubernetes API needs."""

    name: str
    arn: str
    endpoint: str
    """`https://….eks.amazonaws.com`."""
    certificate_authority: str
    """PEM in base64, as kubeconfig has it."""
    version: str
    """`1.36`."""

    @property
    def host(self) -> str:
        """Host name of the endpoint, as it is written: capitals stay."""
        return urlsplit(self.endpoint).netloc


def describe_cluster(environment: KuberayEksConfig, session: Session) -> EksCluster:
    """Ask AWS. Raises UserError when there is no cluster, or none that serves an API."""
    name = environment.cluster_name
    with explained(f"the cluster {name} cannot be described", f"eks:DescribeCluster on {name}"):
        try:
            facts = session.client("eks").describe_cluster(name=name)["cluster"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            raise UserError(_no_cluster(environment)) from None
    if "endpoint" not in facts or "certificateAuthority" not in facts:
        raise UserError(f"the cluster {name} is {facts['status']}, want ACTIVE: wait, and run the same again")
    return EksCluster(
        name=name,
        arn=facts["arn"],
        endpoint=facts["endpoint"],
        certificate_authority=facts["certificateAuthority"]["data"],
        version=facts["version"],
    )


def _no_cluster(environment: KuberayEksConfig) -> str:
    if not environment.makes_cluster:
        place = f"{environment.region} of account {environment.account_id}"
        return f"eks.existing_cluster.name: there is no cluster {environment.cluster_name} in {place}"
    run = make_commands(("plan", "apply"), environment)
    return f"{environment.name} has no cluster {environment.cluster_name} yet; run: {run}"
