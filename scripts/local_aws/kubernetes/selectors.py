"""`labelSelector` and `fieldSelector` of a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from scripts.local_aws.kubernetes.refusals import Document, bad_request

Matches = Callable[[Document], bool]
_SET = re.compile(r"(?P<key>\S+)\s+(?P<operator>in|notin)\s*\((?P<values>[^)]*)\)")
_EQUAL = re.compile(r"(?P<key>[^!=\s]+)\s*(?P<operator>==|!=|=)\s*(?P<value>\S*)")
_KEY = re.compile(r"(?P<operator>!?)\s*(?P<key>[^!=\s(),]+)")


def label_selector(text: str) -> Matches:
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api"""
    wanted = [_requirement(part.strip()) for part in re.split(r",(?![^(]*\))", text) if part.strip()]

    def matches(document: Document) -> bool:
        labels = document["metadata"].get("labels") or {}
        return all(requirement(labels) for requirement in wanted)

    return matches


def _requirement(text: str) -> Callable[[dict[str, str]], bool]:
    found = _SET.fullmatch(text)
    if found:
        key, values = found["key"], {value.strip() for value in found["values"].split(",")}
        if found["operator"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    found = _EQUAL.fullmatch(text)
    if found:
        key, value = found["key"], found["value"]
        if found["operator"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    found = _KEY.fullmatch(text)
    if not found:
        raise bad_request(f'unable to parse requirement: found "{text}"')
    key, absent = found["key"], bool(found["operator"])
    return lambda labels: (key in labels) is not absent


def field_selector(text: str) -> Matches:
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/"""
    wanted = [_EQUAL.fullmatch(part.strip()) for part in text.split(",") if part.strip()]

    def matches(document: Document) -> bool:
        for found in wanted:
            if found is None:
                raise bad_request(f'invalid selector: "{text}"; can\'t understand it')
            same = str(_at(document, found["key"])) == found["value"]
            if same is (found["operator"] == "!="):
                return False
        return True

    return matches


def _at(document: Document, path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return "" if value is None else value
