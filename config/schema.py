"""Walks the models: for error messages and for the generated documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Sections named in a field's type: `EfsConfig | None` and `dict[str, BucketConfig]` hold one each."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def model_at(model: type[BaseModel], path: tuple[str | int, ...]) -> type[BaseModel]:
    """The section that a path leads to; names and positions inside a field are passed over."""
    for part in path:
        if part in model.model_fields:
            model = next(models_in(model.model_fields[str(part)].annotation), model)
    return model
