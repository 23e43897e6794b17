"""`make plan REPLACE=…`: the addresses, checked against the state: Terraform passes over one that is not there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from config.errors import UserError
from scripts.state import State, load_state
from scripts.terraform.deployment import Deployment

if TYPE_CHECKING:
    from config.environment import Environment

_ADDRESS = re.compile(r"(?:\[[^\]]*\]|[^\s\[])+|\S")
"""Between spaces, but for those within a key: `aws_subnet.a["of a zone"]`."""


def split_addresses(given: Sequence[str]) -> list[str]:
    """Addresses of all options, of which each may hold several with spaces between them."""
    return [address for text in given for address in _ADDRESS.findall(text)]


def addresses_to_replace(environment: Environment, deployment: Deployment, given: Sequence[str]) -> list[str]:
    """The addresses to make anew. Raises UserError when the state lacks one, or nothing was applied yet."""
    wanted = split_addresses(given)
    if wanted:
        require_known(load_state(environment), wanted, deployment)
    return wanted


def require_known(state: State, wanted: Sequence[str], deployment: Deployment) -> None:
    """Raise UserError, with what is spelled nearly so, for each address that the state does not have."""
    known = [resource.address for resource in state.resources]
    if missing := [address for address in wanted if address not in known]:
        raise UserError(_unknown(address, known, deployment) for address in missing)


def _unknown(address: str, known: Sequence[str], deployment: Deployment) -> str:
    near = difflib.get_close_matches(address, known, n=3)
    hint = (
        f"did you mean {' or '.join(near)}?"
        if near
        else f"list all: terraform -chdir={deployment.directory} state list"
    )
    return f"REPLACE={address}: {deployment.name} has no such resource; {hint}"
