"""The Condition element.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from ipaddress import ip_address, ip_network
from typing import Any

from scripts.audit.iam_effect.glob import matches
from scripts.audit.iam_effect.truth import Truth, truth
from scripts.audit.iam_effect.variables import Context, fill, unescape

Test = Callable[[str, str], bool]
"""Compares the value of the policy with that of the request."""


def _arn(pattern: str, text: str) -> bool:
    """Part by part: a wildcard does not reach over a colon, but in the last of the six parts."""
    parts = (pattern.split(":", 5), text.split(":", 5))
    return len(parts[0]) == len(parts[1]) and all(matches(*pair) for pair in zip(*parts, strict=True))


def _instant(text: str) -> datetime:
    if text.replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(text), timezone.utc)
    found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


_TESTS: Mapping[str, Test] = {
    "stringequals": lambda policy, request: unescape(policy) == request,
    "stringequalsignorecase": lambda policy, request: unescape(policy).casefold() == request.casefold(),
    "stringlike": matches,
    "arnequals": _arn,
    "arnlike": _arn,
    "bool": lambda policy, request: policy.casefold() == request.casefold(),
    "binaryequals": lambda policy, request: policy == request,
    "ipaddress": lambda policy, request: ip_address(request) in ip_network(policy, strict=False),
    "numericequals": lambda policy, request: float(request) == float(policy),
    "numericlessthan": lambda policy, request: float(request) < float(policy),
    "numericlessthanequals": lambda policy, request: float(request) <= float(policy),
    "numericgreaterthan": lambda policy, request: float(request) > float(policy),
    "numericgreaterthanequals": lambda policy, request: float(request) >= float(policy),
    "dateequals": lambda policy, request: _instant(request) == _instant(policy),
    "datelessthan": lambda policy, request: _instant(request) < _instant(policy),
    "datelessthanequals": lambda policy, request: _instant(request) <= _instant(policy),
    "dategreaterthan": lambda policy, request: _instant(request) > _instant(policy),
    "dategreaterthanequals": lambda policy, request: _instant(request) >= _instant(policy),
}
_OPPOSITES = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}


def holds(condition: Mapping[str, Any], context: Context) -> Truth:
    """Whether a statement's condition is true of a request; every operator and every key must hold."""
    return min((_operator(*each, context) for each in _tests(condition)), default=Truth.YES)


def in_words(condition: Mapping[str, Any]) -> str:
    """The condition for a reader: `StringEquals aws:SourceVpc vpc-1`."""
    return " and ".join(f"{operator} {key} {' or '.join(values)}" for operator, key, values in _tests(condition))


def _tests(condition: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    for operator, keys in condition.items():
        for key, values in keys.items():
            listed = values if isinstance(values, list) else [values]
            yield operator, key, [_text(value) for value in listed]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _operator(operator: str, key: str, wanted: list[str], context: Context) -> Truth:
    name = operator.lower()
    quantifier, _, rest = name.rpartition(":")
    if_exists = rest.endswith("ifexists")
    base = rest.removesuffix("ifexists")
    given = context.get(key.lower())
    if given is None:
        return Truth.MAYBE
    if base == "null":
        return truth(any((value.lower() == "true") is (not given) for value in wanted))
    if not given:
        return _absent(quantifier, if_exists, base)
    if base not in _TESTS and base not in _OPPOSITES:
        return Truth.MAYBE  # an operator that came after this was written
    single = [_single(base, value, wanted, context) for value in given]
    return min(single) if quantifier == "forallvalues" else max(single)


def _absent(quantifier: str, if_exists: bool, base: str) -> Truth:
    """What a key that the request does not have comes to."""
    if quantifier == "foranyvalue":
        return Truth.NO
    return truth(quantifier == "forallvalues" or if_exists or base in _OPPOSITES)


def _single(base: str, given: str, wanted: list[str], context: Context) -> Truth:
    """One value of the request against those of the policy: any of them, or with a `Not` operator none of them."""
    test = _TESTS[_OPPOSITES.get(base, base)]
    found = max((_compared(test, value, given, context) for value in wanted), default=Truth.NO)
    return ~found if base in _OPPOSITES else found


def _compared(test: Test, value: str, given: str, context: Context) -> Truth:
    filled, sure = fill(value, context)
    if sure is Truth.NO:
        return Truth.NO
    try:
        # A variable that is unknown may stand for what was given, or for something else.
        return truth(test(filled, given)) if sure is Truth.YES else Truth.MAYBE
    except ValueError:
        return Truth.NO
