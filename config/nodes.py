"""The head and workers sections."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.instance_types import Architecture, architecture_of
from config.section import Section, Slug, Tags, Zone
from config.text import Form

AmiPreset = Literal["al2023", "ubuntu-22.04", "ubuntu-24.04", "dlami-gpu"]
AmiId = Annotated[str, Form(r"ami-[0-9a-f]{8,17}", "an image id such as ami-0123456789abcdef0")]
InstanceType = Annotated[
    str,
    Form(
        r"[a-z][a-z0-9-]*\d[a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)",
        "an instance type such as m7i.large",
    ),
]
LabelKey = Annotated[
    str,
    Form(
        r"(?!ray\.io/|rayform/)(?=[^/]{1,253}/|[^/]+$)([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
        r"(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?",
        "a label key of at most 63 letters, digits and any of -_., after a domain/ if any, not ray.io/ or rayform/",
    ),
]
LabelValue = Annotated[
    str,
    Form(
        r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?",
        "a label value of at most 63 letters, digits and any of -_.",
    ),
]
"""Ray's labels follow Kubernetes: https://docs.ray.io/en/latest/ray-core/scheduling/labels.html"""

HookPath = Annotated[str, Form(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", "a path such as hooks/mount-data.sh")]
LoginUser = Annotated[str, Form(r"[a-z_][a-z0-9_-]{0,31}", "a user name such as ubuntu")]


RAY_RESOURCES = {"CPU": "--num-cpus", "GPU": "--num-gpus", "memory": "--memory"}
"""Resources that Ray detects by itself, and the flag of `ray start` that replaces what it detects."""


class NodeConfig(Section):
    """What head and workers have in common."""

    instance_type: Annotated[InstanceType, Change.IN_PLACE] = "m7i.large"
    """Instance type; its processor decides between x86_64 and arm64 images. A change stops and starts
    the node; spot nodes are replaced."""
    ami: Annotated[AmiPreset | AmiId, Change.REPLACES] = "al2023"
    """Image: a preset, resolved through AWS's public SSM parameters, or an id. New releases of a preset's image
    do not replace nodes that run; a change of this setting does."""
    architecture: Annotated[Architecture | None, Change.NEVER] = None
    """Only for an image given by id: its architecture, which must be that of the instance type."""
    root_volume_gib: Annotated[int, Field(ge=8, le=16384), Change.IN_PLACE] = 50
    """Size of the encrypted root volume."""
    root_volume_type: Annotated[Literal["gp3", "io2"], Change.IN_PLACE] = "gp3"
    """Type of the root volume."""
    root_volume_iops: Annotated[int | None, Field(ge=100, le=64000), Change.IN_PLACE] = None
    """IOPS of the root volume; needed by io2, 3,000 for gp3 when left out."""
    root_volume_throughput_mibps: Annotated[int | None, Field(ge=125, le=1000), Change.IN_PLACE] = None
    """Throughput of a gp3 root volume in MiB/s; 125 when left out."""
    resources: Annotated[dict[str, float], Change.REPLACES] = {}
    """Ray resources: `CPU`, `GPU` and `memory` (bytes) replace what Ray detects, other names are yours."""
    labels: Annotated[dict[LabelKey, LabelValue], Change.REPLACES] = {}
    """Ray node labels for scheduling."""
    bootstrap_hook: Annotated[HookPath | None, Change.REPLACES] = None
    """Script, by its path from the environment file's folder, that root runs on the node before Ray starts. It is
    part of the user data: no secrets, and little room (beyond 16 KiB in all it is compressed, and another Terraform
    binary that compresses otherwise would replace the node)."""
    login_user: Annotated[LoginUser | None, Change.IN_PLACE] = None
    """Only for an image given by id: its login user, for SSH; `ec2-user` when left out."""
    containers: Annotated[bool, Change.IN_PLACE] = False
    """Containers on the node need its role: raises the hop limit of the instance metadata service from 1 to 2."""
    tags: Annotated[Tags, Change.IN_PLACE] = {}
    """More tags for the instance and its volume."""

    @property
    def image_architecture(self) -> Architecture:
        """Architecture of the instance type, and so of the image."""
        return architecture_of(self.instance_type)

    @property
    def ssh_user(self) -> str:
        """Login user of the image."""
        return self.login_user or self.preset_user

    @property
    def preset_user(self) -> str:
        """Login user of the preset; that of Amazon Linux for an image given by id."""
        return "ec2-user" if self.ami == "al2023" or self.ami.startswith("ami-") else "ubuntu"

    @property
    def metadata_hop_limit(self) -> int:
        """Hops that an answer of the instance metadata service may take."""
        return 2 if self.containers else 1


class HeadConfig(NodeConfig):
    """The head node: one, always on demand."""

    count: Annotated[Literal[1], Change.NEVER] = 1
    """Always 1: Ray has one head."""
    zone: Annotated[Zone | None, Change.REPLACES] = None
    """Zone of the head; the first zone of the network when left out."""
    state_volume_gib: Annotated[int | None, Field(ge=1, le=16384), Change.IN_PLACE] = None
    """Size of the volume of `ray.head_storage: rocksdb`; 20 when left out."""


class WorkerConfig(NodeConfig):
    """What workers have in common, however many there are and whoever makes them.

    The column *change*, and what is said of a change, is for flavour `static-ec2`. With flavour `autoscaling-ec2` a
    change of any setting is for the workers that Ray makes from then on: none that runs is stopped or replaced.
    """

    spot: Annotated[bool, Change.REPLACES] = False
    """Spot instances: cheaper, and taken back by AWS with two minutes' notice."""
    zones: Annotated[Annotated[list[Zone], Field(min_length=1)] | None, Change.REPLACES] = None
    """Zones over which the workers are spread in turn; all of the network when left out."""

    @property
    def most(self) -> int:
        """How many of them there may be."""
        raise NotImplementedError


class WorkerGroupConfig(WorkerConfig):
    """A named group of equal workers."""

    instead = dict.fromkeys(("min_workers", "max_workers"), "count")

    count: Annotated[int, Field(ge=0, le=1000), Change.IN_PLACE] = 1
    """How many workers; they are numbered, and the last ones go first."""
    placement_group: Annotated[Literal["cluster", "spread", "partition"] | None, Change.REPLACES] = None
    """Placement group: `cluster` (one zone, low latency), `spread` (at most 7 a zone) or `partition`."""

    @property
    def most(self) -> int:
        """How many of them there are."""
        return self.count


WorkerGroups = dict[Slug, WorkerGroupConfig]
