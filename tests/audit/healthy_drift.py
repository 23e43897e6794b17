"""What the comparison with Terraform's state needs: a small state, and the answers that agree with it.

`recorded.json` has one resource of each type that the environments have, and what the embedded AWS said of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from scripts.audit.drift import types
from scripts.inventory.answers import Answers, Asked
from scripts.inventory.details import Details
from scripts.inventory.reading import Read
from scripts.state import Resource, State

_FILE = Path(__file__).parent / "drift/recorded.json"


def details() -> Details:
    """No tags."""
    return Details({})


_RECORDED_NODE = "i-4042209a49f3dc375"


def state(outputs: Mapping[str, Any] | None = None, *, nodes: Mapping[str, str] | None = None) -> State:
    """One resource of each type, and one like the recorded instance for each of `nodes`: names by instance id."""
    recorded = [*_recorded()["state"], *(_node(id_, name) for id_, name in (nodes or {}).items())]
    return State(
        tuple(
            Resource(each["address"], each["address"].partition(".")[0], deepcopy(each["attributes"]))
            for each in recorded
        ),
        outputs or {},
    )


def _node(id_: str, name: str) -> dict[str, Any]:
    attributes = next(each["attributes"] for each in _recorded()["state"] if each["attributes"]["id"] == _RECORDED_NODE)
    tags = {key: {**attributes[key], "Name": name} for key in ("tags", "tags_all")}
    return {"address": f"aws_instance.{name}", "attributes": {**attributes, **tags, "id": id_, "ebs_block_device": []}}


def _of_node(id_: str, name: str) -> Iterator[dict[str, Any]]:
    """What AWS says of it. It shares its root volume with the recorded one, and has no other."""
    for each in _recorded()["answers"]:
        text = json.dumps(each)
        if each["operation"] == "DescribeInstanceAttribute":
            yield json.loads(text.replace(_RECORDED_NODE, id_))
        elif each["operation"] == "DescribeInstances":
            found: dict[str, Any] = json.loads(text.replace(_RECORDED_NODE, id_))
            instance = found["answer"][0]["Instances"][0]
            instance["BlockDeviceMappings"] = instance["BlockDeviceMappings"][:1]
            instance["Tags"] = [
                *(tag for tag in instance["Tags"] if tag["Key"] != "Name"),
                {"Key": "Name", "Value": name},
            ]
            yield found


def answers(changes: dict[str, Any] | None = None, *, nodes: Mapping[str, str] | None = None) -> Answers:
    """What AWS said of them; `changes` has other values by path: `ec2:DescribeVpcs.0.CidrBlock`.

    A path begins with a read, counts on through all items of its answers, and goes on by names and positions.
    """
    asked = [deepcopy(each) for each in _recorded()["answers"]]
    asked += [each for id_, name in (nodes or {}).items() for each in _of_node(id_, name)]
    for path, value in (changes or {}).items():
        _change(asked, path, value)
    return Answers(
        Asked(read, each["arguments"], each["answer"])
        for each in asked
        for read in reads()
        if read.name == f"{each['service']}:{each['operation']}"
    )


@cache
def reads() -> tuple[Read, ...]:
    """Every kind of read that a translator looks at."""
    modules = [value for value in vars(types).values() if getattr(value, "TRANSLATORS", None) is not None]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, Read)}
    return tuple(sorted(found, key=str))


@cache
def _recorded() -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return recorded


def _change(asked: list[dict[str, Any]], path: str, value: Any) -> None:
    """Everywhere: what two calls brought is changed in both answers."""
    name, *steps = path.split(".")
    places = list(_places([each for each in asked if f"{each['service']}:{each['operation']}" == name], steps))
    assert places, f"nothing at {path}"
    for holder, step in places:
        if value is GONE:
            del holder[step]
        elif isinstance(holder, list) and step == len(holder):
            holder.append(value)
        else:
            holder[step] = value


GONE = object()
"""Takes what is at a path out."""


def _places(asked: list[dict[str, Any]], steps: list[str]) -> Iterator[tuple[Any, Any]]:
    for each in asked:
        holder: Any = each
        step: Any = "answer"
        try:
            for next_step in steps:
                holder = holder[step]
                step = int(next_step) if isinstance(holder, list) else next_step
            if isinstance(holder, dict) or step <= len(holder):
                yield holder, step
        except (KeyError, IndexError, TypeError, ValueError):
            continue
