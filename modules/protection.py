"""What keeps data from being destroyed by mistake, what a plan must find, and what explains a scanner's finding."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf import Postcondition, TerraformResource, TerraformResourceLifecycle


def protected(protect: bool, *, kept: Sequence[str] = ()) -> TerraformResourceLifecycle | None:
    """Lifecycle of a stateful resource: Terraform refuses to destroy it while `protect` is true.

    Attributes that are `kept` stay as they are found.
    """
    if not (protect or kept):
        return None
    return TerraformResourceLifecycle(prevent_destroy=protect or None, ignore_changes=list(kept) or None)


def must(condition: str, message: str) -> TerraformResourceLifecycle:
    """Lifecycle of a data source: a plan fails with the message when what it found does not meet the condition."""
    return musts((condition, message))


def musts(*conditions: tuple[str, str]) -> TerraformResourceLifecycle:
    """The same with several conditions and their messages; expressions in a message stand in `${…}`."""
    return TerraformResourceLifecycle(
        postcondition=[
            Postcondition(condition=f"${{{condition}}}", error_message=message) for condition, message in conditions
        ]
    )


def waive(resource: TerraformResource, **reasons: str) -> None:
    """Say on the resource why a check of checkov does not apply: `waive(bucket, CKV_AWS_144="…")`.

    The reason travels in the synthesized JSON; `make checkov` lists it in every scan. Those of several calls add up.
    """
    said: dict[str, str] = vars(resource).setdefault("_waivers", {})
    said.update(reasons)
    resource.add_override("//.rayform.waivers", [{"check": check, "reason": reason} for check, reason in said.items()])
