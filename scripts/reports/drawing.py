"""The network as SVG: zones are columns on a wide screen, and stand below each other on a narrow one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from scripts.reports.network_map import Chip, Marks, NetworkMap, SubnetBox, Zone

WIDE, NARROW = 1080, 340
"""Widths in the drawing's own units, one of which is about a pixel."""

_CHIP, _GAP, _PAD, _TITLE, _BETWEEN = 40, 7, 12, 40, 30
_ZONE_HEAD, _SUBNET_HEAD, _SUBNET_FOOT, _LINE = 22, 40, 10, 14
_CHARACTER, _SMALL_CHARACTER = 7.9, 6.2
"""Width of a character of a title, and of what stands below it: enough for the widest of the system fonts."""


@dataclass(frozen=True)
class _Area:
    x: float
    y: float
    width: float


def draw(network: NetworkMap, *, narrow: bool = False) -> Markup:
    """Draw the network."""
    width = NARROW if narrow else WIDE
    parts: list[Markup] = []
    height = _vpc(network, parts, width, narrow=narrow)
    height = _regional(network.regional, parts, width, height + 18, columns=1 if narrow else 4)
    label = Markup(
        '<svg class="drawing {kind}" viewBox="0 0 {width} {height}" role="group" aria-label="{label}">'
    ).format(
        kind="narrow" if narrow else "wide", width=width, height=f"{height:g}", label=f"Drawing of {network.vpc.title}"
    )
    return label + Markup("\n").join(parts) + Markup("</svg>")


def _vpc(network: NetworkMap, parts: list[Markup], width: float, *, narrow: bool) -> float:
    """Draw the internet, the VPC and its zones; gives where they end."""
    top = 60.0 if network.gateways else 46.0
    middle = width / 2
    columns = 1 if narrow else max(1, len(network.zones))
    column = (width - 2 * _PAD - (columns - 1) * _PAD) / columns
    body: list[Markup] = []
    bottom = y = top + _TITLE + (10 if network.gateways else 0)
    for number, zone in enumerate(network.zones):
        x = _PAD if narrow else _PAD + number * (column + _PAD)
        area = _Area(x, y, column)
        end = _zone(zone, body, area) if narrow else _zone_in_rows(network, zone, body, area)
        bottom = max(bottom, end)
        y = end + _PAD if narrow else y
    bottom += _PAD
    parts.append(_box("vpc", 0.5, top, width - 1, bottom - top, 10))
    parts.append(_pill(middle, 16, "the internet"))
    parts.append(_heading(network.vpc, top + (10 if network.gateways else 0), width))
    parts.extend(_gateways(network.gateways, middle, top))
    parts.extend(body)
    return bottom


def _zone_columns(network: NetworkMap, column: float) -> dict[str, float]:
    """Middle of each zone's column."""
    return {zone.name: _PAD + number * (column + _PAD) + column / 2 for number, zone in enumerate(network.zones)}


def _heading(vpc: Chip, top: float, width: float) -> Markup:
    text = _text("title strong", _PAD + 2, top + 23, vpc.title, width * 0.62) + _text(
        "small end", width - _PAD - (26 if vpc.marks != Marks() else 2), top + 23, vpc.subtitle, width * 0.36
    )
    return _link(vpc, text + _badge(vpc.marks, width - _PAD - 8, top + 19))


def _gateways(gateways: Sequence[Chip], middle: float, top: float) -> Iterator[Markup]:
    """The internet gateway sits on the wall of the VPC, with the way through it."""
    for gateway in gateways[:1]:
        y, width = top - 15, 200
        yield Markup('<path class="way" d="M{x} 29V{y}"/>').format(x=f"{middle:g}", y=f"{y:g}")
        yield _chip(gateway, _Area(middle - width / 2, y, width), height=30)


@dataclass(frozen=True)
class _Row:
    """Subnets side by side, so that a way to a NAT gateway in another zone has its room."""

    y: float
    """From the top of the zone."""
    height: float


