"""The page in a real browser: it asks nobody for anything, works, fits a narrow screen and paper."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.inventory.reading import Unreadable
from scripts.reports.audited import Audited
from scripts.reports.write import render_reports
from scripts.state import State
from tests.audit.change import REFUSED, change
from tests.audit.environments import load
from tests.audit.healthy import healthy
from tests.reports.audits import MUTES, audited
from tests.reports.browser import Browser, find_browser, open_browser
from tests.reports.test_formats import DIFFERENT

PRODUCTION = load("production")
HEALTHY = healthy(PRODUCTION)
BROKEN = change(
    change(change(HEALTHY, "buckets.0.versioning", "Suspended"), "buckets.1.policy", REFUSED),
    "nodes.instances.0.metadata_tokens",
    "optional",
)
HOSTILE = '"><img src=http://x.example/ onerror="window.owned=1"><script>window.owned=1</script>'
NODES = 1_000
SECONDS_FOR_NODES = 5.0
"""Generous, for a machine that does other things: it takes less than one."""

pytestmark = pytest.mark.skipif(
    find_browser() is None and not os.environ.get("CI"), reason="no browser: scripts/setup/browser.sh installs one"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = find_browser()
    assert program is not None, "CI has no browser: run scripts/setup/browser.sh before the tests"
    with open_browser(program, tmp_path_factory.mktemp("profile")) as found:
        yield found


def test_a_request_and_a_word_in_the_console_would_be_noticed(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text("<img src='http://127.0.0.1:9/x'><script>console.log('a word')</script>")
    browser.open(tmp_path / "bad.html")
    assert "http://127.0.0.1:9/x" in browser.requests
    assert any("a word" in complaint for complaint in browser.complaints)
    browser.requests.clear()
    browser.complaints.clear()


@pytest.fixture(autouse=True)
def nothing_was_asked_or_said(browser: Browser) -> Iterator[None]:
    """Whatever a test does with a page: one request, for the page itself, and not a word in the console."""
    browser.requests.clear()
    browser.complaints.clear()
    yield
    browser.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert [url for url in browser.requests if not url.startswith(("file:", "data:,"))] == []
    assert browser.complaints == []


def write(round_: Audited, tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_text(render_reports(round_)["report.html"], encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(audited(BROKEN, PRODUCTION, mutes=MUTES, more=[DIFFERENT]), tmp_path_factory.mktemp("page"))


@pytest.fixture
def page(browser: Browser, file: Path) -> Path:
    browser.open(file)
    return file


SHOWN = "[...document.querySelectorAll('.finding')].filter((each) => !each.hidden)"


def shown(browser: Browser) -> list[str]:
    found: list[str] = browser.evaluate(f"{SHOWN}.map((each) => each.querySelector('.what > code').textContent)")
    return found


def states(browser: Browser) -> set[str]:
    return set(browser.evaluate(f"{SHOWN}.map((each) => each.dataset.state)"))


def type_in(browser: Browser, words: str) -> None:
    browser.evaluate(
        f"document.getElementById('search').value = {words!r};"
        "document.getElementById('search').dispatchEvent(new Event('input'));"
        "new Promise((done) => setTimeout(done, 200))"
    )


def test_what_is_wrong_is_shown_first_and_nothing_else(browser: Browser, page: Path) -> None:
    assert states(browser) == {"fail", "unknown"}
    assert "nodes.metadata_needs_token" in shown(browser)


def test_the_filters_work(browser: Browser, page: Path) -> None:
    browser.evaluate("document.querySelector('[name=state][value=muted]').click()")
    assert states(browser) == {"fail", "unknown", "muted"}
    browser.evaluate(
        "const service = document.querySelector('[name=service]'); service.value = 's3';"
        "service.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    assert {check.split(".")[0] for check in shown(browser)} == {"s3"}
    browser.evaluate("document.getElementById('reset').click()")
    assert states(browser) == {"fail", "unknown"}
    browser.evaluate(
        "const kind = document.querySelector('[name=kind]'); kind.value = 'instance';"
        "kind.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    assert shown(browser) == ["drift.attributes"]


def test_the_totals_lead_to_their_findings(browser: Browser, page: Path) -> None:
    browser.evaluate("document.querySelector('[data-only=pass]').click()")
    assert states(browser) == {"pass"}


def test_the_search_finds_resources_addresses_and_standards(browser: Browser, page: Path) -> None:
    type_in(browser, "aws_instance.worker")
    assert shown(browser) == ["drift.attributes"]
    type_in(browser, "cis 5.6 t3.nano")
    assert shown(browser) == ["drift.attributes"]
    type_in(browser, "no such thing")
    assert shown(browser) == []
    assert browser.evaluate("document.getElementById('nothing').hidden") is False
    assert browser.evaluate("document.getElementById('count').textContent") == "0 checks, 0 results"


def test_a_part_of_the_drawing_leads_to_its_findings(browser: Browser, page: Path) -> None:
    name = BROKEN.buckets[0].name
    browser.evaluate(
        f"[...document.querySelectorAll('.drawing.wide a')].find((each) => each.dataset.find === {name!r})"
        ".dispatchEvent(new MouseEvent('click'))"
    )
    assert browser.evaluate("document.getElementById('search').value") == name
    assert "s3.versioned" in shown(browser)


def test_a_finding_unfolds_by_keyboard(browser: Browser, page: Path) -> None:
    browser.evaluate(f"{SHOWN}[0].querySelector('summary').focus()")
    for kind in ("keyDown", "keyUp"):
        browser.call(
            "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13
        )
    assert browser.evaluate(f"{SHOWN}[0].open") is True
    assert "drift.attributes" in shown(browser)
    text = browser.evaluate(f"{SHOWN}.find((each) => each.innerText.includes('drift.')).textContent")
    for part in ("Why", "Fix", "apply again.", "t3.large", "t3.nano", "small/ray/worker", "workers.cpu"):
        assert part in text


def test_a_port_shows_its_path(browser: Browser, page: Path) -> None:
    browser.evaluate("document.querySelector('button.port.undeclared').click()")
    text = browser.evaluate("document.getElementById('path').innerText")
    assert "internet → head, ssh (tcp 22): open, though nobody declared it" in text
    assert "security group allows it" in text
    browser.evaluate("document.querySelector('button.port.undeclared').click()")
    assert browser.evaluate("document.getElementById('path').hidden") is True


def test_light_and_dark(browser: Browser, page: Path) -> None:
    color = "getComputedStyle(document.body).backgroundColor"
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    dark = browser.evaluate(color)
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    light = browser.evaluate(color)
    assert light != dark
    browser.evaluate("document.getElementById('theme').click()")
    assert browser.evaluate(color) == dark


CONTRASTS = """
(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (color, under) => {
    canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (parts) => parts.map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const under = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (!color.startsWith('rgba(') || !color.endsWith(', 0)')) return color;
    }
    return 'white';
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *:not(script):not(svg *)')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || !element.checkVisibility()) continue;
    const below = under(element);
    const pair = [light(rgb(getComputedStyle(element).color, below)), light(rgb(below, 'white'))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4.5) poor.push(`${element.className || element.tagName} ${contrast.toFixed(2)}`);
  }
  return [...new Set(poor)];
})()
"""
"""Text that stands out less than WCAG 2.2 wants of AA: https://www.w3.org/TR/WCAG22/#contrast-minimum"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out(scheme: str, browser: Browser, page: Path) -> None:
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    browser.evaluate("document.querySelectorAll('[name=state]:not(:checked)').forEach((each) => each.click())")
    assert browser.evaluate(CONTRASTS) == []


