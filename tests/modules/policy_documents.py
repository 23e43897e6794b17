"""Policy documents of a synthesized stack as IAM gets them: with ids in the place of references."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from tests.synthesis import Synthesized

_ID = "0123456789abcdef0"
_ARN = "arn:aws:{}:us-west-2:123456789012:"
_REAL = {
    "aws_security_group": f"sg-{_ID}",
    "aws_kms_key": f"{_ARN.format('kms')}key/01234567-89ab-cdef-0123-456789abcdef",
    "aws_route53_zone": "Z0123456789ABCDEFGHIJ",
    "aws_vpc": f"{_ARN.format('ec2')}vpc/vpc-{_ID}",
}
_REFERENCE = re.compile(r"\$\{(?:data\.)?(?P<type>\w+)\.(?P<name>\w+)\.[\w.]+\}")


def document(stack: Synthesized, name: str) -> dict[str, Any]:
    """A policy document by the name of its data source."""
    statements = [_statement(stack, each) for each in stack.statements(name)]
    return {"Version": "2012-10-17", "Statement": statements}


def _statement(stack: Synthesized, block: dict[str, Any]) -> dict[str, Any]:
    conditions: dict[str, dict[str, Any]] = {}
    for each in block.get("condition", []):
        values = [_real(stack, value) for value in each["values"]]
        conditions.setdefault(each["test"], {})[each["variable"]] = _one_or_all(values)
    return {
        "Sid": block["sid"],
        "Effect": block["effect"],
        "Action": _one_or_all(block["actions"]),
        "Resource": _one_or_all([_real(stack, value) for value in block.get("resources", [])]),
        **({"Condition": conditions} if conditions else {}),
    }


def _one_or_all(values: list[str]) -> str | list[str]:
    """Each once, as Terraform writes it: two presets may stand for the same image."""
    each = list(dict.fromkeys(values))
    return each[0] if len(each) == 1 else each


def _real(stack: Synthesized, value: str) -> str:
    def real(found: re.Match[str]) -> str:
        resource = stack.of(found["type"]).get(found["name"], {})
        named = resource.get("name", resource.get("key_name", ""))
        iam = {"aws_iam_role": "role", "aws_iam_instance_profile": "instance-profile"}
        if found["type"] == "aws_subnet":
            return f"subnet-{hashlib.sha256(found['name'].encode()).hexdigest()[:17]}"
        if found["type"] == "terraform_data":
            return f"ami-{hashlib.sha256(_parameter(stack, found['name']).encode()).hexdigest()[:17]}"
        if found["type"] == "aws_s3_bucket":
            return f"arn:aws:s3:::{resource['bucket']}"
        if found["type"] in iam:
            return f"arn:aws:iam::123456789012:{iam[found['type']]}/{named}"
        return _REAL.get(found["type"]) or str(named or stack.data(found["type"])[found["name"]]["key_name"])

    return _REFERENCE.sub(real, value)


def _parameter(stack: Synthesized, pin: str) -> str:
    """The SSM parameter that an image comes from: the same one gives the same image."""
    reference = stack.of("terraform_data")[pin]["input"]["image_id"]
    return str(stack.data("aws_ssm_parameter")[reference.split(".")[2]]["name"])
