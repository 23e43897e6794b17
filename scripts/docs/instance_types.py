"""`config/data/instance_types.json`: facts of EC2's instance types, from the lists that moto carries.

Those are AWS's own answers to DescribeInstanceTypes and DescribeInstanceTypeOfferings.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

from config.errors import UserError
from config.instance_types import family_of

_LINUX = ("x86_64", "arm64")
_NEURON_FAMILIES = frozenset({"inf2", "trn1", "trn1n"})
"""Those whose cores Ray counts: https://github.com/ray-project/ray/blob/master/python/ray/_private/accelerators/neuron.py"""
_NEURON = "aws-neuron-core"
_NAMES_ON_NODES = {"T4g": "T4G", "RTX PRO Server 6000": "RTX PRO 6000"}
"""What the driver calls a GPU, where EC2 calls it otherwise."""
Group = tuple[str, str, tuple[str, ...]]
"""Family, architecture, regions."""


def render_instance_types() -> str:
    """One line for each family, or part of a family that other regions offer."""
    facts, regions = _facts(), _regions()
    groups: dict[Group, dict[str, list[Any]]] = defaultdict(dict)
    for name in sorted(facts, key=lambda name: (family_of(name), facts[name]["VCpuInfo"]["DefaultVCpus"], name)):
        architecture = _architecture(facts[name])
        if architecture is not None:
            groups[family_of(name), architecture, regions[name]][name] = _size(name, facts[name])
    lines = (
        json.dumps({"architecture": architecture, "regions": " ".join(offered), "types": types})
        for (_family, architecture, offered), types in groups.items()
    )
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _resources() -> Path:
    found = find_spec("moto")
    if found is None or found.origin is None:
        raise UserError("moto is not installed, which has the lists of instance types; run: make setup")
    return Path(found.origin).parent / "ec2" / "resources"


def _read(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()))


def _facts() -> dict[str, Any]:
    facts: dict[str, Any] = _read(_resources() / "instance_types.json.gz")
    return facts


def _regions() -> Mapping[str, tuple[str, ...]]:
    offers = sorted(_offers())
    return {name: tuple(region for _name, region in pairs) for name, pairs in groupby(offers, key=lambda pair: pair[0])}


def _offers() -> Iterator[tuple[str, str]]:
    for path in (_resources() / "instance_type_offerings" / "region").glob("*.json.gz"):
        for offer in _read(path):
            yield offer["InstanceType"], offer["Location"]


def _architecture(facts: Mapping[str, Any]) -> str | None:
    there = facts["ProcessorInfo"]["SupportedArchitectures"]
    return next((name for name in _LINUX if name in there), None)


def _addresses_for_pods(facts: Mapping[str, Any]) -> int:
    """EKS's formula, over the default network card, whose interfaces are the ones that pods use.

    https://github.com/awslabs/amazon-eks-ami (nodeadm/internal/kubelet/eni_max_pods.go)
    """
    network = facts["NetworkInfo"]
    card = network["DefaultNetworkCardIndex"]
    cards = [each for each in network["NetworkCards"] if each["NetworkCardIndex"] == card]
    interfaces: int = cards[0]["MaximumNetworkInterfaces"]
    of_each: int = network["Ipv4AddressesPerInterface"]
    return interfaces * (of_each - 1) + 2


def _size(name: str, facts: Mapping[str, Any]) -> list[Any]:
    """The values of `config.instance_sizes.InstanceSize` after the architecture."""
    size = [facts["VCpuInfo"]["DefaultVCpus"], facts["MemoryInfo"]["SizeInMiB"], _addresses_for_pods(facts)]
    for gpu in facts.get("GpuInfo", {}).get("Gpus", []):
        called = _NAMES_ON_NODES.get(gpu["Name"], gpu["Name"])
        # A part of a GPU is one GPU to the driver, and so to Ray; EC2 counts it as none.
        return [*size, gpu["LogicalGpuCount"], called.replace(" ", "-")]
    for device in facts.get("NeuronInfo", {}).get("NeuronDevices", []):
        if family_of(name) in _NEURON_FAMILIES:
            return [*size, 0, _NEURON, device["Count"] * device["CoreInfo"]["Count"]]
    return size
