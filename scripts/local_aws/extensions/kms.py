"""KMS: the rotation period, which moto forgets, key policies that AWS refuses, and ids on request."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.kms import models
from moto.kms.models import KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

from scripts.local_aws.extensions.plumbing import AwsError, wrap, wrap_function
from scripts.local_aws.extensions.policies import check_policy
from scripts.local_aws.extensions.wanted_ids import id_wanted, take_id
from scripts.local_aws.identity import ID_TAG

DEFAULT_DAYS = 365
ROTATION_DAYS = range(90, 2561)


@wrap(KmsResponse, "enable_key_rotation")
def enable_key_rotation(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html"""
    days = int(self._get_param("RotationPeriodInDays") or DEFAULT_DAYS)
    if days not in ROTATION_DAYS:
        raise AwsError("ValidationException", f"RotationPeriodInDays {days} is not 90 to 2560")
    result = original(self)
    _key(self).rayform_rotation_days = days
    return result


@wrap(KmsResponse, "get_key_rotation_status")
def get_key_rotation_status(original: Callable[[Any], str], self: Any) -> str:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html"""
    status = json.loads(original(self))
    if status["KeyRotationEnabled"]:
        status["RotationPeriodInDays"] = getattr(_key(self), "rayform_rotation_days", DEFAULT_DAYS)
    return json.dumps(status)


@wrap(KmsBackend, "create_key")
def create_key(original: Callable[..., Any], self: Any, policy: str | None, *args: Any, **kwargs: Any) -> Any:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"""
    if policy:
        check_policy(policy, "MalformedPolicyDocumentException")
    return original(self, policy, *args, **kwargs)


@wrap(KmsResponse, "create_key")
def create_key_with_id(original: Callable[[Any], str], self: Any) -> str:
    """https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html"""
    tags = {tag["TagKey"]: tag["TagValue"] for tag in self._get_param("Tags") or []}
    with id_wanted(tags.get(ID_TAG), "", self.kms_backend.keys, refusal="TagException"):
        return original(self)


@wrap_function(models, "generate_key_id")
def generate_key_id(original: Callable[[bool], str], multi_region: bool = False) -> str:
    """The id that was asked for, or a random one."""
    return take_id() or original(multi_region)


def check_key(response: Any, arn: str | None, code: str) -> None:
    """Refuse a key that the account lacks."""
    keys = kms_backends[response.current_account][response.region].keys
    if (arn or "").rpartition("/")[2] not in keys:
        raise AwsError(code, f"Provided key arn {arn} was not found")


def _key(self: Any) -> Any:
    return self.kms_backend.keys[self.kms_backend.get_key_id(self._get_param("KeyId"))]
