"""The lock on every client of a round: what is no declared read is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from scripts.inventory.reading import NotAReadError, require_declared, require_read

EVENT = "before-parameter-build"
"""What botocore emits first of all in a call, before it looks up an endpoint or a credential."""


class StateObject(NamedTuple):
    """Where Terraform's state is: the one object that may be fetched."""

    bucket: str
    key: str


class Guard:
    """Lets through declared reads, and the state."""

    def __init__(self, state_object: StateObject | None = None) -> None:
        self._state_object = state_object

    def lock(self, client: Any) -> Any:
        """Put the lock on a client."""
        client.meta.events.register_first(EVENT, self.refuse)
        return client

    def refuse(self, *, model: Any, params: Mapping[str, Any], **_: Any) -> None:
        """Hook of botocore. Raises NotAReadError."""
        service, operation = str(model.service_model.service_name), str(model.name)
        if (service, operation) == ("s3", "GetObject"):
            self._require_state(params)
        else:
            require_read(operation)
            require_declared(service, operation)

    def _require_state(self, params: Mapping[str, Any]) -> None:
        asked = StateObject(str(params.get("Bucket")), str(params.get("Key")))
        if asked != self._state_object:
            raise NotAReadError(f"s3:GetObject of {asked.bucket}/{asked.key}")
