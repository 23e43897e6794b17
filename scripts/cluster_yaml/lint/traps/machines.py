"""Images, instance types and volumes."""

from __future__ import annotations

from collections.abc import Iterator

from config.instance_types import architecture_of
from scripts.cluster_yaml.lint import commands
from scripts.cluster_yaml.lint.cluster import Cluster, NodeType, listing, mapping, shown, text
from scripts.cluster_yaml.lint.registry import Hit, Severity, trap

_CONFIG = "autoscaler/_private/aws/config.py"
_MOVING_VERSIONS = frozenset({"", "$Default", "$Latest"})


@trap(
    "instance-type-missing",
    Severity.HIGH,
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html",
)
def instance_type_missing(cluster: Cluster) -> Iterator[Hit]:
    """No `InstanceType`: EC2 takes m1.small.

    Why: Ray sends the node_config as it is and finds no resources of the type; m1.small starts few AMIs of today.

    Want: `InstanceType` in every node_config.
    """
    for node in cluster.node_types:
        if not node.has_template and not text(node.config.get("InstanceType")):
            yield Hit(node.at("InstanceType"), "none", node.subject)


@trap("image-missing", Severity.HIGH, "https://github.com/ray-project/ray/issues/39714")
def image_missing(cluster: Cluster) -> Iterator[Hit]:
    """No `ImageId`, or `latest_dlami`: Ray's default AMI is an Ubuntu 18.04 out of support.

    Why: Ray 2.60 still names the Deep Learning AMI V71 on Ubuntu 18.04, for 15 regions and x86_64 only; it is
    deprecated at EC2. When a new Ray names another, the next `ray up` replaces the head.

    Want: the id of an AMI that you pin.
    """
    for node in cluster.node_types:
        image = node.config.get("ImageId")
        if not node.has_template and (not image or text(image).lower() == "latest_dlami"):
            yield Hit(node.at("ImageId"), shown(image or "none"), node.subject)


@trap("image-architecture", Severity.HIGH, "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ComponentsAMIs.html")
def image_architecture(cluster: Cluster) -> Iterator[Hit]:
    """One `ImageId` for instance types of two architectures.

    Why: an AMI is for x86_64 or for arm64; RunInstances refuses the other, and that node type never starts.

    Want: an AMI for each architecture.
    """
    first: dict[str, NodeType] = {}
    for node in cluster.node_types:
        image = text(node.config.get("ImageId"))
        if not image or not node.instance_type:
            continue
        other = first.setdefault(image, node)
        if architecture_of(other.instance_type) != architecture_of(node.instance_type):
            got = f"{shown(image)} for {shown(node.instance_type)} and {shown(other.instance_type)}"
            yield Hit(node.at("ImageId"), got, node.subject)


@trap("launch-template-moves", Severity.MEDIUM, _CONFIG)
def launch_template_moves(cluster: Cluster) -> Iterator[Hit]:
    """`LaunchTemplate` without a fixed version.

    Why: Ray reads the template into the node_config, whose hash decides whether the head is still the right one: a new
    default version makes the next `ray up` replace the head.

    Want: `LaunchTemplate: {Version: "<number>"}`.
    """
    for node in cluster.node_types:
        if node.has_template:
            version = str(mapping(node.config["LaunchTemplate"]).get("Version") or "")
            if version in _MOVING_VERSIONS:
                yield Hit(node.at("LaunchTemplate"), shown(version or "no Version"), node.subject)


@trap("docker-incomplete", Severity.HIGH, "autoscaler/_private/docker.py")
def docker_incomplete(cluster: Cluster) -> Iterator[Hit]:
    """`docker` has an image without `container_name`, or the other way round.

    Why: Ray wants both, or neither, and ends in an AssertionError.

    Want: `image` and `container_name`.
    """
    image = cluster.docker.get("image")
    both = cluster.docker.get("head_image", image) and cluster.docker.get("worker_image", image)
    has_image, has_name = bool(image or both), bool(cluster.docker.get("container_name"))
    if has_image != has_name:
        got = "no container_name" if has_image else "no image"
        yield Hit(("docker",), got, "docker")


