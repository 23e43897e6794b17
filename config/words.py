"""Types in words: an error says what is wanted with the same words as the documentation."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Any, Literal

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from config.schema import Kind
from config.text import Form

_PLAIN: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Any: "anything",
    IPv4Network: "an IPv4 range such as 10.0.0.0/16",
    IPv6Network: "an IPv6 range such as 2001:db8::/32",
}


def in_words(kind: Kind) -> str:
    """What a setting takes: `a whole number from 1 to 6, or a list, each a zone such as us-west-2a`."""
    return joined(_alternative(alternative) for alternative in kind.alternatives)


def joined(alternatives: Any) -> str:
    """Alternatives, each said once."""
    return ", or ".join(dict.fromkeys(alternatives))


def one_of(values: Any) -> str:
    """A choice of values. Text that YAML would read as a number stands in quotes, as it must in the file."""
    shown = [_as_yaml(value) for value in values]
    return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"


def _alternative(kind: Kind) -> str:
    form = next((item for item in kind.metadata if isinstance(item, Form)), None)
    if form is not None:
        return form.want
    if kind.origin is Literal:
        return one_of(argument.annotation for argument in kind.arguments)
    if kind.origin is list:
        return f"a list{_size(kind)}, each {in_words(kind.arguments[0])}"
    if kind.origin is dict:
        name, value = kind.arguments
        return f"a mapping from {'a name' if name == Kind(str) else in_words(name)} to {in_words(value)}"
    if kind.section is not None:
        return "a mapping of settings"
    return _PLAIN[kind.annotation] + _bounds(kind)


def _bounds(kind: Kind) -> str:
    least = next((item.ge for item in kind.metadata if isinstance(item, Ge)), None)
    most = next((item.le for item in kind.metadata if isinstance(item, Le)), None)
    above = next((item.gt for item in kind.metadata if isinstance(item, Gt)), None)
    if above is not None:
        return f" above {above}" if most is None else f" above {above}, at most {most}"
    if least is None:
        return "" if most is None else f" of at most {most}"
    return f" of at least {least}" if most is None else f" from {least} to {most}"


def _size(kind: Kind) -> str:
    least = next((item.min_length for item in kind.metadata if isinstance(item, MinLen)), None)
    most = next((item.max_length for item in kind.metadata if isinstance(item, MaxLen)), None)
    if least and most:
        return f" of {least} to {most}"
    return f" of at least {least}" if least else f" of at most {most}" if most else ""


def counted(number: int, noun: str) -> str:
    """`1 pod`, `2 pods`, `no pods`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _as_yaml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) and _is_number(value) else str(value)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
