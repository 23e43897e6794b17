"""CPU credits of burstable instances, which moto does not change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.responses import EC2Response

from scripts.local_aws.extensions.plumbing import AwsError, Params, op, table, wrap

BURSTABLE = ("t2.", "t3.", "t3a.", "t4g.")
CHOICES = ("standard", "unlimited")


@wrap(EC2Response, "run_instances")
def run_instances(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreditSpecificationRequest.html"""
    given = (self.params.get("CreditSpecification") or {}).get("CpuCredits")
    if given:
        _refuse_choice(given)
    result = original(self)
    for instance in result.result.instances:
        default = "standard" if instance.instance_type.startswith("t2.") else "unlimited"
        table(instance, "credits")["CpuCredits"] = given or default
    return result


@op(EC2Response, replaces=True)
def describe_instance_credit_specifications(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceCreditSpecifications.html"""
    wanted = params.get("InstanceIds")
    found = [self.ec2_backend.get_instance(name) for name in wanted] if wanted else self.ec2_backend.all_instances()
    answers = [
        {"InstanceId": instance.id, **table(instance, "credits")} for instance in found if _is_burstable(instance)
    ]
    return {"InstanceCreditSpecifications": answers}


@op(EC2Response)
def modify_instance_credit_specification(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceCreditSpecification.html"""
    changed = []
    for request in params["InstanceCreditSpecifications"]:
        _refuse_choice(request["CpuCredits"])
        instance = self.ec2_backend.get_instance(request["InstanceId"])
        table(instance, "credits")["CpuCredits"] = request["CpuCredits"]
        changed.append({"InstanceId": instance.id})
    return {"SuccessfulInstanceCreditSpecifications": changed}


def _is_burstable(instance: Any) -> bool:
    return str(instance.instance_type).startswith(BURSTABLE)


def _refuse_choice(credits_wanted: str) -> None:
    if credits_wanted not in CHOICES:
        raise AwsError(
            "InvalidParameterValue", f"Invalid CPU credits {credits_wanted}; use one of {', '.join(CHOICES)}"
        )