@trap(
    "docker-image-moves",
    Severity.MEDIUM,
    "https://docs.ray.io/en/latest/cluster/vms/references/ray-cluster-configuration.html",
)
def docker_image_moves(cluster: Cluster) -> Iterator[Hit]:
    """A container image without a fixed tag.

    Why: Ray pulls before it runs, so a worker launched later can have another Ray than the head, which refuses it.

    Want: the tag of one version, such as `rayproject/ray:2.60.0-py311`, or a digest.
    """
    for place, name in commands.images(cluster):
        if commands.image_moves(name):
            yield Hit(place, shown(name), "docker")


@trap("docker-architecture", Severity.HIGH, "https://github.com/ray-project/ray/blob/ray-2.60.0/docker/ray/README.md")
def docker_architecture(cluster: Cluster) -> Iterator[Hit]:
    """The image of Ray is for another architecture than the instance type.

    Why: images of the Ray project for arm64 have tags that end in -aarch64, the others are for x86_64.

    Want: an image for the architecture, by `docker: {worker_image: …}` of the node type.
    """
    for node in cluster.node_types:
        tag = commands.ray_tag(_image_of(cluster, node))
        if tag is None or not node.instance_type:
            continue
        architecture = architecture_of(node.instance_type)
        if architecture != ("arm64" if tag.endswith("-aarch64") else "x86_64"):
            got = f"{shown(tag)} on {shown(node.instance_type)} ({architecture})"
            yield Hit(node.at("InstanceType"), got, node.subject)


@trap("volumes-unencrypted", Severity.MEDIUM, "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ebs-encryption.html")
def volumes_unencrypted(cluster: Cluster) -> Iterator[Hit]:
    """Volumes are not encrypted by the file.

    Why: a volume is encrypted when the launch, the snapshot or the account's default says so; spilled objects and
    code are on it.

    Want: `Encrypted: true` in the Ebs of every device, the AMI's root device included.
    """
    for node in cluster.node_types:
        volumes = list(node.volumes())
        if not volumes and not node.has_template:
            yield Hit(node.at("BlockDeviceMappings"), "no device with Ebs", node.subject)
        for position, volume in volumes:
            if volume.get("Encrypted") is not True:
                got = shown(volume.get("Encrypted", "no Encrypted"))
                yield Hit(node.at("BlockDeviceMappings", position, "Ebs"), got, node.subject)


@trap(
    "volumes-kept",
    Severity.MEDIUM,
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html",
)
def volumes_kept(cluster: Cluster) -> Iterator[Hit]:
    """`DeleteOnTermination: false` leaves a volume behind for every node.

    Why: the autoscaler launches and terminates nodes all day and never looks for their volumes, which are billed.

    Want: `DeleteOnTermination: true`.
    """
    for node in cluster.node_types:
        for position, volume in node.volumes():
            if volume.get("DeleteOnTermination") is False:
                place = node.at("BlockDeviceMappings", position, "Ebs", "DeleteOnTermination")
                yield Hit(place, "false", node.subject)


@trap("volume-tags-missing", Severity.LOW, "autoscaler/_private/aws/node_provider.py")
def volume_tags_missing(cluster: Cluster) -> Iterator[Hit]:
    """No tags for volumes.

    Why: Ray tags instances only. Volumes without tags are in no cost report by tag and under no policy by tag.

    Want: `TagSpecifications` with `ResourceType: volume`.
    """
    for node in cluster.node_types:
        kinds = [mapping(item).get("ResourceType") for item in listing(node.config.get("TagSpecifications"))]
        if "volume" not in kinds and not node.has_template:
            yield Hit(node.at("TagSpecifications"), "none for volumes", node.subject)


def _image_of(cluster: Cluster, node: NodeType) -> str:
    """The container image of a node type, by Ray's order."""
    if node.is_head:
        names = [cluster.docker.get("head_image")]
    else:
        names = [mapping(node.fields.get("docker")).get("worker_image"), cluster.docker.get("worker_image")]
    return next((name for name in (*names, cluster.docker.get("image")) if isinstance(name, str)), "")
