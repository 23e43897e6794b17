"""The output of the stack in which Terraform keeps the configuration of Ray's autoscaler."""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64decode
from typing import Any

OUTPUT = "autoscaling_config"
"""`base64gzip(jsonencode(…))`: the very text that a head of Terraform's reads. Rendered anew, a compressed boot script
could differ by a byte, and `ray up` would replace the head."""


def unpacked(text: str) -> Any:
    """What `base64gzip(jsonencode(…))` made text of. Raises ValueError when it did not make it."""
    try:
        return json.loads(gzip.decompress(b64decode(text, validate=True)))
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError("broken gzip") from error
