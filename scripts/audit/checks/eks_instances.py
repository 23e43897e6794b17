"""What nodes are started from, and the nodes that run: launch templates and instances of the node groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.kuberay_eks import KuberayEksConfig
from config.node_groups import NodeGroup as DeclaredGroup
from scripts.audit import applies
from scripts.audit.eks.declared import control_planes, found_groups, template_of
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import encrypted_with_our_key, group_names, node_subnet_ids
from scripts.inventory import Inventory
from scripts.inventory.eks_cluster import NodeGroup, TemplateVersion
from scripts.inventory.eks_made import node_group_of
from scripts.inventory.instances import Instance
from scripts.inventory.reading import readable

_HOPS = 1
"""A pod is one hop further than its node: it cannot reach the node's metadata, and so not its role."""


@check(
    "eks.templates_metadata_closed",
    severity=Severity.HIGH,
    applies=applies.is_eks,
    standards=("FSBP EC2.170", "Config ec2-launch-template-imdsv2-check"),
)
def templates_metadata_closed(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nodes are started with version 2 of the instance metadata service alone, one hop far.

    Why: with two hops every pod takes the role of its node, whatever its service account may do.

    Fix: apply again.
    """
    for name, template, _wanted in _templates(inventory, config):
        found = (template.metadata_tokens, template.metadata_hop_limit)
        yield expect(name, "metadata tokens and hops", found, ("required", _HOPS))


@check(
    "eks.templates_volumes_encrypted",
    severity=Severity.HIGH,
    applies=applies.is_eks,
    standards=("FSBP EC2.181", "Config ec2-launch-templates-ebs-volume-encrypted"),
)
def templates_volumes_encrypted(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nodes are started with volumes that the key of the environment encrypts.

    Why: images, spilled objects and logs of pods are on them.

    Fix: apply again.
    """
    for name, template, _wanted in _templates(inventory, config):
        if not template.volumes:
            yield Verdict(name, False, "the template says nothing of volumes")
        for volume in template.volumes:
            resource = f"{name} {volume.device}"
            if not volume.encrypted:
                yield Verdict(resource, False, f"encryption is {shown(volume.encrypted)}")
            else:
                yield encrypted_with_our_key(resource, volume.kms_key, inventory)


@check("eks.root_volumes_declared", severity=Severity.LOW, applies=applies.is_eks, setting="workers")
def root_volumes_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nodes are started with a gp3 root volume of the declared size.

    Why: a full volume evicts pods, and images of Ray are large.

    Fix: `root_volume_gib` of the group, then apply, which replaces its nodes.
    """
    for name, template, wanted in _templates(inventory, config):
        sizes = [(volume.type, volume.size_gib) for volume in template.volumes[:1]]
        yield expect(name, "type and GiB of the root volume", sizes, [("gp3", wanted.root_volume_gib)])


@check("eks.templates_guarded", severity=Severity.HIGH, applies=applies.is_eks)
def templates_guarded(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nodes are started in the declared security group; in an existing cluster in that cluster's, too.

    Why: pods share the groups of their node: another one opens all of them.

    Fix: apply again.
    """
    wanted = _wanted_groups(inventory, config)
    names = group_names(inventory)
    for name, template, _group in _templates(inventory, config):
        yield expect(name, "security groups", {names.get(id_, id_) for id_ in template.group_ids}, wanted)


@check("eks.templates_without_public_address", severity=Severity.HIGH, applies=applies.is_eks)
def templates_without_public_address(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nodes are started without public addresses, and from EKS's own image.

    Why: a node with a public address is one rule away from the internet; an image of somebody else's is anything.

    Fix: apply again.
    """
    for name, template, _wanted in _templates(inventory, config):
        asked = "" if not template.public_address else "a public address"
        image = template.image_id or ""
        found = " and ".join(filter(None, (asked, image)))
        yield Verdict(name, not found, f"asks for {found}" if found else "asks for neither public address nor image")


@check(
    "eks.nodes_metadata_closed",
    severity=Severity.HIGH,
    applies=applies.is_eks,
    standards=("FSBP EC2.8", "CIS 5.7", "Config ec2-imdsv2-check"),
    optional=True,
)
def nodes_metadata_closed(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Running nodes answer version 2 of the instance metadata service alone, one hop far.

    Why: it can be changed on a running node, and then every pod on it takes the node's role.

    Fix: `aws ec2 modify-instance-metadata-options --http-tokens required --http-put-response-hop-limit 1`.
    """
    for node in _nodes(inventory, config):
        found = (node.metadata_tokens, node.metadata_hop_limit)
        yield expect(_name(node, config), "metadata tokens and hops", found, ("required", _HOPS))


@check(
    "eks.nodes_volumes_encrypted",
    severity=Severity.HIGH,
    applies=applies.is_eks,
    standards=("FSBP EC2.3", "Config encrypted-volumes"),
    optional=True,
)
def nodes_volumes_encrypted(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Volumes of running nodes are encrypted with the key of the environment.

    Why: images, spilled objects and logs of pods are on them.

    Fix: end the node, which EKS replaces: `aws ec2 terminate-instances`.
    """
    nodes = {node.instance_id: node for node in _nodes(inventory, config)}
    for volume in readable(inventory.nodes.volumes) if nodes else ():
        if volume.instance_id in nodes:
            resource = f"{_name(nodes[volume.instance_id], config)} {volume.device}"
            if volume.encrypted:
                yield encrypted_with_our_key(resource, volume.kms_key_arn, inventory)
            else:
                yield Verdict(resource, False, "encryption is off")


@check(
    "eks.nodes_without_public_address",
    severity=Severity.HIGH,
    applies=applies.is_eks,
    standards=("FSBP EC2.9", "Config ec2-instance-no-public-ip"),
    optional=True,
)
def nodes_without_public_address(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """No running node has a public address, and all stand in the private subnets.

    Why: a node with a public address is one rule away from the internet.

    Fix: end the node, which EKS replaces: `aws ec2 terminate-instances`.
    """
    subnets = node_subnet_ids(inventory, config)
    for node in _nodes(inventory, config):
        inside = node.subnet_id in subnets
        where = "in a subnet for nodes" if inside else f"in {node.subnet_id}, which is not for nodes"
        yield Verdict(
            _name(node, config),
            inside and node.public_ip is None,
            f"public address is {shown(node.public_ip)}, {where}",
        )


@check("eks.nodes_guarded", severity=Severity.HIGH, applies=applies.is_eks, optional=True)
def nodes_guarded(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Running nodes are in the declared security groups, and in no other.

    Why: pods share the groups of their node: another one opens all of them.

    Fix: `aws ec2 modify-instance-attribute --groups`, or end the node, which EKS replaces.
    """
    wanted, names = _wanted_groups(inventory, config), group_names(inventory)
    for node in _nodes(inventory, config):
        found = {names.get(id_, id_) for id_ in node.group_ids}
        yield expect(_name(node, config), "security groups", found, wanted)


def _templates(inventory: Inventory, config: KuberayEksConfig) -> Iterator[tuple[str, TemplateVersion, DeclaredGroup]]:
    """Node group, what it starts nodes from, and what is declared. Raises NotReadableError."""
    groups: Sequence[tuple[NodeGroup, DeclaredGroup]] = list(found_groups(inventory, config))
    return ((group.name, template_of(inventory, group), wanted) for group, wanted in groups)


def _wanted_groups(inventory: Inventory, config: KuberayEksConfig) -> set[str]:
    """Names of the groups of nodes; that of an existing cluster, which is not ours, by its id."""
    of_cluster = () if config.makes_cluster else (each.cluster_group_id for each in control_planes(inventory))
    return {config.group_name("node"), *of_cluster}


def _nodes(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Instance]:
    return (node for node in readable(inventory.nodes.instances) if node_group_of(config, node.tags))


def _name(node: Instance, config: KuberayEksConfig) -> str:
    return f"{node.instance_id} {node_group_of(config, node.tags)}"
