"""Which of the audit's checks verify a cloud, and what none of them can."""

from __future__ import annotations

from collections.abc import Iterable

from scripts.audit.checks import CHECKS
from scripts.audit.engine import Result

SERVICE = "anyscale"
_MORE = frozenset({"network.dns_on"})
"""Checks of other services that Anyscale wants just so."""
VERIFYING = tuple(check for check in CHECKS if check.service == SERVICE or check.id in _MORE)

NOT_VERIFIED = """\
not verified here, because nothing in the account tells:
  - Anyscale's side: that the cloud is registered with these ids, and that its control plane works
  - real traffic: routes beyond the VPC (VPN, peering, transit gateway), proxies, DNS of the clients
  - policies of your organization (SCP, RCP), which take rights away: a region, a launch without its tags, whoever is
    not of the organization. "can do all" is said as far as the account's own policies say
  - rights that are wider than Anyscale needs: `make audit` judges these (iam.*, iam_effect.*, drift.*)
`anyscale cloud verify` asks Anyscale; with --functional-verify it also starts real nodes."""


def verifying(results: Iterable[Result]) -> tuple[Result, ...]:
    """The results of these checks."""
    ids = {check.id for check in VERIFYING}
    return tuple(result for result in results if result.check.id in ids)
