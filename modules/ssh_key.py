"""The key pair of the nodes: one that is made, or one that is there."""

from __future__ import annotations

from constructs import Construct

from config.label import Label
from modules.aws import DataAwsKeyPair, KeyPair
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


class ExistingKeyPair(Construct):
    """Look up a key pair of the region by its name; a plan fails when it is not there."""

    def __init__(self, scope: Construct, id_: str, *, name: str) -> None:
        super().__init__(scope, id_)
        self._pair = DataAwsKeyPair(self, THIS, key_name=name)

    @property
    def name(self) -> str:
        """Name of the key pair."""
        return str(self._pair.key_name)
