"""What is left of an environment whose file has wrong settings, so that rules can still be judged on the rest.

Nothing is assumed of a setting that is wrong: a rule that comes to read it ends there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from config.environment import Environment
from config.problems import Path, Problem
from config.schema import field_kind

Parse = Callable[[Mapping[str, Any]], Environment]
Judge = Callable[[Mapping[str, Any], ValidationError], list[Problem]]
_STAND_INS: Mapping[str, Any] = {"region": "us-east-1", "anyscale": {"external_id": "org_0-0"}}
"""Take the place of required settings that are wrong; rules that read them are skipped."""


class UnknownSettingError(Exception):
    """A rule reads a setting that is wrong in the file."""


@dataclass(frozen=True)
class Partial:
    """An environment without what is wrong in its file."""

    environment: Environment
    sections: frozenset[str]
    """Settings at the top that are wrong as a whole."""
    fields: frozenset[Path]
    """Settings further inside that are wrong; reading one raises UnknownSettingError."""
    entries: frozenset[Path]
    """Entries, such as `workers.cpu`, that are left out."""

    def is_reliable(self, problem: Problem) -> bool:
        """Whether a problem that a rule found is none of what is left out."""
        below = any(problem.path[: len(path)] == path for path in (*self.fields, *self.entries))
        above = any(path[: len(problem.path)] == problem.path for path in self.entries)
        return not below and not above and problem.misses not in self.entries


def partial_environments(
    model: type[Environment], given: Mapping[str, Any], wrong: list[Problem], *, parse: Parse, judge: Judge
) -> Iterator[Partial]:
    """First with as much as can be kept; then without the entries that have something wrong in them."""
    unknown = {_unknown(model, problem) for problem in wrong}
    for paths in (unknown, {_entry(model, path) or path for path in unknown}):
        partial = _without(model, given, paths, parse, judge)
        if partial is not None:
            yield partial
        if paths == {_entry(model, path) or path for path in paths}:
            return


def _without(
    model: type[Environment], given: Mapping[str, Any], paths: set[Path], parse: Parse, judge: Judge
) -> Partial | None:
    """None when the rest is none of the model's: a required section is wrong."""
    stand_ins = {name: value for name, value in _STAND_INS.items() if name in model.model_fields}
    while True:
        paths = {path for path in paths if not any(path[:end] in paths for end in range(1, len(path)))}
        rest = deepcopy(dict(given))
        for path in paths:
            _delete(rest, path)
        rest = {**stand_ins, **rest}
        try:
            environment = parse(rest)
        except ValidationError as error:
            more = {_unknown(model, problem) for problem in judge(rest, error)} - paths
            if not more or () in more:
                return None
            paths = paths | more
            continue
        entries = {path for path in paths if path == _entry(model, path)}
        fields = {path for path in paths - entries if len(path) > 1}
        for path in fields:
            _watch(environment, path)
        sections = frozenset(str(path[0]) for path in paths if len(path) == 1)
        return Partial(environment, sections, frozenset(fields), frozenset(entries))


def _unknown(model: type[BaseModel], problem: Problem) -> Path:
    """The setting or entry of which nothing is known: a section as a whole where one of its settings has no name."""
    section: type[BaseModel] = model
    path = problem.path
    end = 0
    while end < len(path):
        field = section.model_fields.get(str(path[end]))
        if field is None or (end == len(path) - 1 and field.is_required()):
            return path[:end] or path  # a setting that is missing, or that may be another one misspelt
        end += 1
        kinds = field_kind(field).alternatives
        inner = next((kind.section for kind in kinds if kind.section is not None), None)
        if inner is None:
            inner = next((kind.arguments[1].section for kind in kinds if kind.origin is dict), None)
            end += inner is not None
        if inner is None or end >= len(path):
            return path[:end]
        section = inner
    return path[:end]


def _entry(model: type[BaseModel], path: Path) -> Path | None:
    """`workers.cpu` of `workers.cpu.spot`."""
    field = model.model_fields.get(str(path[0]))
    kinds = field_kind(field).alternatives if field is not None else []
    holds_entries = any(kind.origin is dict and kind.arguments[1].section is not None for kind in kinds)
    return path[:2] if holds_entries and len(path) > 1 else None


def _delete(node: Any, path: Path) -> None:
    *parents, last = path
    for part in parents:
        node = node.get(part) if isinstance(node, dict) else None
    if isinstance(node, dict):
        node.pop(last, None)


def _watch(environment: Environment, path: Path) -> None:
    """Let reads of a setting raise."""
    owner: Any = environment
    for part in path[:-1]:
        owner = owner.get(part) if isinstance(owner, dict) else getattr(owner, str(part), None)
    if isinstance(owner, BaseModel):
        del owner.__dict__[str(path[-1])]
        object.__setattr__(owner, "__class__", _watched(type(owner)))


@cache
def _watched(section: type[BaseModel]) -> type[BaseModel]:
    """A section that has no value for some of its settings."""

    class Watched(section):  # type: ignore[valid-type,misc]
        def __getattr__(self, name: str) -> Any:
            if name in section.model_fields:
                raise UnknownSettingError(name)
            raise AttributeError(name)

    return Watched
