"""`audit.json`: the audit for programs. The models below are its schema, `docs/audit.schema.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.audit import MuteConfig
from scripts.audit.engine import Result, exit_code
from scripts.audit.reachability.matrix import Cell
from scripts.audit.report import in_order
from scripts.inventory.reading import Unreadable
from scripts.reports.audited import Audited

SCHEMA_NAME = "audit.schema.json"
FORMAT: Literal[1] = 1

OutcomeName = Literal["FAIL", "UNKNOWN", "PASS"]
SeverityName = Literal["high", "medium", "low"]


class Part(BaseModel):
    """A part of the document."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Counts(Part):
    """Results by outcome; each is counted once."""

    FAIL: int
    """Failed, and not muted."""
    UNKNOWN: int
    """Could not be judged, and not muted."""
    PASS: int
    """Passed."""
    muted: int
    """Failed or unknown, and muted."""


class NoAnswer(Part):
    """A read that gave no answer."""

    read: str
    """`s3:GetBucketPolicy`."""
    about: str
    """What was asked for: a bucket, a role; empty for a list."""
    code: str
    """AWS's error code, or what went wrong."""


class CoveragePart(Part):
    """How much was read."""

    reads: int
    """Reads made; the pages of one list count as one."""
    answered: int
    """Of these, answered."""
    refused: list[NoAnswer]
    """What the credentials do not allow."""
    not_supported: list[NoAnswer]
    """What this region, or the embedded AWS, does not have."""
    failed: list[NoAnswer]
    """Everything else: throttled, timed out, not understood."""


class MutePart(Part):
    """A mute of the environment file."""

    check: str
    """Id of the check."""
    resource: str
    """What it is for; `*` for all."""
    reason: str
    """Why the finding is borne."""
    until: str
    """Last day, `2027-01-31`."""
    ended: bool
    """Whether that day is past: the finding counts again."""
    muted: list[str]
    """Resources whose findings it mutes."""


class ResultMute(Part):
    """Why a result does not count."""

    reason: str
    """Why the finding is borne."""
    until: str
    """Last day, `2027-01-31`."""


class ResultPart(Part):
    """What a check says about one resource."""

    check: str
    """Id of the check, never reused; `docs/checks.md` has them all."""
    severity: SeverityName
    """How much a failure matters."""
    outcome: OutcomeName
    """FAIL, UNKNOWN or PASS."""
    resource: str
    """Id, name or ARN."""
    detail: str
    """What was seen."""
    title: str
    """What is wanted."""
    why: str
    """Why it matters."""
    fix: str
    """How a failure is mended."""
    standards: list[str]
    """Rules of others that the check stands for: `FSBP EC2.8`, `CIS 5.6`, `Config ec2-imdsv2-check`."""
    address: str
    """Terraform address; empty when the resource is not in the state."""
    construct_path: str
    """Construct that made it; empty when it is not known."""
    setting: str
    """Field of the environment file that it comes from, as a dotted path; empty when there is none."""
    line: int | None
    """Line of that field, or of its nearest parent, in the environment file."""
    attribute: str
    """Attribute that differs, for a difference between intended and deployed."""
    intended: str | None
    """Its value in Terraform's state."""
    deployed: str | None
    """Its value on AWS."""
    mute: ResultMute | None
    """Set when the result does not count."""


class PortCell(Part):
    """One port of one tier, seen from one source."""

    source: str
    """`internet`, a range of `access.client_cidrs`, or a tier."""
    destination: str
    """A tier, or what is beyond the tiers."""
    port: str
    """Name in the port table."""
    ports: str
    """`tcp 6379`."""
    open: bool | None
    """Whether the whole path is there; null when that is not known."""
    unknown: str
    """Why it is not known; empty when it is."""
    declared: bool
    """Whether the environment wants it open."""
    hops: list[str]
    """The path; when it is closed, the last hop is what stops it."""


class PortsPart(Part):
    """Who reaches which port of which tier."""

    sources: list[str]
    """Rows of the matrix."""
    destinations: list[str]
    """Columns of the matrix."""
    cells: list[PortCell]
    """All pairs with each port."""


