"""Machine images."""

from __future__ import annotations

from cdktf import DataResource, TerraformResourceLifecycle
from constructs import Construct

from config.instance_types import Architecture
from config.nodes import NodeConfig
from modules.aws import DataAwsAmi, DataAwsSsmParameter
from modules.protection import must
from scripts.rendering.launch_settings import PRESET_ROOT_DEVICES

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
        self._id = _found(self, config)
        # Nodes ignore a newer release of the same image; this changes, and replaces them, when the setting does.
        # EC2 changes the type of a stopped instance, and cannot stop a spot instance.
        choice = _choice(config)
        if spot:
            choice["instance_type"] = config.instance_type
        self._choice = DataResource(self, "choice", input=choice)

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


class PinnedImage(Construct):
    """Look up an image once: a newer release of a preset changes nothing, another setting does.

    For launches that Terraform does not make. `make plan REPLACE=terraform_data.<address of the pin>` takes up the
    newest release.
    """

    def __init__(self, scope: Construct, id_: str, *, config: NodeConfig) -> None:
        super().__init__(scope, id_)
        if config.ami.startswith("ami-"):
            image = _given(self, config.ami, config.image_architecture)
            # The id as it is written: the look-up only checks it.
            self._id, self._root_device_name = config.ami, str(image.root_device_name)
            return
        self._root_device_name = PRESET_ROOT_DEVICES[config.ami]
        pin = DataResource(
            self,
            "pin",
            input={"image_id": _newest(self, config)},
            triggers_replace=_choice(config),
            lifecycle=TerraformResourceLifecycle(ignore_changes=["input"]),
        )
        self._id = f"${{{pin.fqn}.output.image_id}}"

    @property
    def id(self) -> str:
        """Id of the image, a token until apply."""
        return self._id

    @property
    def root_device_name(self) -> str:
        """Device of its root volume."""
        return self._root_device_name

    @property
    def lifecycle(self) -> None:
        """Lifecycle of a node made from it: another id replaces it."""
        return None


def _found(scope: Construct, config: NodeConfig) -> str:
    if config.ami.startswith("ami-"):
        return str(_given(scope, config.ami, config.image_architecture).id)
    return _newest(scope, config)


def _newest(scope: Construct, config: NodeConfig) -> str:
    name = ssm_parameter(config.ami, config.image_architecture)
    return str(DataAwsSsmParameter(scope, "parameter", name=name).insecure_value)


def _given(scope: Construct, ami: str, architecture: Architecture) -> DataAwsAmi:
    image = DataAwsAmi(scope, "ami", filter=[{"name": "image-id", "values": [ami]}], include_deprecated=True)
    image.lifecycle = must(
        f'self.architecture == "{architecture}"', f"{ami} must be an {architecture} image, like the instance type."
    )
    return image


def _choice(config: NodeConfig) -> dict[str, str]:
    return {"image": config.ami, "architecture": config.image_architecture}
