"""Machine images that AWS and others publish by SSM parameter, and that moto lacks; and those of an account itself.

An id of a published image is computed from region and parameter, so it stays the same for ever; DescribeImages and
GetParameter agree on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.utils import random_ami_id
from moto.ssm.models import Parameter, ParameterDict

from scripts.local_aws.extensions.plumbing import AwsError, Params, op, wrap
from scripts.local_aws.identity import ID_TAG

AMAZON, CANONICAL, DEEP_LEARNING, EKS = "137112412989", "099720109477", "898082745236", "602401143452"
EKS_VERSIONS = ("1.33", "1.34", "1.35", "1.36")
AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/"


@dataclass(frozen=True)
class Image:
    """What DescribeImages says of a published image."""

    name: str
    architecture: str
    owner_id: str
    root_device_name: str = "/dev/sda1"


def _ubuntu() -> dict[str, Image]:
    """https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/"""
    images = {}
    for version, codename, disk in (("22.04", "jammy", "gp2"), ("24.04", "noble", "gp3")):
        for label, architecture in (("amd64", "x86_64"), ("arm64", "arm64")):
            path = f"/aws/service/canonical/ubuntu/server/{version}/stable/current/{label}/hvm/ebs-{disk}/ami-id"
            family = "hvm-ssd-gp3" if disk == "gp3" else "hvm-ssd"
            name = f"ubuntu/images/{family}/ubuntu-{codename}-{version}-{label}-server-20261101"
            images[path] = Image(name, architecture, CANONICAL)
    return images


def _deep_learning() -> dict[str, Image]:
    """https://docs.aws.amazon.com/dlami/latest/devguide/find-dlami-id.html"""
    systems = {
        "ubuntu-22.04": ("Ubuntu 22.04", "/dev/sda1"),
        "ubuntu-24.04": ("Ubuntu 24.04", "/dev/sda1"),
        "amazon-linux-2023": ("Amazon Linux 2023", "/dev/xvda"),
    }
    images = {}
    for system, (title, root) in systems.items():
        for architecture, label in (("x86_64", ""), ("arm64", "ARM64 ")):
            base = f"/aws/service/deeplearning/ami/{architecture}/base-oss-nvidia-driver-gpu-{system}"
            name = f"Deep Learning {label}Base OSS Nvidia Driver GPU AMI ({title}) 20261101"
            images[f"{base}/latest/ami-id"] = Image(name, architecture, DEEP_LEARNING, root)
    return images


def _amazon_linux() -> dict[str, Image]:
    """moto has these but for the newest regions.

    https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
    """
    return {
        f"{AMAZON_LINUX}al2023-ami-kernel-default-{architecture}": Image(
            f"al2023-ami-2023.12.20260930.0-kernel-6.18-{architecture}", architecture, AMAZON, "/dev/xvda"
        )
        for architecture in ("x86_64", "arm64")
    }


def eks_image_path(version: str, architecture: str, variant: str) -> str:
    """The parameter that names the image for nodes of a Kubernetes version.

    https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html
    """
    return f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{architecture}/{variant}/recommended/image_id"


def _eks() -> dict[str, Image]:
    return {
        eks_image_path(version, architecture, variant): Image(
            f"amazon-eks-node-al2023-{architecture}-{variant}-{version}-v20260917", architecture, EKS, "/dev/xvda"
        )
        for version in EKS_VERSIONS
        for architecture in ("x86_64", "arm64")
        for variant in ("standard", "nvidia")
    }


IMAGES = {**_ubuntu(), **_deep_learning(), **_amazon_linux(), **_eks()}
"""Published images by SSM parameter."""


def image_id(region: str, path: str) -> str:
    """The id of a published image in a region."""
    return "ami-" + hashlib.sha256(f"{region}{path}".encode()).hexdigest()[:17]


@wrap(AmiBackend, "_load_amis")
def load_images(original: Callable[[Any], None], self: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html"""
    original(self)
    for path, image in IMAGES.items():
        ami_id = image_id(self.region_name, path)
        self.amis[ami_id] = Ami(
            self,
            ami_id,
            name=image.name,
            description=image.name,
            owner_id=image.owner_id,
            owner_alias="amazon",
            public=True,
            virtualization_type="hvm",
            architecture=image.architecture,
            image_location=f"amazon/{image.name}",
            hypervisor="xen",
            root_device_type="ebs",
            root_device_name=image.root_device_name,
        )


@op(AmisResponse, replaces=True)
def register_image(response: Any, params: Params) -> Params:
    """moto forgets the architecture, the root device and the tags.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html
    """
    backend = response.ec2_backend
    specifications = params.get("TagSpecifications", [])
    tags = {tag["Key"]: tag["Value"] for one in specifications for tag in one.get("Tags", [])}
    ami_id = tags.get(ID_TAG) or random_ami_id()
    if ami_id in backend.amis or not ami_id.startswith("ami-"):
        raise AwsError("InvalidParameterValue", f"{ID_TAG} {ami_id}: not free or without the prefix ami-")
    backend.amis[ami_id] = Ami(
        backend,
        ami_id,
        name=params["Name"],
        description=params.get("Description", ""),
        virtualization_type=params.get("VirtualizationType", "paravirtual"),
        architecture=params.get("Architecture", "i386"),
        image_location=f"{backend.account_id}/{params['Name']}",
        hypervisor="xen",
        root_device_type="ebs",
        root_device_name=params.get("RootDeviceName", "/dev/sda1"),
        tags=tags,
    )
    return {"ImageId": ami_id}


@wrap(ParameterDict, "_check_loading_status")
def publish_parameter(original: Callable[[Any, str], None], self: Any, key: str) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html"""
    original(self, key)
    path = str(key or "")
    if path in IMAGES and not dict.__contains__(self, path):
        dict.__setitem__(self, path, [_parameter(self, path)])


def _parameter(parameters: Any, path: str) -> Parameter:
    return Parameter(
        account_id=parameters.account_id,
        name=path,
        value=image_id(parameters.region_name, path),
        parameter_type="String",
        description=None,
        allowed_pattern=None,
        keyid=None,
        last_modified_date=utcnow(),
        version=1,
        data_type="aws:ec2:image",
    )
