"""Terraform's outputs, read from its state: that needs neither Terraform nor a synth, and prints nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from config.environment import Environment
from config.errors import UserError
from scripts.state import state_text

if TYPE_CHECKING:
    from scripts.inventory.session import Session


def load_outputs(environment: Environment, session: Session | None) -> Mapping[str, Any]:
    """Outputs by name, without the sensitive ones; empty when nothing was applied yet."""
    text = state_text(environment, session)
    try:
        outputs: Mapping[str, Mapping[str, Any]] = json.loads(text)["outputs"] if text else {}
        return {name: output["value"] for name, output in outputs.items() if not output.get("sensitive")}
    except (ValueError, KeyError, TypeError):
        raise UserError("the Terraform state is not one that can be read; look with: terraform state list") from None
