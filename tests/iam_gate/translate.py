"""From a call to its checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tests.iam_gate import ec2, services
from tests.iam_gate.checks import Call, Check, UntranslatableError, context
from tests.iam_gate.world import World

_SERVICES: Mapping[str, Callable[[Call, World], Iterable[Check]]] = {
    "ec2": ec2.translate,
    "iam": services.iam,
    "sts": services.sts,
    "secretsmanager": services.secretsmanager,
    "ssm": services.ssm,
    "s3": services.s3,
    "route53": services.route53,
    "kms": services.kms,
}


def translate(call: Call, world: World) -> list[Check]:
    """All checks of a call, each with the keys that every request has. Raises UntranslatableError."""
    checks = _SERVICES[call.service](call, world) if call.service in _SERVICES else None
    if checks is None:
        raise UntranslatableError(call.action)
    common = context(
        {
            "aws:RequestedRegion": call.region,
            "aws:ResourceAccount": call.account_id,
            "aws:ViaAWSService": False,
        }
    )
    region = context({"ec2:Region": call.region}) if call.service == "ec2" else {}
    return [Check(each.action, each.resource, {**common, **region, **each.context}) for each in checks]
