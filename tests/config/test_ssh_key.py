"""Whether a public key is whole."""

from __future__ import annotations

import base64

import pytest

from config.ssh_key import is_whole
from tests.synthesis import PUBLIC_KEY


def _key(kind: str, *fields: bytes) -> str:
    blob = b"".join(len(field).to_bytes(4, "big") + field for field in fields)
    return f"{kind} {base64.b64encode(blob).decode()}"


@pytest.mark.parametrize(
    "key",
    [
        PUBLIC_KEY,
        f"{PUBLIC_KEY} me@laptop, at home",
        _key("ssh-rsa", b"ssh-rsa", b"\1\0\1", b"\0" + b"m" * 256),
    ],
)
def test_a_key_as_ssh_keygen_writes_it_is_whole(key: str) -> None:
    assert is_whole(key)


@pytest.mark.parametrize("length", range(len("ssh-ed25519 A"), len(PUBLIC_KEY)))
def test_a_key_cut_off_anywhere_is_not_whole(length: int) -> None:
    assert not is_whole(PUBLIC_KEY[:length])


@pytest.mark.parametrize(
    "key",
    [
        PUBLIC_KEY.replace("ssh-ed25519", "ssh-rsa"),
        f"{PUBLIC_KEY}AAAA",
        "ssh-ed25519 AAAA=AAA",
        _key("ssh-rsa", b"ssh-rsa", b"\1\0\1"),
    ],
)
def test_a_key_of_another_form_is_not_whole(key: str) -> None:
    assert not is_whole(key)
