"""The boot script of an instance, as EC2 holds it."""

from __future__ import annotations

import gzip
import re
import zlib
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

_GZIP = b"\x1f\x8b"
_PACKED = re.compile(r"^base64 -d <<<'(?P<packed>[A-Za-z0-9+/=]+)' \|", re.MULTILINE)


@dataclass(frozen=True)
class UserData:
    """User data: unpacked, empty when there is none.

    What shows a model does not show the text: our part of it names secrets only, a user's hook may hold one.
    """

    text: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Size and beginning of the SHA-256: what a dump shows in the place of the text."""
        content = self.text.encode()
        return f"{len(content)} bytes, sha256 {sha256(content).hexdigest()[:16]}"


def user_data_of(attribute: Mapping[str, Any]) -> UserData:
    """Unpack the answer of DescribeInstanceAttribute. Raises ValueError when it is not text."""
    content = b64decode(attribute.get("UserData", {}).get("Value", ""), validate=True)
    if content.startswith(_GZIP):
        content = _unzipped(content)
    return UserData(unpacked(content.decode()))


def unpacked(text: str) -> str:
    """The script that user data of a node of Ray's holds: the text itself, or what `templates/node/unpack.sh.j2` runs.

    Raises ValueError when it is broken.
    """
    found = _PACKED.search(text)
    if found is None:
        return text
    # Imported here: few nodes have such user data, and the audit starts sooner without templates.
    from scripts.rendering.user_data import unpacking_script

    # What does anything else beside is judged as it stands.
    is_ours = text == unpacking_script(found["packed"])
    return _unzipped(b64decode(found["packed"], validate=True)).decode() if is_ours else text


def _unzipped(content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError("broken gzip") from error
