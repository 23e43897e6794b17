"""What AWS refuses, in one line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from config.errors import UserError


@contextlib.contextmanager
def explained(what: str, permissions: str) -> Iterator[None]:
    """Raise what AWS refuses as a UserError that begins with `what` and names the permissions it takes."""
    try:
        yield
    except ClientError as error:
        code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        denied = code in ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException")
        reason = f"you need {permissions}" if denied else " ".join(said.split())
        raise UserError(f"{what} ({code}): {reason}") from None
    except WaiterError as error:
        raise UserError(f"{what}: {error}; run the same again") from None
    except BotoCoreError as error:
        raise UserError(f"{what}: {error}") from None
