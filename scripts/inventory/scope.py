"""What is looked at: ids and names from the Terraform state, so that no read waits for another."""

from __future__ import annotations

from dataclasses import dataclass

from config.commands import make_commands
from config.errors import UserError
from config.foundation import FoundationConfig
from config.paths import environment_names
from scripts.inventory.filters import Filters, one_of
from scripts.state import State


@dataclass(frozen=True)
class Scope:
    """One environment and what Terraform made of it."""

    environment: FoundationConfig
    state: State
    vpc_id: str

    @property
    def vpc_filter(self) -> Filters:
        """Everything in the VPC."""
        return one_of("vpc-id", [self.vpc_id])

    @property
    def longer_prefixes(self) -> tuple[str, ...]:
        """Prefixes of the environments whose names begin with this one's: what `dev-gpu` has is not of `dev`."""
        label = self.environment.label
        longer = (name for name in environment_names() if name.startswith(f"{label.environment}-"))
        return tuple(f"{label.project}-{name}-" for name in longer)

    @property
    def key_ids(self) -> list[str]:
        """The key of the environment: its own, or the existing one that it names."""
        existing = self.environment.kms.existing_key_arn
        return [existing] if existing is not None else self.state.values("aws_kms_key", "arn")


def scope_of(environment: FoundationConfig, state: State) -> Scope:
    """Find the VPC. Raises UserError when an apply ended before there was one."""
    existing = environment.network.existing
    vpc_ids = [existing.vpc_id] if existing is not None else state.values("aws_vpc")
    if not vpc_ids:
        run = make_commands(("plan", "apply"), environment)
        raise UserError(f"{environment.name} has no VPC yet, its apply did not end; run: {run}")
    return Scope(environment, state, vpc_ids[0])
