"""What Terraform made: addresses and ids, read from its state.

The state holds secrets. Ask for single attributes; never print or write a resource's attributes as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from config.commands import make_commands
from config.environment import Environment
from config.errors import UserError
from config.paths import local_state_file

if TYPE_CHECKING:
    from scripts.inventory.session import Session

_ABSENT = frozenset({"NoSuchKey", "NoSuchBucket", "404"})


@dataclass(frozen=True)
class Resource:
    """One resource that Terraform manages."""

    address: str
    type: str
    # Out of repr, so that no traceback or log line shows a secret.
    attributes: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class State:
    """The managed resources of one environment."""

    resources: tuple[Resource, ...]
    # Out of repr, too: an output may be a secret.
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Values of the stack's outputs by name."""

    def of_type(self, type_: str) -> Iterator[Resource]:
        """Resources of one type, `aws_vpc`."""
        return (resource for resource in self.resources if resource.type == type_)

    def values(self, type_: str, attribute: str = "id") -> list[str]:
        """One attribute of all resources of a type, sorted, each value once."""
        return sorted({str(resource.attributes[attribute]) for resource in self.of_type(type_)})


def load_state(environment: Environment, *, session: Session | None = None) -> State:
    """Read the Terraform state of an environment; `session` saves making another for an environment on AWS.

    Raises UserError when nothing was applied yet.
    """
    text = state_text(environment, session)
    state = parse_state(text) if text else None
    if state is None or not state.resources:
        run = make_commands(("plan", "apply"), environment)
        raise UserError(f"{environment.name} is not applied yet; run: {run}")
    return state


def state_text(environment: Environment, session: Session | None) -> str | None:
    """The state as Terraform wrote it; None when there is none. Raises UserError when it cannot be read."""
    return _local_text(environment) if environment.target == "local" else _remote_text(environment, session)


def parse_state(text: str) -> State:
    """Parse a state file of version 4."""
    try:
        document = json.loads(text)
        blocks = [block for block in document["resources"] if block["mode"] == "managed"]
        outputs = {name: output["value"] for name, output in document.get("outputs", {}).items()}
        return State(tuple(resource for block in blocks for resource in _instances(block)), outputs)
    except (ValueError, KeyError, TypeError):
        raise UserError("the Terraform state is not one that can be read; look with: terraform state list") from None


def _instances(block: Mapping[str, Any]) -> Iterator[Resource]:
    address = ".".join(filter(None, (block.get("module"), block["type"], block["name"])))
    for instance in block["instances"]:
        key = instance.get("index_key")
        suffix = "" if key is None else f"[{json.dumps(key)}]"
        yield Resource(address + suffix, block["type"], instance["attributes"])


def _local_text(environment: Environment) -> str | None:
    try:
        return local_state_file(environment.name).read_text()
    except FileNotFoundError:
        return None


def _remote_text(environment: Environment, session: Session | None) -> str | None:
    # Imported here: a local environment needs no AWS library to read its state.
    from botocore.exceptions import BotoCoreError, ClientError

    from scripts.inventory.session import open_session

    bucket, key = environment.state_bucket, environment.state_key
    try:
        s3 = (session or open_session(environment)).client("s3")
        return str(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _ABSENT:
            return None
        raise UserError(f"the state s3://{bucket}/{key} cannot be read ({code}): ask for access to it") from None
    except BotoCoreError as error:
        raise UserError(f"the state s3://{bucket}/{key} cannot be read: {error}") from None
