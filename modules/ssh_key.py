"""The key pair of the nodes."""

from __future__ import annotations

from constructs import Construct

from config.label import Label
from modules.aws import KeyPair
from modules.ids import THIS


class SshKey(Construct):
    """Define a key pair from a public key; the private half never comes here."""

    def __init__(self, scope: Construct, id_: str, *, label: Label, public_key: str) -> None:
        super().__init__(scope, id_)
        self._pair = KeyPair(self, THIS, key_name=label.name("nodes"), public_key=public_key, tags=label.tags("nodes"))

    @property
    def name(self) -> str:
        """Name of the key pair, a token that makes instances wait for it."""
        return str(self._pair.key_name)
