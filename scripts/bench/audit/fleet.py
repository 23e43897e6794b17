"""A thousand more workers: answers made of recorded ones, cut into pages as AWS cuts them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from scripts.aws_proxy.http import Request, Response

WORKERS = 1000
PAGE = 1000
"""Items to a page, where the caller names no number: what EC2 gives at most.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
"""


@dataclass(frozen=True)
class _List:
    """One kind of list."""

    field: str
    """Element that holds the items."""
    ids: tuple[str, ...]
    """Beginnings of the ids that a copy gets anew."""


_LISTS = {
    "DescribeInstances": _List("reservationSet", ("i", "r", "vol", "eni", "eni-attach")),
    "DescribeVolumes": _List("volumeSet", ("i", "vol")),
    "DescribeNetworkInterfaces": _List("networkInterfaceSet", ("i", "eni", "eni-attach")),
    "DescribeTags": _List("tagSet", ("i", "vol", "eni")),
}


class Fleet:
    """Stands in for EC2: its lists hold a thousand workers more."""

    def __init__(self, recorded: Mapping[tuple[str, ...], Response], workers: int = WORKERS) -> None:
        """`recorded` are answers by the key of their request, as the proxy keeps them."""
        self._workers = workers
        self._items: dict[str, list[str]] = {}
        self._frames: dict[str, tuple[str, str]] = {}
        for key, response in recorded.items():
            action = _parameter(key[-1], "Action")
            if action in _LISTS and "NextToken" not in key[-1]:
                self._learn(action, response.body.decode())

    def substitute(self, request: Request) -> Response | None:
        """The answer to a call for one of the lists, one page of it."""
        body = request.body.decode("latin-1")
        action = _parameter(body, "Action")
        if action not in self._items:
            return None
        size = int(_parameter(body, "MaxResults") or PAGE)
        start = int(_parameter(body, "NextToken") or 0)
        items = self._items[action]
        page = items[start : start + size]
        token = f"<nextToken>{start + size}</nextToken>" if start + size < len(items) else ""
        head, tail = self._frames[action]
        xml = head + "".join(page) + tail.replace("(next)", token)
        return Response(200, (("Content-Type", "text/xml"),), xml.encode())

    def _learn(self, action: str, xml: str) -> None:
        wanted = _LISTS[action]
        begin, end = f"<{wanted.field}>", f"</{wanted.field}>"
        if begin not in xml:
            return
        head, _, rest = xml.partition(begin)
        inside, _, tail = rest.rpartition(end)
        items = _top_items(inside)
        model = next((item for item in reversed(items) if _is_of_worker(item)), None)
        if model is None or len(items) <= len(self._items.get(action, ())) - self._workers:
            return
        copies = (_copy(model, wanted.ids, number) for number in range(self._workers))
        closing = re.sub(r"<nextToken\s*/>|<nextToken>[^<]*</nextToken>", "", tail)
        self._items[action] = [*items, *copies]
        self._frames[action] = (head + begin, end + "(next)" + closing)


def _parameter(body: str, name: str) -> str:
    return parse_qs(body).get(name, [""])[0]


def _is_of_worker(item: str) -> bool:
    return "worker" in item or "<resourceType>instance" in item


def _top_items(xml: str) -> list[str]:
    """The outermost `<item>` elements: they nest."""
    items, depth, begin = [], 0, 0
    for tag in re.finditer(r"<item>|</item>", xml):
        if tag[0] == "<item>":
            begin = tag.start() if depth == 0 else begin
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                items.append(xml[begin : tag.end()])
    return items


def _copy(item: str, ids: Iterable[str], number: int) -> str:
    """The same item with other ids and another address."""
    for start in ids:
        item = re.sub(rf">{start}-[0-9a-f]{{8,17}}<", f">{start}-{number:017x}<", item)
    address = f"10.20.{16 + number // 250}.{1 + number % 250}"
    return re.sub(r">10\.20\.\d+\.\d+<", f">{address}<", item)
