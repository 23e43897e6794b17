"""How much of a round of reads was answered, and what stood in the way of the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scripts.inventory.reading import Unreadable

REFUSED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "AuthorizationError",
        "ExpiredToken",
        "ExpiredTokenException",
        "Forbidden",
        "InvalidClientTokenId",
        "NotAuthorized",
        "OptInRequired",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)
"""Codes of AWS for: these credentials may not.

Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
"""

NOT_IN_REGION = "not offered in this region"

UNSUPPORTED = frozenset(
    {
        NOT_IN_REGION,
        "InvalidAction",
        "NotImplemented",
        "Unsupported",
        "UnsupportedOperation",
        "UnsupportedOperationException",
        "UnknownOperation",
        "UnknownOperationException",
    }
)
"""Codes for: there is no such call here. `UnsupportedOperation` is what the embedded AWS says of its gaps, too."""


@dataclass(frozen=True)
class Coverage:
    """How much was asked, and what gave no answer."""

    made: int
    """Reads: the pages of one list count as one."""
    unreadable: tuple[Unreadable, ...]

    def also(self, unreadable: tuple[Unreadable, ...]) -> Coverage:
        """With parts of the inventory that could not be put together, each counted as a read."""
        return Coverage(self.made + len(unreadable), (*self.unreadable, *unreadable))

    @property
    def answered(self) -> int:
        """Reads with an answer that was understood; "there is none" is one."""
        return self.made - len(self.unreadable)

    @property
    def refused(self) -> tuple[Unreadable, ...]:
        """What the credentials do not allow."""
        return tuple(each for each in self.unreadable if each.code in REFUSED)

    @property
    def unsupported(self) -> tuple[Unreadable, ...]:
        """What this region, or the embedded AWS, does not have."""
        return tuple(each for each in self.unreadable if each.code in UNSUPPORTED)

    @property
    def failed(self) -> tuple[Unreadable, ...]:
        """Everything else: throttled, timed out, not understood."""
        return tuple(each for each in self.unreadable if each.code not in REFUSED | UNSUPPORTED)

    def __str__(self) -> str:
        if not self.unreadable:
            return f"{self.made} reads, all answered"
        parts = (
            _part(self.refused, "refused", _named),
            _part(self.unsupported, "not supported", _named),
            _part(self.failed, "failed", _with_code),
        )
        return ", ".join([f"{self.made} reads: {self.answered} answered", *filter(None, parts)])


def _part(unreadable: tuple[Unreadable, ...], what: str, shown: Callable[[Unreadable], str]) -> str:
    if not unreadable:
        return ""
    return f"{len(unreadable)} {what} ({', '.join(sorted({shown(each) for each in unreadable}))})"


def _named(unreadable: Unreadable) -> str:
    return unreadable.read


def _with_code(unreadable: Unreadable) -> str:
    return f"{unreadable.read} {unreadable.code}"
