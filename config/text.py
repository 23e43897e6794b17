"""Strings of a given form, whose error says in words what is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True)
class Form:
    """`Annotated[str, Form(pattern, want)]`: text that matches a pattern from end to end."""

    pattern: str
    want: str
    """What is wanted, in words that end a sentence."""

    def matches(self, value: str) -> bool:
        """Whether a text has the form."""
        return re.fullmatch(self.pattern, value) is not None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^({self.pattern})$"}

    def _check(self, value: str) -> str:
        if not self.matches(value):
            raise PydanticCustomError("form", "want {want}", {"want": self.want})
        return value
