"""Types in words."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from config.schema import kind_of
from config.text import Form
from config.words import counted, in_words

CASES = [
    (bool, "true or false"),
    (int | None, "a whole number"),
    (Annotated[int, Field(ge=1)], "a whole number of at least 1"),
    (Annotated[int | None, Field(le=9)], "a whole number of at most 9"),
    (Annotated[float, Field(ge=0, le=1)], "a number from 0 to 1"),
    (Annotated[float, Field(gt=0, le=9)], "a number above 0, at most 9"),
    (dict[str, Any], "a mapping from a name to anything"),
    (Literal[1], "1"),
    (Literal[False], "false"),
    (Literal["a", "7.1", 3], 'one of a, "7.1", 3'),
    (Annotated[str, Form("x+", "some x")] | None, "some x"),
    (Annotated[list[str], Field(max_length=2)], "a list of at most 2, each text"),
    (dict[str, IPv4Network], "a mapping from a name to an IPv4 range such as 10.0.0.0/16"),
    (int | list[int], "a whole number, or a list, each a whole number"),
    (Literal["auto"] | dict[str, bool], "auto, or a mapping from a name to true or false"),
]


@pytest.mark.parametrize(("annotation", "words"), CASES)
def test_type_in_words(annotation: Any, words: str) -> None:
    assert in_words(kind_of(annotation)) == words


def test_amounts_in_words() -> None:
    assert [counted(number, "pod") for number in (0, 1, 2)] == ["no pods", "1 pod", "2 pods"]
