"""Facts of instance types: those of a few that do not change, and that both ways to know a processor agree."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.instance_sizes import InstanceSize, is_offered, known_types, size_of
from config.instance_types import architecture_of, has_gpu, runs_linux
from config.paths import ROOT
from scripts.docs.instance_types import render_instance_types

DATA = ROOT / "config" / "data" / "instance_types.json"

NEURON = "aws-neuron-core"


@pytest.mark.parametrize(
    ("instance_type", "size"),
    [
        ("m7i.large", InstanceSize("x86_64", 2, 8192, 29)),
        ("m8g.large", InstanceSize("arm64", 2, 8192, 29)),
        ("t2.micro", InstanceSize("x86_64", 1, 1024, 4)),
        ("g6.12xlarge", InstanceSize("x86_64", 48, 196608, 234, gpus=4, accelerator="L4")),
        ("g5g.xlarge", InstanceSize("arm64", 4, 8192, 58, gpus=1, accelerator="T4G")),
        ("g6f.large", InstanceSize("x86_64", 2, 8192, 20, gpus=1, accelerator="L4")),
        ("p5.48xlarge", InstanceSize("x86_64", 192, 2097152, 100, gpus=8, accelerator="H100")),
        ("g7e.2xlarge", InstanceSize("x86_64", 8, 65536, 254, gpus=1, accelerator="RTX-PRO-6000")),
        ("trn1.32xlarge", InstanceSize("x86_64", 128, 524288, 247, accelerator=NEURON, neuron_cores=32)),
        ("inf2.48xlarge", InstanceSize("x86_64", 192, 786432, 737, accelerator=NEURON, neuron_cores=24)),
        ("inf1.xlarge", InstanceSize("x86_64", 4, 8192, 38)),
    ],
)
def test_sizes_are_those_of_aws(instance_type: str, size: InstanceSize) -> None:
    assert size_of(instance_type) == size


def test_what_is_not_known_has_no_size() -> None:
    assert size_of("m99.large") is None
    assert size_of("mac2.metal") is None


@pytest.mark.parametrize(
    ("instance_type", "region", "offered"),
    [
        ("m7i.large", "us-west-2", True),
        ("a1.large", "eu-west-1", True),
        ("a1.large", "eu-west-2", False),
        ("m99.large", "us-west-2", None),
        ("m7i.large", "xx-north-1", None),
    ],
)
def test_regions_offer_types(instance_type: str, region: str, offered: bool | None) -> None:
    assert is_offered(instance_type, region) is offered


def test_names_say_the_same_as_the_facts() -> None:
    assert len(known_types()) > 1000
    for name in known_types():
        size = size_of(name)
        assert size is not None
        assert runs_linux(name)
        assert architecture_of(name) == size.architecture
        assert has_gpu(name) == (size.gpus > 0)


def test_the_facts_are_read_only_when_they_are_asked_for() -> None:
    code = "import config.load, config.instance_sizes as sizes; print(sizes._groups.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


def test_the_facts_are_those_that_are_generated() -> None:
    assert render_instance_types() == DATA.read_text(encoding="utf-8")