def _rows(zones: Sequence[Zone]) -> list[_Row]:
    """The rows that the subnets of all zones stand in."""
    first = _first_with_nat(zones)
    heights: dict[int, float] = {}
    for zone in zones:
        for number, subnet in _numbered(zone, first):
            heights[number] = max(heights.get(number, 0), _height(subnet))
    rows: list[_Row] = []
    y = float(_ZONE_HEAD)
    for number in range(max(heights, default=-1) + 1):
        rows.append(_Row(y, heights.get(number, 0)))
        y += rows[-1].height + _BETWEEN
    return rows


def _first_with_nat(zones: Iterable[Zone]) -> int:
    """The row below all subnets that need no NAT gateway."""
    return max((sum(not subnet.nat_zone for subnet in zone.subnets) for zone in zones), default=0)


def _numbered(zone: Zone, first: int) -> Iterator[tuple[int, SubnetBox]]:
    """Subnets of a zone with their rows."""
    below = max(0, first - sum(not subnet.nat_zone for subnet in zone.subnets))
    return ((number + (below if subnet.nat_zone else 0), subnet) for number, subnet in enumerate(zone.subnets))


def _zone_in_rows(network: NetworkMap, zone: Zone, parts: list[Markup], area: _Area) -> float:
    """Draw the subnets of a zone in the rows of all; gives where they end."""
    parts.append(_text("zone", area.x + 2, area.y + 12, zone.name, area.width))
    rows, middles = _rows(network.zones), _zone_columns(network, area.width)
    end = area.y + _ZONE_HEAD
    for number, subnet in _numbered(zone, _first_with_nat(network.zones)):
        y = area.y + rows[number].y
        if subnet.nat_zone and number:
            parts.append(_way_to_nat(area, y, middles.get(subnet.nat_zone)))
        end = _subnet(subnet, parts, _Area(area.x, y, area.width), rows[number].height)
    return end


def _zone(zone: Zone, parts: list[Markup], area: _Area) -> float:
    """Draw the subnets of a zone below each other, each as high as what is in it; gives where they end."""
    parts.append(_text("zone", area.x + 2, area.y + 12, zone.name, area.width))
    y = area.y + _ZONE_HEAD
    for number, subnet in enumerate(zone.subnets):
        y = _subnet(subnet, parts, _Area(area.x, y + (_GAP + 3 if number else 0), area.width), _height(subnet))
    return y


def _height(subnet: SubnetBox) -> float:
    return _SUBNET_HEAD + len(subnet.chips) * (_CHIP + _GAP) + len(subnet.ways_out) * _LINE + _SUBNET_FOOT


def _way_to_nat(area: _Area, y: float, nat: float | None) -> Markup:
    """From the top of a subnet up to the zone of its NAT gateway."""
    middle, turn = area.x + area.width / 2, y - _BETWEEN / 2
    if nat is None:
        return Markup("")
    return Markup('<path class="way" d="M{middle} {y}V{turn}H{nat}V{end}"/>').format(
        middle=f"{middle:g}", y=f"{y:g}", turn=f"{turn:g}", nat=f"{nat:g}", end=f"{y - _BETWEEN:g}"
    )


def _subnet(subnet: SubnetBox, parts: list[Markup], area: _Area, height: float) -> float:
    kind = "public" if subnet.public else "private"
    parts.append(_box(f"subnet {kind}", area.x, area.y, area.width, height, 7))
    head = (
        _text("title", area.x + 10, area.y + 17, subnet.title, area.width - 40)
        + _text("small", area.x + 10, area.y + 32, f"{kind} · {subnet.cidr}", area.width - 40)
        + _badge(subnet.marks, area.x + area.width - 16, area.y + 18)
    )
    said = f"{kind} subnet, {subnet.cidr}, {'; '.join(subnet.ways_out)}"
    shown = Chip(kind, subnet.title, said, subnet.find, subnet.marks)
    parts.append(_link(shown, head))
    y = area.y + _SUBNET_HEAD
    for chip in subnet.chips:
        parts.append(_chip(chip, _Area(area.x + 8, y, area.width - 16)))
        y += _CHIP + _GAP
    for number, way in enumerate(reversed(subnet.ways_out)):
        parts.append(_text("small", area.x + 10, area.y + height - 9 - number * _LINE, way, area.width - 20))
    return area.y + height


