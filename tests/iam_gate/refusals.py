"""How AWS says no, in the words of each service.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.iam_gate.decisions import Decision

_XML = {
    "ec2": "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>{}</Message></Error></Errors>"
    "<RequestID>gate</RequestID></Response>",
    "s3": "<Error><Code>AccessDenied</Code><Message>{}</Message><RequestId>gate</RequestId></Error>",
}
_XML_QUERY = (
    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{}</Message></Error>"
    "<RequestId>gate</RequestId></ErrorResponse>"
)
_JSON = ("secretsmanager", "ssm", "kms")


@dataclass(frozen=True)
class Refusal:
    """An answer."""

    status: int
    content_type: str
    body: bytes


def refuse(service: str, denied: Decision) -> Refusal:
    """The answer to a request whose first check that did not pass was this one."""
    message = (
        f"You are not authorized to perform this operation. {denied.principal} is not authorized to perform: "
        f"{denied.action} on resource: {denied.resource} ({denied.reason})"
    )
    if service in _JSON:
        body = json.dumps({"__type": "AccessDeniedException", "message": message})
        return Refusal(400, "application/x-amz-json-1.1", body.encode())
    body = '<?xml version="1.0" encoding="UTF-8"?>' + _XML.get(service, _XML_QUERY).format(escape(message))
    return Refusal(403, "text/xml", body.encode())
