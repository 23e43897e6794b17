"""Walks the types of the models: for error messages and for the generated documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.problems import Path


@dataclass(frozen=True)
class Kind:
    """Type of a setting: an annotation, and what qualifies it (bounds, forms)."""

    annotation: Any
    metadata: tuple[Any, ...] = ()

    @property
    def origin(self) -> Any:
        """`dict` of `dict[str, int]`."""
        return get_origin(self.annotation)

    @property
    def arguments(self) -> list[Kind]:
        """Types of key and value, or of an item."""
        return [kind_of(argument) for argument in get_args(self.annotation)]

    @property
    def alternatives(self) -> list[Kind]:
        """Members of a union but for None; the type itself when it is none."""
        if self.origin not in (Union, UnionType):
            return [self]
        members = [member for member in get_args(self.annotation) if member is not NoneType]
        return [part for member in members for part in kind_of(member, self.metadata).alternatives]

    @property
    def section(self) -> type[BaseModel] | None:
        """The model, when the type is one."""
        annotation = self.annotation
        return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def kind_of(annotation: Any, metadata: Iterable[Any] = ()) -> Kind:
    """Type of an annotation, unwrapped."""
    if get_origin(annotation) is not Annotated:
        return Kind(annotation, tuple(metadata))
    inner, *own = get_args(annotation)
    flat = [item for entry in own for item in (entry.metadata if isinstance(entry, FieldInfo) else [entry])]
    return kind_of(inner, [*flat, *metadata])


def field_kind(field: FieldInfo) -> Kind:
    """Type of a field."""
    return kind_of(field.annotation, field.metadata)


def kinds_at(model: type[BaseModel], path: Path) -> list[Kind]:
    """Types that a setting may have; several inside a union."""
    kinds = [Kind(model)]
    for part in path:
        kinds = [inner for kind in kinds for alternative in kind.alternatives for inner in _inside(alternative, part)]
    return kinds


def section_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The section that stands at a path."""
    sections = (alternative.section for kind in kinds_at(model, path) for alternative in kind.alternatives)
    return next((section for section in sections if section is not None), None)


def sections_in(kind: Kind) -> Iterator[type[BaseModel]]:
    """Sections that a type holds: `EfsConfig | None` and `dict[str, BucketConfig]` hold one each."""
    for alternative in kind.alternatives:
        if alternative.section is not None:
            yield alternative.section
        elif alternative.origin in (list, dict):
            yield from sections_in(alternative.arguments[-1])


def _inside(kind: Kind, part: str | int) -> Iterator[Kind]:
    if kind.origin is dict or (kind.origin is list and isinstance(part, int)):
        yield kind.arguments[-1]
    elif kind.section is not None and part in kind.section.model_fields:
        yield field_kind(kind.section.model_fields[str(part)])
