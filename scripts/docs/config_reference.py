"""`docs/config.md` and `docs/environment.schema.json`, from the models of the environment file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from inspect import cleandoc
from itertools import chain
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import models_json_schema

from config.change import Change
from config.environment import Environment
from config.load import FLAVOURS
from config.schema import Kind, field_kind
from config.section import Section
from config.words import in_words

SMALLEST = """\
flavour: static-ec2
region: us-west-2
account_id: "123456789012"
workers:
  cpu: {count: 2}
"""
SCHEMA_NAME = "environment.schema.json"
_INTRODUCTION = f"""\
# Configuration

One file `environments/<name>.yaml` is one environment; its name is that of the file. The smallest one:

```yaml
{SMALLEST}```

An unknown setting is an error. Every problem of a file is reported at once, with its line, before anything is built.
Editors complete and check the settings with this first line:

```yaml
# yaml-language-server: $schema=../docs/{SCHEMA_NAME}
```

The column *change* says what changing a setting does to what is already deployed: **in place** leaves it there (AWS
may restart a node), **replaces** makes it anew, **never** means that a new environment is needed.

A heading that names a flavour has what that flavour has beyond the others.
"""
_Models = Mapping[str, type[BaseModel]]
"""By flavour."""
_FROM_FILE_NAME = "name"
_HEAD = "| setting | takes | default | change | meaning |\n|---|---|---|---|---|"


def render_config_markdown() -> str:
    """Render the reference: each section once, and what only some flavours have under a heading of its own."""
    return "\n".join([_INTRODUCTION, *(part for place in _places() for part in _parts(*place))])


def render_json_schema() -> str:
    """Render the schema for editors: the flavour decides which settings there are."""
    references, shared = models_json_schema([(model, "validation") for model in FLAVOURS.values()], by_alias=True)
    for model in FLAVOURS.values():
        _take_name_from_file(shared["$defs"][model.__name__])
    _close_mappings(shared)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rayform environment",
        "type": "object",
        "required": ["flavour"],
        "properties": {"flavour": {"enum": list(FLAVOURS)}},
        "allOf": [_when(flavour, references[model, "validation"]) for flavour, model in FLAVOURS.items()],
        "$defs": shared["$defs"],
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _take_name_from_file(definition: dict[str, Any]) -> None:
    del definition["properties"][_FROM_FILE_NAME]
    definition["required"].remove(_FROM_FILE_NAME)


def _close_mappings(schema: Any) -> None:
    """Refuse names of another form: pydantic describes those that fit and lets the others pass."""
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    for part in inner:
        _close_mappings(part)
    if isinstance(schema, dict) and isinstance(schema.get("patternProperties"), dict):
        schema.setdefault("additionalProperties", False)


def _when(flavour: str, reference: Any) -> dict[str, Any]:
    return {"if": {"properties": {"flavour": {"const": flavour}}, "required": ["flavour"]}, "then": reference}


def _places() -> list[tuple[str, _Models]]:
    """Every place of a section, each after the one that holds it, with the model that it has in each flavour."""
    places: dict[str, dict[str, type[BaseModel]]] = {}
    for flavour, model in FLAVOURS.items():
        for path, section in [("", model), *_sections(model, "")]:
            places.setdefault(path, {})[flavour] = section
    return list(places.items())


def _sections(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Sections below a model, each after the one that holds it."""
    for name, field in model.model_fields.items():
        for inner, section in _held(field_kind(field), f"{path}{name}"):
            yield inner, section
            yield from _sections(section, f"{inner}.")


def _held(kind: Kind, path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    for alternative in kind.alternatives:
        if alternative.section is not None:
            yield path, alternative.section
        elif alternative.origin in (list, dict):
            yield from _held(alternative.arguments[-1], path + ("[]" if alternative.origin is list else ".<name>"))


def _parts(path: str, models: _Models) -> Iterator[str]:
    """What all flavours have at a place, then what some of them share, then what each has of its own."""
    groups = _rows_by_holders(models)
    for holders in sorted(groups, key=lambda names: -len(names)):
        section = _nearest_base({flavour: models[flavour] for flavour in holders})
        yield _part(_title(path, holders, groups), section, groups[holders])


def _rows_by_holders(models: _Models) -> Mapping[tuple[str, ...], list[str]]:
    """Each row once, with the flavours that have it; flavours that describe a setting otherwise have another row."""
    rows = {flavour: _rows(model) for flavour, model in models.items()}
    groups: dict[tuple[str, ...], list[str]] = {}
    for row in dict.fromkeys(chain.from_iterable(rows.values())):
        for holders in _families([flavour for flavour in models if row in rows[flavour]], models):
            groups.setdefault(tuple(holders), []).append(row)
    return groups


def _families(flavours: Sequence[str], models: _Models) -> list[list[str]]:
    """Flavours whose models have a base in common, which says what they are."""
    families: list[list[str]] = []
    for flavour in flavours:
        for family in families:
            if _nearest_base({name: models[name] for name in [*family, flavour]}) is not Section:
                family.append(flavour)
                break
        else:
            families.append([flavour])
    return families


def _title(path: str, holders: Sequence[str], groups: Collection[tuple[str, ...]]) -> str:
    if len(holders) == len(FLAVOURS):
        return f"`{path}`" if path else "Every flavour"
    *others, last = [f"`{flavour}`" for flavour in holders]
    flavours = f"flavours {', '.join(others)} and {last}" if others else f"flavour {last}"
    if not path:
        return flavours.capitalize()
    is_more = any(set(holders) < set(group) for group in groups)
    return f"`{path}`, {'more for' if is_more else 'only'} {flavours}"


def _nearest_base(models: _Models) -> type[BaseModel]:
    """The model that says what all of them have in common."""
    first, *others = models.values()
    return next(base for base in first.__mro__ if all(issubclass(other, base) for other in others))


def _part(title: str, section: type[BaseModel], rows: list[str]) -> str:
    return "\n".join([f"## {title}", "", cleandoc(section.__doc__ or ""), "", _HEAD, *rows, ""])


def _rows(section: type[BaseModel]) -> list[str]:
    hidden = {_FROM_FILE_NAME} if issubclass(section, Environment) else set()
    return [_row(name, field) for name, field in section.model_fields.items() if name not in hidden]


def _row(name: str, field: FieldInfo) -> str:
    kind = field_kind(field)
    change = next(item.value for item in kind.metadata if isinstance(item, Change))
    cells = [f"`{name}`", in_words(kind), _default(name, field), change, field.description or ""]
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def _default(name: str, field: FieldInfo) -> str:
    if field.is_required() or name == "flavour":
        return "required"
    value = field.default
    if value is None:
        return "none"
    if isinstance(value, BaseModel):
        return "`{}`"
    plain = value if isinstance(value, str) else json.dumps(value, default=str).strip('"')
    return f"`{plain}`"
