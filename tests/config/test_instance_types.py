"""What the names of instance types say, over real families."""

from __future__ import annotations

import pytest

from config.instance_types import (
    architecture_of,
    can_be_ebs_optimized,
    has_gpu,
    is_burstable,
    runs_linux,
    vcpus_of,
)
from config.nodes import NodeConfig

ARM64 = """
a1.large c6g.large c6gd.large c6gn.large c7g.large c7gd.large c7gn.16xlarge c8g.large c8gd.large c8gn.large
g5g.xlarge hpc7g.16xlarge i4g.large i8g.large i8ge.large im4gn.large is4gen.medium m6g.large m6gd.large
m7g.metal m7gd.large m8g.large m8gd.large p6e-gb200.36xlarge r6g.large r6gd.large r7g.large r7gd.large
r8g.large r8gb.large r8gd.large r8gn.large t4g.nano x2gd.medium x8g.large
""".split()  # noqa: SIM905 (easier to read and to add to)
X86_64 = """
c5.large c5a.large c5ad.large c5d.large c5n.large c6a.large c6i.large c6id.large c6in.large c7a.medium
c7i.large c7i-flex.large d3.xlarge d3en.xlarge dl1.24xlarge f2.6xlarge g4ad.xlarge g4dn.xlarge g5.xlarge
g6.xlarge g6e.xlarge gr6.4xlarge h1.2xlarge hpc6a.48xlarge hpc6id.32xlarge hpc7a.96xlarge i3.large i3en.large
i4i.large i7i.large i7ie.large inf1.xlarge inf2.xlarge m4.large m5.large m5a.large m5dn.large m5zn.large
m6a.large m6i.large m6idn.large m7a.medium m7i.large m7i-flex.large m8i.large p3dn.24xlarge p4d.24xlarge
p4de.24xlarge p5.48xlarge p5en.48xlarge p6-b200.48xlarge r5b.large r7iz.large t3.micro t3a.nano trn1.2xlarge
trn1n.32xlarge trn2.48xlarge u-6tb1.112xlarge u7i-12tb.224xlarge u7in-16tb.224xlarge vt1.3xlarge x1.16xlarge
x1e.xlarge x2idn.16xlarge x2iedn.xlarge z1d.large m7i.metal-24xl
""".split()  # noqa: SIM905 (easier to read and to add to)
NVIDIA = {"g4dn", "g5", "g5g", "g6", "g6e", "gr6", "p3dn", "p4d", "p4de", "p5", "p5en", "p6-b200", "p6e-gb200"}
BURSTABLE = {"t3", "t3a", "t4g"}
each = pytest.mark.parametrize("instance_type", [*ARM64, *X86_64])


@pytest.mark.parametrize("instance_type", ARM64)
def test_graviton_is_arm64(instance_type: str) -> None:
    assert architecture_of(instance_type) == "arm64"


@pytest.mark.parametrize("instance_type", X86_64)
def test_others_are_x86_64(instance_type: str) -> None:
    assert architecture_of(instance_type) == "x86_64"


@each
def test_only_nvidia_families_have_gpus(instance_type: str) -> None:
    assert has_gpu(instance_type) == (instance_type.split(".")[0] in NVIDIA)


@each
def test_only_t_families_are_burstable(instance_type: str) -> None:
    assert is_burstable(instance_type) == (instance_type.split(".")[0] in BURSTABLE)


@each
def test_name_is_taken(instance_type: str) -> None:
    assert NodeConfig(instance_type=instance_type).instance_type == instance_type
    assert runs_linux(instance_type)
    assert can_be_ebs_optimized(instance_type)


@pytest.mark.parametrize("instance_type", ["t2.micro", "m3.large", "c3.xlarge", "t1.micro"])
def test_old_families_lack_ebs_optimization(instance_type: str) -> None:
    assert not can_be_ebs_optimized(instance_type)


@pytest.mark.parametrize("instance_type", ["mac1.metal", "mac2.metal", "mac2-m2pro.metal"])
def test_macs_do_not_run_linux(instance_type: str) -> None:
    assert not runs_linux(instance_type)


@pytest.mark.parametrize(
    ("instance_type", "vcpus"),
    [("t3.medium", 2), ("m7i.large", 2), ("m7i.xlarge", 4), ("m7i.48xlarge", 192), ("c7i.metal-24xl", 96),
     ("g4dn.metal", None)],
)  # fmt: skip
def test_size_says_how_many_vcpus(instance_type: str, vcpus: int | None) -> None:
    assert vcpus_of(instance_type) == vcpus
