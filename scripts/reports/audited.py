"""One round of the audit: what every report is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.audit import MuteConfig
from config.foundation import FoundationConfig
from scripts.audit.engine import Result
from scripts.audit.reachability.matrix import PortMatrix
from scripts.inventory import Inventory
from scripts.inventory.coverage import Coverage


@dataclass(frozen=True)
class Audited:
    """What was read, what was judged, and when."""

    environment: FoundationConfig
    inventory: Inventory
    results: tuple[Result, ...]
    matrix: PortMatrix
    generated: datetime
    """UTC."""
    previous: Path | None = None
    """Folder of the report before this one; None for the first."""

    @property
    def coverage(self) -> Coverage:
        """Reads made, refused, not supported, failed."""
        return self.inventory.coverage

    @property
    def mutes(self) -> tuple[MuteConfig, ...]:
        """Mutes of the environment file, those that have ended among them."""
        return tuple(self.environment.audit.mutes)

    def has_ended(self, mute: MuteConfig) -> bool:
        """Whether a mute holds no longer."""
        return mute.last_day < self.generated.date()
