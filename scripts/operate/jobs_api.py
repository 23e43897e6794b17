"""Ray's Jobs API: whether it lets us in, and how a job ended."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from config.ec2_cluster import HEAD_NODE
from config.errors import UserError
from scripts.operate.cluster import Cluster
from scripts.operate.tunnel import Tunnel

_TIMEOUT_SECONDS = 10.0
_ENDED = ("SUCCEEDED", "FAILED", "STOPPED")
_REFUSED = (401, 403)


@dataclass(frozen=True)
class JobResult:
    """State of a job, and what its process exited with."""

    status: str
    exit_code: int | None

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self.status in _ENDED

    @property
    def code(self) -> int:
        """Exit status for us: the job's own where it has one, never 0 but for a success."""
        return 0 if self.status == "SUCCEEDED" else self.exit_code or 1


@dataclass(frozen=True)
class JobsApi:
    """Where the Jobs API is reached, and how a job of ours is stopped there by hand."""

    address: str
    token: str | None
    stop_command: str
    """What a user runs to stop the job that is about to be submitted."""
    tunnel: Tunnel | None = None

    def require_welcome(self, cluster: Cluster) -> None:
        """Raise UserError when nothing answers, or when the token is refused."""
        try:
            self._get("/api/version")
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in _REFUSED:
                raise UserError(_refusal(cluster, self)) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise UserError(f"no Jobs API answers at {self.address}: {reason}; is that Ray's dashboard?") from None

    def result(self, job_id: str) -> JobResult | None:
        """How a job ended; None when nobody answers or nobody knows it."""
        try:
            found = self._get(f"/api/jobs/{job_id}")
        except urllib.error.HTTPError as error:
            error.close()
            return None
        except (OSError, ValueError, http.client.HTTPException):
            return None
        return JobResult(found["status"], found.get("driver_exit_code"))

    def _get(self, path: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(self.address + path, headers=headers)
        # A proxy of the user's cannot know our tunnel.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({} if self.tunnel else None))
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def _refusal(cluster: Cluster, api: JobsApi) -> str:
    if api.token is None:
        return f"Ray at {api.address} wants a token, and {cluster.environment.name} says access.allow_unauthenticated"
    return (
        f"Ray at {api.address} refuses the token of {cluster.environment.name}: another cluster's address, or a head "
        f"that was started with an older token; see: {cluster.make('logs')} NODE={HEAD_NODE}"
    )
