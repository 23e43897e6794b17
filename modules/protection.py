"""What keeps data from being destroyed by mistake, what a plan must find, and what explains a scanner's finding."""

from __future__ import annotations

from cdktf import Postcondition, TerraformResource, TerraformResourceLifecycle


def protected(protect: bool) -> TerraformResourceLifecycle | None:
    """Lifecycle of a stateful resource: Terraform refuses to destroy it while `protect` is true."""
    return TerraformResourceLifecycle(prevent_destroy=True) if protect else None


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

    The reason travels in the synthesized JSON; `make checkov` lists it in every scan.
    """
    resource.add_override(
        "//.rayform.waivers", [{"check": check, "reason": reason} for check, reason in reasons.items()]
    )
