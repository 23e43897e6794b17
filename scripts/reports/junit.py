"""`junit.xml`: the audit for what shows test results in CI. One suite for each service."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as Xml

from scripts.reports.audit_document import AuditDocument, ResultPart

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold, escaped or not: https://www.w3.org/TR/xml/#charsets"""


def render_junit(document: AuditDocument) -> str:
    """Write the results: FAIL is a failure, UNKNOWN an error, what is muted is skipped."""
    root = Xml.Element("testsuites", name=f"audit of {document.environment}")
    ordered = sorted(document.results, key=lambda result: (result.check, result.resource, result.detail))
    for service, results in groupby(ordered, key=lambda result: result.check.partition(".")[0]):
        root.append(_suite(service, list(results), document))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=False).join(
        ['<?xml version="1.0" encoding="UTF-8"?>\n', "\n"]
    )


def _suite(service: str, results: Sequence[ResultPart], document: AuditDocument) -> Xml.Element:
    cases = [_case(result, document) for result in results]
    _number_the_same(cases)
    counts = {
        name: str(sum(case.find(element) is not None for case in cases))
        for name, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    timestamp = document.generated.strftime("%Y-%m-%dT%H:%M:%S")
    suite = Xml.Element("testsuite", {"name": service, "tests": str(len(cases)), "timestamp": timestamp, **counts})
    suite.extend(cases)
    return suite


def _case(result: ResultPart, document: AuditDocument) -> Xml.Element:
    place = {"file": f"environments/{document.environment}.yaml", "line": str(result.line)} if result.line else {}
    name = " ".join(dict.fromkeys(filter(None, (result.resource, result.address, result.attribute))))
    case = Xml.Element("testcase", {"classname": result.check, "name": _clean(name), **place})
    message = _clean(result.detail)
    if result.mute:
        Xml.SubElement(case, "skipped", message=_clean(f"muted until {result.mute.until}: {result.mute.reason}"))
    elif result.outcome == "FAIL":
        Xml.SubElement(case, "failure", message=message, type=result.severity).text = _clean(_text(result))
    elif result.outcome == "UNKNOWN":
        Xml.SubElement(case, "error", message=message, type="UNKNOWN").text = _clean(_text(result))
    return case


def _number_the_same(cases: Sequence[Xml.Element]) -> None:
    """CI knows a case by its class and name: what one check says twice of one thing is told apart by number."""
    seen: Counter[tuple[str, str]] = Counter()
    for case in cases:
        who = (case.get("classname", ""), case.get("name", ""))
        seen[who] += 1
        if seen[who] > 1:
            case.set("name", f"{who[1]} #{seen[who]}")


def _text(result: ResultPart) -> str:
    lines = (
        result.title,
        result.detail,
        f"fix: {result.fix}" if result.fix else "",
        f"address: {result.address}" if result.address else "",
        f"setting: {result.setting}" if result.setting else "",
        f"standards: {', '.join(result.standards)}" if result.standards else "",
    )
    return "\n".join(filter(None, lines))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
