"""Whether an environment, or what holds its data, may be destroyed: by its file, and by what was applied."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from config.commands import make_command
from config.errors import UserError
from scripts.state import State, parse_state, state_text

if TYPE_CHECKING:
    from config.environment import Environment

_SIGNS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "aws_instance": ("disable_api_termination", bool),
    # Destroyed with a window, a secret keeps its name that long: the next apply could not make it.
    "aws_secretsmanager_secret": ("recovery_window_in_days", lambda days: int(days or 0) > 0),
    "aws_s3_bucket": ("force_destroy", lambda force: force is False),
    "aws_ecr_repository": ("force_delete", lambda force: force is False),
}
"""By type, the attribute that `protect` sets and how it looks then: the state says nothing of `prevent_destroy`."""


_HOLD_DATA = frozenset(
    {
        *("aws_s3_bucket", "aws_efs_file_system", "aws_fsx_lustre_file_system", "aws_memorydb_cluster"),
        *("aws_ebs_volume", "aws_ecr_repository", "aws_eks_cluster", "aws_kms_key"),
    }
)
"""Types whose resources hold what nobody can make again; what a key has encrypted is lost with it, and who would find
the volumes of claims with the cluster."""


def require_data_kept(environment: Environment, addresses: Collection[str]) -> None:
    """Refuse a plan that would destroy data of a protected environment because its section left the file.

    `prevent_destroy` leaves the configuration with the resource: Terraform itself would say nothing. `addresses` are
    those of the configuration, and of what its `removed` blocks let go. Raises UserError.
    """
    text = state_text(environment, None) if environment.protect else None
    lost = [] if not text else [
        resource.address
        for resource in parse_state(text).resources
        if resource.type in _HOLD_DATA and resource.address not in addresses
    ]  # fmt: skip
    if lost:
        plan, apply = (make_command(goal, environment) for goal in ("plan", "apply"))
        raise UserError(
            f"{environment.name} is protected and would lose {', '.join(sorted(lost))} with the data in it: "
            f"put back what was taken out of environments/{environment.name}.yaml; "
            f"or set protect: false there, then {plan}, {apply}"
        )


def require_unprotected(environment: Environment) -> None:
    """Refuse while the file protects an environment, or what was applied is still protected, before anything ends."""
    name = environment.name
    plan, apply, destroy = (make_command(goal, environment) for goal in ("plan", "apply", "destroy"))
    if environment.protect:
        raise UserError(
            f"{name} is protected: set protect: false in environments/{name}.yaml, then {plan}, {apply}, {destroy}"
        )
    text = state_text(environment, None)
    if text and (sign := sign_of_protection(parse_state(text))):
        raise UserError(
            f"{name} is still protected, {sign}: protect: false is not applied yet; run: {plan} && {apply}, "
            f"then {destroy}"
        )


def sign_of_protection(state: State) -> str | None:
    """The first setting of a protected environment that the state has; None when it has none."""
    for resource in state.resources:
        if resource.type not in _SIGNS:
            continue
        attribute, is_protected = _SIGNS[resource.type]
        value = resource.attributes.get(attribute)
        if is_protected(value):
            return f"{resource.address} has {attribute} {value}"
    return None