def test_everything_that_can_be_pressed_has_a_name(browser: Browser, page: Path) -> None:
    nameless = browser.evaluate(
        "[...document.querySelectorAll('button, a, summary, input, select')].filter((each) =>"
        " !(each.textContent.trim() || each.closest('label')?.textContent.trim() || each.hidden))"
        ".map((each) => each.outerHTML)"
    )
    assert nameless == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_scrolls_sideways(width: int, browser: Browser, page: Path) -> None:
    browser.open(page, width=width, height=740)
    browser.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    browser.evaluate("document.querySelector('button.port.undeclared').click()")
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    narrow = browser.evaluate("getComputedStyle(document.querySelector('.drawing.narrow')).display")
    assert (narrow == "block") is (width < 720)


def test_on_paper_everything_is_unfolded(browser: Browser, page: Path, tmp_path: Path) -> None:
    browser.evaluate("document.querySelector('[data-only=pass]').click()")
    browser.evaluate("dispatchEvent(new Event('beforeprint'))")
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.evaluate("document.querySelectorAll('details:not([open])').length") == 0
    text = browser.evaluate("document.body.innerText")
    for part in (
        "drift.attributes",
        "t3.nano",
        "s3.versioned",
        MUTES[0].reason,
        "efs.encrypted_at_rest",
        "internet → network ACL denies it",
    ):
        assert part in text
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate("getComputedStyle(document.getElementById('filters')).display") == "none"
    browser.call("Emulation.setEmulatedMedia", media="")
    browser.evaluate("dispatchEvent(new Event('afterprint'))")
    assert browser.evaluate("document.querySelectorAll('details[open]').length") == 0
    browser.pdf(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_without_scripts_all_that_is_wrong_can_be_read(browser: Browser, page: Path) -> None:
    browser.open(page, scripts=False)
    assert browser.evaluate("document.getElementById('filters').hidden") is True
    browser.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    text = browser.evaluate("document.body.innerText")
    for part in ("internet → network ACL denies it", "t3.nano", "s3.versioned", MUTES[0].reason):
        assert part in text
    browser.open(page)


def test_hostile_names_do_nothing(browser: Browser, tmp_path: Path) -> None:
    inventory = HEALTHY
    for place in ("nodes.instances.0.name", "buckets.0.name", "network.vpcs.0.name", "network.subnets.0.name"):
        inventory = change(inventory, place, HOSTILE)
    hostile = replace(DIFFERENT, resource=HOSTILE, detail=HOSTILE, intended=HOSTILE, address=HOSTILE, setting=HOSTILE)
    browser.open(write(audited(inventory, PRODUCTION, more=[hostile]), tmp_path))
    browser.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    browser.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert browser.evaluate("window.owned === undefined && document.images.length === 0") is True
    assert HOSTILE in browser.evaluate("document.body.innerText")


def test_a_thousand_workers_open_quickly_and_are_drawn_as_groups(browser: Browser, tmp_path: Path) -> None:
    nodes = HEALTHY.nodes.instances
    assert not isinstance(nodes, Unreadable)
    worker = next(node for node in nodes if "worker-cpu" in node.name)
    names = [(f"i-{number:017x}", f"ray-production-worker-cpu-{number}") for number in range(100, 100 + NODES)]
    many = [replace(worker, instance_id=id_, name=name, metadata_tokens="optional") for id_, name in names]
    other = [replace(DIFFERENT, resource=name) for _, name in names]
    path = write(audited(change(HEALTHY, "nodes.instances", (*nodes, *many)), PRODUCTION, more=other), tmp_path)
    started = time.monotonic()
    browser.open(path)
    assert browser.evaluate("document.querySelectorAll('.drawing.wide .chip').length") < 60
    assert time.monotonic() - started < SECONDS_FOR_NODES
    together = NODES + sum("worker-cpu" in node.name and node.subnet_id == worker.subnet_id for node in nodes)
    assert f"{together} × ray-production-worker-cpu" in browser.evaluate("document.body.textContent")
    finding = f"{SHOWN}.find((each) => each.textContent.includes('drift.attributes'))"
    browser.evaluate(f"{finding}.open = true; new Promise((done) => setTimeout(done, 100))")
    rows = f"{finding}.querySelectorAll('tbody tr').length"
    assert browser.evaluate(rows) == 100
    browser.evaluate(f"{finding}.querySelector('.more').click()")
    assert browser.evaluate(rows) == 200
    type_in(browser, "worker-cpu-777")
    assert browser.evaluate(rows) == 1


def test_a_clean_report_is_no_search_without_a_match(browser: Browser, tmp_path: Path) -> None:
    path = write(audited(HEALTHY, PRODUCTION), tmp_path)
    browser.open(path)
    visible = "['all-well', 'nothing'].filter((id) => !document.getElementById(id).hidden)"
    assert browser.evaluate(visible) == ["all-well"]
    assert browser.evaluate("document.getElementById('count').textContent") == ""
    type_in(browser, "no such thing")
    assert browser.evaluate(visible) == ["nothing"]
    type_in(browser, "")
    browser.evaluate("document.getElementById('show-passed').click()")
    assert browser.evaluate(visible) == []
    assert states(browser) == {"pass"}


@pytest.mark.parametrize("state", [HEALTHY.state, State(())], ids=["a public subnet in one zone", "in each zone"])
def test_a_way_to_a_nat_gateway_of_another_zone_crosses_nothing(state: State, browser: Browser, tmp_path: Path) -> None:
    gateways = HEALTHY.network.nat_gateways
    tables = HEALTHY.network.route_tables
    assert not isinstance(gateways, Unreadable)
    assert not isinstance(tables, Unreadable)
    others = {gateway.nat_gateway_id: gateways[0].nat_gateway_id for gateway in gateways}
    one = tuple(
        replace(
            table, routes=tuple(replace(route, target=others.get(route.target, route.target)) for route in table.routes)
        )
        for table in tables
    )
    inventory = change(change(HEALTHY, "network.route_tables", one), "network.nat_gateways", gateways[:1])
    browser.open(write(audited(replace(inventory, state=state), PRODUCTION), tmp_path))
    crossing = """
      [...document.querySelectorAll(".drawing.wide path.way")].slice(1).filter((way) => {
        const line = way.getBBox();
        return [...document.querySelectorAll(".drawing.wide rect.subnet, .drawing.wide rect.chip")].some((rect) => {
          const box = rect.getBBox();
          return line.x < box.x + box.width && line.x + line.width > box.x &&
            line.y + 1 < box.y + box.height && line.y + line.height - 1 > box.y;
        });
      }).length"""
    assert browser.evaluate("document.querySelectorAll('.drawing.wide path.way').length") > 2
    assert browser.evaluate(crossing) == 0


def test_a_name_keeps_away_from_its_badge(browser: Browser, tmp_path: Path) -> None:
    # 12: the fonts of other systems are wider.
    failed = [
        replace(DIFFERENT, resource=bucket.name, attribute=str(n)) for bucket in HEALTHY.buckets for n in range(2)
    ]
    browser.open(write(audited(HEALTHY, PRODUCTION, more=failed), tmp_path))
    touching = """
      [...document.querySelectorAll(".drawing.wide a")].filter((link) => {
        const badge = link.querySelector("rect.badge"), title = link.querySelector("text.title");
        if (!badge || !title || !link.querySelector("rect.chip")) return false;
        const end = title.getBBox().x + title.getBBox().width;
        return end + 12 > badge.getBBox().x;
      }).map((link) => link.textContent)"""
    badges = "document.querySelectorAll('.drawing.wide a rect.chip ~ rect.badge').length"
    assert browser.evaluate(badges) >= len(HEALTHY.buckets)
    assert browser.evaluate(touching) == []
