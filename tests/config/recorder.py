"""An environment that remembers which of its settings were read."""

from __future__ import annotations

import inspect
from typing import Any

from config.environment import Environment


class Recorder:
    """Stands in for an environment; properties and methods run on it, so that what they read is seen too."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.read: set[str] = set()

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """For `isinstance`: rules tell flavours apart."""
        return type(self.environment)

    def __getattr__(self, name: str) -> Any:
        model = type(self.environment)
        if name in model.model_fields:
            self.read.add(name)
            return getattr(self.environment, name)
        if name.startswith("_"):
            return getattr(self.environment, name)
        attribute = inspect.getattr_static(model, name)
        if isinstance(attribute, property) and name in vars_of(model):
            assert attribute.fget is not None
            return attribute.fget(self)
        if inspect.isfunction(attribute):
            return attribute.__get__(self)
        return getattr(self.environment, name)


def vars_of(model: type[Environment]) -> set[str]:
    """Names that our own classes define, pydantic's left out."""
    own = [base for base in model.__mro__ if base.__module__.startswith("config.")]
    return {name for base in own for name in vars(base)}
