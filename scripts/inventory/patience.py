"""Asks again what AWS was too busy to answer, for as long as a round may take."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from botocore.exceptions import ClientError

T = TypeVar("T")

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Codes for: ask more slowly. Those that botocore retries, without the ones that mean something else in a read.

Source: botocore/retries/standard.py
"""
PATIENCE_SECONDS = 90.0
"""EC2 refills 20 calls a second: time for the attributes of 1,000 instances.

Source: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
"""
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 8.0


def code_of(error: ClientError) -> str:
    """AWS's code of an error."""
    return str(error.response.get("Error", {}).get("Code", "an error without a code"))


class Patience:
    """Of one round: whatever is throttled, the round ends."""

    def __init__(self) -> None:
        self._end = monotonic() + PATIENCE_SECONDS

    def call(self, read: Callable[[], T]) -> T:
        """Call until the answer is something else than: ask more slowly. Raises what the last call raised."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                return read()
            except ClientError as error:
                if code_of(error) not in THROTTLED or monotonic() + wait > self._end:
                    raise
            # A random part, or all that were refused together come back together.
            sleep(random.uniform(wait / 2, wait))
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
