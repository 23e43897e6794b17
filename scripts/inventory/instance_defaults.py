"""What the account gives an instance that does not say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading

GET_INSTANCE_METADATA_DEFAULTS = Read("ec2", "GetInstanceMetadataDefaults")


@dataclass(frozen=True)
class InstanceDefaults:
    """The account's defaults of the instance metadata service in the region."""

    metadata_tokens: str | None
    """`required`, `optional`, or None: not set, the image decides."""


def collect_instance_defaults(reader: Reader) -> Reading[InstanceDefaults]:
    """Read the account's defaults."""
    return reader.start(GET_INSTANCE_METADATA_DEFAULTS).parse(_defaults)


def _defaults(answer: Mapping[str, Any]) -> InstanceDefaults:
    tokens = (answer.get("AccountLevel") or {}).get("HttpTokens")
    # AWS answers `no-preference` once somebody has taken the setting back.
    return InstanceDefaults(tokens if tokens in ("required", "optional") else None)
