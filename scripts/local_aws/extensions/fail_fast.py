"""What the emulator lacks is refused at once and by name.

moto answers an unknown operation or a fault of its own with status 500, which every AWS SDK retries for minutes. A
client error ends the call at the first answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, BaseResponse
from werkzeug.exceptions import HTTPException

from scripts.local_aws import fault
from scripts.local_aws.extensions.plumbing import AwsError, wrap


@wrap(BaseResponse, "call_action")
def call_action(original: Callable[[BaseResponse], Any], self: BaseResponse) -> Any:
    """Answer an operation that moto lacks, or trips over, with status 400."""
    try:
        return original(self)
    except HTTPException:
        raise
    except Exception as error:  # noqa: BLE001  # it is reported, to the caller and in the log
        return refusal(self, error)


def refusal(response: BaseResponse, error: Exception) -> Any:
    """Build the answer in the service's own protocol, and leave a line in the log."""
    message = fault.log(f"{response.service_name}:{response._get_action()}", error)
    status, headers, body = response.serialized(ActionResult(AwsError(fault.CODE, message)))
    headers["status"] = str(status)
    return status, headers, body
