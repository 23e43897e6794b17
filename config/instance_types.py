"""What the name of an EC2 instance type says.

Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
"""

from __future__ import annotations

import re
from typing import Literal

Architecture = Literal["x86_64", "arm64"]

_FAMILY = re.compile(r"^(?P<series>[a-z]+(?:-\d+tb)?)(?P<generation>\d+)(?P<attributes>[a-z0-9-]*)$")
_WITHOUT_EBS_OPTIMIZATION = frozenset({"t1", "t2", "m1", "m2", "m3", "c1", "c3", "r3", "g2", "i2", "cc2", "cr1", "hs1"})
_GPU_SERIES = frozenset({"g", "gr", "p"})
_AMD_GPU = frozenset({"g4ad"})


def family_of(instance_type: str) -> str:
    """`m7g` of `m7g.large`."""
    return instance_type.split(".")[0]


def architecture_of(instance_type: str) -> Architecture:
    """Processor architecture: a `g` among a family's attributes means AWS Graviton."""
    family = family_of(instance_type)
    match = _FAMILY.match(family)
    graviton = family == "a1" or (match is not None and "g" in match["attributes"])
    return "arm64" if graviton else "x86_64"


def has_gpu(instance_type: str) -> bool:
    """Whether the type carries NVIDIA GPUs."""
    family = family_of(instance_type)
    return _series_of(family) in _GPU_SERIES and family not in _AMD_GPU


def is_burstable(instance_type: str) -> bool:
    """Whether the type earns CPU credits."""
    return _series_of(family_of(instance_type)) == "t"


def runs_linux(instance_type: str) -> bool:
    """Whether the type boots Linux: Mac instances do not."""
    return _series_of(family_of(instance_type)) != "mac"


def can_be_ebs_optimized(instance_type: str) -> bool:
    """Whether every size of the family has dedicated bandwidth to EBS.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ebs-optimized.html
    """
    return family_of(instance_type) not in _WITHOUT_EBS_OPTIMIZATION


def vcpus_of(instance_type: str) -> int | None:
    """Most virtual CPUs that the size of a type stands for; None for bare metal without a size.

    Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-types.html
    """
    size = instance_type.split(".")[1]
    number = re.search(r"(\d+)xlarge|-(\d+)xl", size)
    if number is not None:
        return 4 * int(number[1] or number[2])
    return {"xlarge": 4, "metal": None}.get(size, 2)


def _series_of(family: str) -> str | None:
    match = _FAMILY.match(family)
    return match["series"] if match is not None else None
