"""SSH public keys as OpenSSH writes them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

_LENGTH_BYTES = 4
_ED25519_BYTES = 32


def is_whole(key: str) -> bool:
    """Whether the base64 of `ssh-ed25519 AAAA… comment` is that of a whole key of the type that stands before it.

    Source: https://datatracker.ietf.org/doc/html/rfc4253#section-6.6 and
    https://datatracker.ietf.org/doc/html/rfc8709#section-4
    """
    kind, text, *_comment = key.split(" ", 2)
    try:
        fields = list(_fields(base64.b64decode(text, validate=True)))
    except (binascii.Error, ValueError):
        return False
    if fields[:1] != [kind.encode()]:
        return False
    if kind == "ssh-ed25519":
        return [len(field) for field in fields[1:]] == [_ED25519_BYTES]
    return len(fields[1:]) == 2  # exponent and modulus


def _fields(blob: bytes) -> Iterator[bytes]:
    """Fields of a key, each behind its length. Raises ValueError when it ends too early."""
    while blob:
        end = _LENGTH_BYTES + int.from_bytes(blob[:_LENGTH_BYTES], "big")
        if len(blob) < end:
            raise ValueError("cut off")
        yield blob[_LENGTH_BYTES:end]
        blob = blob[end:]