class AuditDocument(Part):
    """One audit."""

    format: Literal[1]
    """Version of this document; a change that breaks a reader gives it another number."""
    environment: str
    """Name of the environment."""
    cluster: str
    """Name of the cluster, which its resources carry."""
    target: Literal["local", "aws"]
    """The embedded AWS or the real one."""
    region: str
    """AWS region."""
    account_id: str
    """AWS account."""
    generated: datetime
    """When it was made, UTC."""
    exit_code: Annotated[int, Field(ge=0, le=3)]
    """0 clean, 1 failed, 2 nothing failed but differences to the state, 3 nothing failed but something is unknown."""
    counts: Counts
    coverage: CoveragePart
    mutes: list[MutePart]
    """Every mute of the environment file, used or not, those that have ended among them."""
    results: list[ResultPart]
    """Failures first, then what is unknown, then what passed; the severe before the mild."""
    ports: PortsPart


def audit_document(audited: Audited) -> AuditDocument:
    """Arrange an audit for programs."""
    environment = audited.environment
    return AuditDocument(
        format=FORMAT,
        environment=environment.name,
        cluster=environment.label.cluster,
        target=environment.target,
        region=environment.region,
        account_id=environment.account_id,
        generated=audited.generated.replace(microsecond=0),
        exit_code=exit_code(audited.results),
        counts=_counts(audited.results),
        coverage=_coverage(audited),
        mutes=[_mute(audited, mute) for mute in audited.mutes],
        results=[_result(result) for result in in_order(audited.results)],
        ports=PortsPart(
            sources=list(audited.matrix.sources),
            destinations=list(audited.matrix.destinations),
            cells=[_cell(cell) for cell in audited.matrix.cells],
        ),
    )


def render_audit(document: AuditDocument) -> str:
    """Write the document."""
    return json.dumps(document.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def render_audit_schema() -> str:
    """Write the schema."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **AuditDocument.model_json_schema()}
    return json.dumps(schema, indent=2)


def _counts(results: Iterable[Result]) -> Counts:
    counted = Counter("muted" if result.mute else result.outcome.value for result in results)
    return Counts(FAIL=counted["FAIL"], UNKNOWN=counted["UNKNOWN"], PASS=counted["PASS"], muted=counted["muted"])


def _coverage(audited: Audited) -> CoveragePart:
    coverage = audited.coverage
    return CoveragePart(
        reads=coverage.made,
        answered=coverage.answered,
        refused=_no_answers(coverage.refused),
        not_supported=_no_answers(coverage.unsupported),
        failed=_no_answers(coverage.failed),
    )


def _no_answers(unreadable: Iterable[Unreadable]) -> list[NoAnswer]:
    return [NoAnswer(read=each.read, about=each.about, code=each.code) for each in unreadable]


def _mute(audited: Audited, mute: MuteConfig) -> MutePart:
    muted = {result.resource for result in audited.results if result.mute == mute}
    return MutePart(
        check=mute.check,
        resource=mute.resource,
        reason=mute.reason,
        until=mute.until,
        ended=audited.has_ended(mute),
        muted=sorted(muted),
    )


def _result(result: Result) -> ResultPart:
    return ResultPart(
        check=result.check.id,
        severity=result.check.severity.value,
        outcome=result.outcome.value,
        resource=result.resource,
        detail=result.detail,
        title=result.check.title,
        why=result.check.why,
        fix=result.check.fix,
        standards=list(result.check.standards),
        address=result.address,
        construct_path=result.construct_path,
        setting=result.setting,
        line=result.line,
        attribute=result.attribute,
        intended=result.intended,
        deployed=result.deployed,
        mute=ResultMute(reason=result.mute.reason, until=result.mute.until) if result.mute else None,
    )


def _cell(cell: Cell) -> PortCell:
    unknown = isinstance(cell.open, Unreadable)
    return PortCell(
        source=cell.source,
        destination=cell.destination,
        port=cell.port,
        ports=cell.ports,
        open=None if isinstance(cell.open, Unreadable) else cell.open,
        unknown=str(cell.open) if unknown else "",
        declared=cell.declared,
        hops=list(cell.hops),
    )
