"""Machine images."""

from __future__ import annotations

from cdktf import DataResource, Postcondition, TerraformResourceLifecycle
from constructs import Construct

from config.instance_types import Architecture
from config.nodes import NodeConfig
from modules.aws import DataAwsAmi, DataAwsSsmParameter

_UBUNTU_NAMES = {"x86_64": "amd64", "arm64": "arm64"}


def ssm_parameter(preset: str, architecture: Architecture) -> str:
    """Public SSM parameter that holds the id of a preset's newest image.

    Sources: https://docs.aws.amazon.com/linux/al2023/ug/ec2.html,
    https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/,
    https://docs.aws.amazon.com/dlami/latest/devguide/find-dlami-id.html
    """
    ubuntu = (
        f"/aws/service/canonical/ubuntu/server/{{}}/stable/current/{_UBUNTU_NAMES[architecture]}/hvm/ebs-{{}}/ami-id"
    )
    return {
        "al2023": f"/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}",
        "ubuntu-22.04": ubuntu.format("22.04", "gp2"),
        "ubuntu-24.04": ubuntu.format("24.04", "gp3"),
        "dlami-gpu": f"/aws/service/deeplearning/ami/{architecture}"
        "/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id",
    }[preset]


class Image(Construct):
    """Look up the image of a node: a preset's newest release, or an id whose architecture a plan checks."""

    def __init__(self, scope: Construct, id_: str, *, config: NodeConfig, spot: bool = False) -> None:
        super().__init__(scope, id_)
        architecture = config.image_architecture
        if config.ami.startswith("ami-"):
            self._id = self._given(config.ami, architecture)
        else:
            parameter = DataAwsSsmParameter(self, "parameter", name=ssm_parameter(config.ami, architecture))
            self._id = str(parameter.insecure_value)
        # Nodes ignore a newer release of the same image; this changes, and replaces them, when the setting does.
        # EC2 changes the type of a stopped instance, and cannot stop a spot instance.
        choice = {"image": config.ami, "architecture": architecture}
        if spot:
            choice["instance_type"] = config.instance_type
        self._choice = DataResource(self, "choice", input=choice)

    def _given(self, ami: str, architecture: Architecture) -> str:
        image = DataAwsAmi(self, "ami", filter=[{"name": "image-id", "values": [ami]}], include_deprecated=True)
        image.lifecycle = TerraformResourceLifecycle(
            postcondition=[
                Postcondition(
                    condition=f'${{self.architecture == "{architecture}"}}',
                    error_message=f"{ami} must be an {architecture} image, like the instance type.",
                )
            ]
        )
        return str(image.id)

    @property
    def id(self) -> str:
        """Id of the image, a token until plan."""
        return self._id

    @property
    def lifecycle(self) -> TerraformResourceLifecycle:
        """Lifecycle of a node made from it."""
        # A bare address: Terraform takes no expression here.
        choice = f"terraform_data.{self._choice.friendly_unique_id}"
        return TerraformResourceLifecycle(ignore_changes=["ami"], replace_triggered_by=[choice])
