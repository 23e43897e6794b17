"""Amounts of CPU, memory and GPUs: what a node has to give to pods, or what a pod asks for."""

from __future__ import annotations

from dataclasses import dataclass

from config.words import counted


@dataclass(frozen=True)
class Room:
    """CPU in thousandths, memory in MiB, and whole GPUs."""

    cpu_millis: int
    memory_mib: int
    gpus: int = 0

    def __sub__(self, other: Room) -> Room:
        return Room(
            self.cpu_millis - other.cpu_millis, self.memory_mib - other.memory_mib, max(0, self.gpus - other.gpus)
        )

    def __add__(self, other: Room) -> Room:
        return Room(self.cpu_millis + other.cpu_millis, self.memory_mib + other.memory_mib, self.gpus + other.gpus)

    def holds(self, other: Room) -> bool:
        """Whether all amounts suffice."""
        return self.cpu_millis >= other.cpu_millis and self.memory_mib >= other.memory_mib and self.gpus >= other.gpus

    def __str__(self) -> str:
        """`3.4 CPUs, 13.5 GiB`, for messages; never more than there is."""
        cpus = self.cpu_millis / 1000
        amounts = [f"{cpus:g} CPU{'' if cpus == 1 else 's'}", f"{self.memory_gib:g} GiB"]
        return ", ".join([*amounts, *([counted(self.gpus, "GPU")] if self.gpus else [])])

    @property
    def memory_gib(self) -> float:
        """Memory in hundredths of a GiB, rounded down."""
        return self.memory_mib * 100 // 1024 / 100