def _regional(chips: Sequence[Chip], parts: list[Markup], width: float, y: float, *, columns: int) -> float:
    """What is not in the VPC, in rows."""
    if not chips:
        return y
    parts.append(_text("zone", 2, y + 8, "outside the VPC, in the region", width))
    y += 20
    column = (width - (columns - 1) * _GAP) / columns
    for number, chip in enumerate(chips):
        x = (number % columns) * (column + _GAP)
        parts.append(_chip(chip, _Area(x + 0.5, y + (number // columns) * (_CHIP + _GAP), column - 1)))
    return y + -(-len(chips) // columns) * (_CHIP + _GAP)


def _chip(chip: Chip, area: _Area, *, height: float = _CHIP) -> Markup:
    """A thing: its kind as a coloured bar, its name, what it is, and its findings."""
    state = "failed" if chip.marks.failed else "unknown" if chip.marks.unknown else "well"
    room = area.width - 24 - (24 + 6 * len(str(chip.marks.failed)) if state != "well" else 0)
    baseline = area.y + (17 if height == _CHIP else 13)
    parts = [
        _box(f"chip {state}", area.x, area.y, area.width, height, 5),
        Markup('<rect class="kind {kind}" x="{x}" y="{y}" width="4" height="{height}" rx="2"/>').format(
            kind=chip.kind, x=f"{area.x + 6:g}", y=f"{area.y + 7:g}", height=f"{height - 14:g}"
        ),
        _text("title", area.x + 17, baseline, chip.title, room),
        _text("small", area.x + 17, baseline + (15 if height == _CHIP else 12), chip.subtitle, room),
        _badge(chip.marks, area.x + area.width - 16, area.y + height / 2),
    ]
    return _link(chip, Markup("").join(parts))


def _link(chip: Chip, content: Markup) -> Markup:
    """Leads to the findings about it."""
    said = ", ".join(filter(None, (chip.title, chip.subtitle, *_said(chip.marks))))
    return Markup('<a href="#findings" data-find="{find}"><title>{said}</title>{content}</a>').format(
        find=chip.find, said=said, content=content
    )


def _said(marks: Marks) -> Iterable[str]:
    return (f"{count} {word}" for count, word in ((marks.failed, "failed"), (marks.unknown, "unknown")) if count)


def _badge(marks: Marks, x: float, y: float) -> Markup:
    count, kind = (marks.failed, "failed") if marks.failed else (marks.unknown, "unknown")
    if not count:
        return Markup("")
    # A sign beside the colour: not everybody sees red.
    shown = str(count) if kind == "failed" else "?"
    width = 12 + 6 * len(shown)
    # It grows to the left: on its right is the edge of what it marks.
    left = x + 9 - width
    shape = Markup('<rect class="badge {kind}" x="{x}" y="{y}" width="{width}" height="18" rx="9"/>').format(
        kind=kind, x=f"{left:g}", y=f"{y - 9:g}", width=width
    )
    return shape + Markup('<text class="count" x="{x}" y="{y}">{shown}</text>').format(
        x=f"{left + width / 2:g}", y=f"{y + 3.6:g}", shown=shown
    )


def _pill(x: float, y: float, text: str) -> Markup:
    return Markup('<rect class="world" x="{x}" y="{y}" width="120" height="26" rx="13"/>').format(
        x=f"{x - 60:g}", y=f"{y - 13:g}"
    ) + Markup('<text class="world-name" x="{x}" y="{y}">{text}</text>').format(x=f"{x:g}", y=f"{y + 4:g}", text=text)


def _box(kind: str, x: float, y: float, width: float, height: float, radius: float) -> Markup:
    return Markup('<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"/>').format(
        kind=kind, x=f"{x:g}", y=f"{y:g}", width=f"{width:g}", height=f"{height:g}", radius=radius
    )


def _text(kind: str, x: float, y: float, text: str, room: float) -> Markup:
    """Text that is cut to the room there is; the whole of it is in the title of its link."""
    character = _SMALL_CHARACTER if kind.startswith(("small", "zone")) else _CHARACTER
    fits = max(4, int(room / character))
    shown = text if len(text) <= fits else f"{text[: fits - 1]}…"
    return Markup('<text class="{kind}" x="{x}" y="{y}">{shown}</text>').format(
        kind=kind, x=f"{x:g}", y=f"{y:g}", shown=escape(shown)
    )
