"""The page without a browser: self-contained, and whatever AWS calls things."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from scripts.audit.reachability.matrix import port_matrix
from scripts.inventory import Inventory
from scripts.inventory.network import Route
from scripts.inventory.network_interfaces import NetworkInterface
from scripts.inventory.reading import Unreadable
from scripts.inventory.surroundings import Surroundings
from scripts.inventory.surroundings.thing import Thing
from scripts.reports import folder
from scripts.reports.audit_document import audit_document
from scripts.reports.audited import Audited
from scripts.reports.drawing import draw
from scripts.reports.network_map import network_map
from scripts.reports.port_view import port_view
from scripts.reports.script_json import script_json
from scripts.reports.since import since_last
from scripts.reports.write import render_reports, write_reports
from tests.audit.change import REFUSED, change, readings
from tests.audit.environments import load, load_cloud
from tests.audit.faults_autoscaling import AUTOSCALING, ELSEWHERE
from tests.audit.healthy import healthy
from tests.reports.audits import MATRIX, MUTES, NOW, audited
from tests.reports.test_formats import DIFFERENT

SMALL = load("small")
HEALTHY = healthy(SMALL)
FAILED = change(HEALTHY, "buckets.0.versioning", "Suspended")
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>\u2028</title></svg>'


class Outline(HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def page(round_: Audited) -> str:
    return render_reports(round_)["report.html"]


def test_the_page_asks_nobody_for_anything() -> None:
    outline = Outline(page(audited(FAILED, SMALL)))
    for tag, attributes in outline.elements:
        assert tag not in ("img", "iframe", "object", "embed", "base"), tag
        for name in ("src", "href", "action", "data", "srcset", "poster"):
            value = attributes.get(name) or ""
            assert value.startswith("#") or value in ("", "data:,"), (tag, name, value)
    style = (Path(__file__).parents[2] / "templates/reports/page/report.css").read_text()
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_of_the_page_allows_its_own_program_only() -> None:
    outline = Outline(page(audited(FAILED, SMALL)))
    (policy,) = (each["content"] for tag, each in outline.elements if "http-equiv" in each and tag == "meta")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert sum(tag == "script" for tag, _ in outline.elements) == 2
    assert not any(name.startswith("on") or name == "style" for _, each in outline.elements for name in each)


@pytest.mark.parametrize("place", ["nodes.instances.0.name", "buckets.0.name", "network.vpcs.0.name"])
def test_a_hostile_name_is_text(place: str) -> None:
    round_ = audited(
        change(HEALTHY, place, HOSTILE), SMALL, more=[replace(DIFFERENT, resource=HOSTILE, detail=HOSTILE)]
    )
    text = page(round_)
    tags = [tag for tag, _ in Outline(text).elements]
    assert tags.count("script") == 2
    assert "img" not in tags
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert data
    assert HOSTILE in json.dumps(json.loads(data[1]), ensure_ascii=False).replace('\\"', '"')


def test_json_for_a_script_has_nothing_that_html_sees() -> None:
    text = script_json([HOSTILE])
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == [HOSTILE]


@pytest.mark.parametrize(
    ("inventory", "word"),
    [(HEALTHY, "Clean"), (FAILED, "Failed"), (change(HEALTHY, "buckets.1.policy", REFUSED), "Unknown")],
)
def test_the_verdict_stands_on_top(inventory: Inventory, word: str) -> None:
    assert f'<span class="word">{word}</span>' in page(audited(inventory, SMALL))


def test_drift_alone_has_a_verdict_of_its_own() -> None:
    assert '<span class="word">Drift only</span>' in page(audited(HEALTHY, SMALL, more=[DIFFERENT]))


def test_a_difference_shows_both_values_and_where_it_comes_from() -> None:
    text = page(audited(HEALTHY, SMALL, more=[DIFFERENT]))
    for part in (
        "t3.large",
        "t3.nano",
        "aws_instance.worker[&#34;a&#34;]",
        "small/ray/worker",
        "environments/small.yaml:7",
        "CIS 5.6",
    ):
        assert part in text


def test_mutes_are_listed_with_reason_and_end() -> None:
    text = page(audited(FAILED, SMALL, mutes=MUTES))
    assert MUTES[0].reason in text
    assert "2026-01-31 <strong>ended</strong>" in text


@pytest.mark.parametrize("name", ["small", "everything", "production", "existing-vpc", "lab", "demo", "rocksdb"])
def test_every_environment_can_be_drawn(name: str) -> None:
    environment = load(name)
    text = page(audited(healthy(environment), environment))
    assert text.count("<svg ") == 2


@pytest.mark.parametrize("path", [path for path in readings(HEALTHY) if path.count(".") < 4])
def test_what_could_not_be_read_leaves_a_drawing(path: str) -> None:
    inventory = change(HEALTHY, path, REFUSED)
    assert draw(network_map(inventory, ())).startswith("<svg")


def test_what_could_not_be_read_is_said_beside_the_drawing() -> None:
    assert any(str(REFUSED) in note for note in network_map(change(HEALTHY, "nodes.instances", REFUSED), ()).notes)


def test_a_finding_is_marked_at_its_resource() -> None:
    drawn = network_map(FAILED, audit_document(audited(FAILED, SMALL)).results)
    (chip,) = (chip for chip in drawn.regional if chip.title == HEALTHY.buckets[0].name)
    assert (chip.marks.failed, chip.marks.unknown) == (1, 0)
    assert '<text class="count"' in draw(drawn)


def test_a_muted_finding_is_not_marked() -> None:
    drawn = network_map(FAILED, audit_document(audited(FAILED, SMALL, mutes=MUTES)).results)
    assert all(chip.marks.failed == 0 for chip in drawn.regional)


def test_each_state_of_a_port_is_shown() -> None:
    view = port_view(audit_document(audited(HEALTHY, SMALL)).ports)
    assert [entry.state for entry in view.entries] == ["closed", "undeclared", "unknown", "open", "broken"]
    text = page(audited(HEALTHY, SMALL))
    assert "open, though nobody declared it" in text
    assert "internet → network ACL denies it" in text
    assert len(MATRIX.cells) == text.count('<td data-label="Path">')


def test_the_first_report_says_so() -> None:
    assert "This is the first report" in page(audited(HEALTHY, SMALL))


def test_the_page_tells_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "REPORTS", tmp_path)
    before = write_reports(audited(FAILED, SMALL))
    changed = change(HEALTHY, "buckets.1.versioning", "Suspended")
    text = page(audited(changed, SMALL, generated=NOW.replace(day=22), previous=before))
    assert "<del>Suspended</del> → <ins>Enabled</ins>" in text
    assert "New findings" in text
    assert "Findings that are gone" in text
    same = page(audited(FAILED, SMALL, generated=NOW.replace(day=22), previous=before))
    assert "Nothing changed since" in same


def test_an_edited_report_is_not_compared(tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text("{}")
    found = since_last(tmp_path, {}, {"results": []})
    assert isinstance(found, str)
    assert "cannot be read" in found


def outward(destination: str, target: str, state: str = "active") -> Inventory:
    """Every route table with one more route."""
    inventory = HEALTHY
    tables = HEALTHY.network.route_tables
    assert not isinstance(tables, Unreadable)
    for number, table in enumerate(tables):
        routes = (*table.routes, Route(destination, target, state))
        inventory = change(inventory, f"network.route_tables.{number}.routes", routes)
    return inventory


def test_every_route_out_of_a_subnet_is_named() -> None:
    drawn = network_map(outward("8.8.8.0/24", "igw-9"), ())
    subnets = [subnet for zone in drawn.zones for subnet in zone.subnets]
    assert all("to 8.8.8.0/24 by igw-9" in subnet.ways_out for subnet in subnets)
    assert all(subnet.public for subnet in subnets)
    assert draw(drawn).count(">to 8.8.8.0/24 by igw-9<") == len(subnets)
    gone = network_map(outward("8.8.8.0/24", "pcx-9", "blackhole"), ())
    assert all(
        "to 8.8.8.0/24 by pcx-9 (blackhole)" in subnet.ways_out for zone in gone.zones for subnet in zone.subnets
    )


def test_without_a_route_a_subnet_has_no_way_out() -> None:
    closed = change(HEALTHY, "network.route_tables", ())
    subnets = [subnet for zone in network_map(closed, ()).zones for subnet in zone.subnets]
    assert {subnet.ways_out for subnet in subnets} == {("no way to the internet",)}


def test_an_instance_that_is_not_in_the_state_stands_in_its_subnet() -> None:
    subnets, interfaces = HEALTHY.network.subnets, HEALTHY.network_interfaces
    assert not isinstance(subnets, Unreadable)
    assert not isinstance(interfaces, Unreadable)
    subnet = subnets[0]
    interface = NetworkInterface(
        "eni-x", "", "interface", subnet.subnet_id, "i-x", 0, ("10.0.0.9",), (), None, (), True
    )
    things = {"instances": (Thing("i-x", "by-hand"), Thing("i-y", "nowhere"), Thing("i-0", managed=True))}
    inventory = replace(HEALTHY, surroundings=Surroundings(things), network_interfaces=(*interfaces, interface))
    failed = replace(DIFFERENT, resource="i-x", address="")
    drawn = network_map(inventory, audit_document(audited(inventory, SMALL, more=[failed])).results)
    (box,) = (box for zone in drawn.zones for box in zone.subnets if box.find == subnet.subnet_id)
    (chip,) = (chip for zone in drawn.zones for box in zone.subnets for chip in box.chips if chip.kind == "unmanaged")
    assert chip in box.chips
    assert (chip.title, chip.subtitle, chip.find) == ("by-hand", "not in Terraform's state · 10.0.0.9", "i-x")
    assert chip.marks.failed >= 1
    assert any("i-y" in note for note in drawn.notes)


def test_a_clean_report_offers_what_passed_and_not_to_reset_filters() -> None:
    count = audit_document(audited(HEALTHY, SMALL)).counts.PASS
    assert f"Show the {count:,} that passed</button>" in page(audited(HEALTHY, SMALL))
    assert 'id="all-well"' not in page(audited(FAILED, SMALL))


def test_the_menu_and_the_headings_have_the_same_words() -> None:
    text = page(audited(HEALTHY, SMALL))
    for id_, word in re.findall(r'<a href="#([a-z]+)">([A-Z][a-z]+)</a>', text):
        heading = re.search(rf'<h2 id="{id_}-title">([^<]+)</h2>', text)
        assert heading
        assert word in heading[1]


def test_the_page_tells_what_cannot_be_compared_apart_from_what_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "REPORTS", tmp_path)
    before = write_reports(audited(change(HEALTHY, "images", REFUSED), SMALL))
    text = page(audited(HEALTHY, SMALL, generated=NOW.replace(day=22), previous=before))
    assert 'Not comparable <span class="number">1</span>' in text
    assert "What is deployed <span" not in text


def test_an_instance_in_another_vpc_is_named_and_not_drawn() -> None:
    drawn = network_map(change(AUTOSCALING, "nodes.elsewhere", ELSEWHERE), ())
    assert "Not drawn, because it stands in another VPC: instance i-9, vpc-9 subnet-9." in drawn.notes


def test_workers_that_ray_made_are_drawn_with_their_findings() -> None:
    environment = load("autoscaling-small")
    failed = change(AUTOSCALING, "nodes.instances.1.metadata_tokens", "optional")
    drawn = network_map(failed, audit_document(audited(failed, environment)).results)
    chips = [chip for zone in drawn.zones for box in zone.subnets for chip in box.chips]
    (worker,) = (chip for chip in chips if chip.title == "ray-autoscaling-small-worker-cpu")
    assert worker.marks.failed == 1


def test_an_anyscale_cloud_is_drawn_with_what_its_nodes_will_meet() -> None:
    cloud = load_cloud("anyscale")
    inventory = healthy(cloud)
    round_ = audited(inventory, cloud, matrix=port_matrix(inventory, cloud))
    text = page(round_)
    for name in (
        "MemoryDB ray-anyscale-gcs",
        "EFS ray-anyscale-efs",
        "2 interface endpoints",
        cloud.bucket_name("cloud"),
    ):
        assert name in text
    view = port_view(audit_document(round_).ports)
    assert view.destinations == ("cloud", "efs", "memorydb", "endpoints", "s3", "internet")
    assert view.count("open")
    assert not view.count("undeclared") + view.count("broken") + view.count("unknown")
