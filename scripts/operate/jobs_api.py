"""Ray's Jobs API: whether it lets us in, and how a job ended."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from config.ec2_cluster import HEAD_NODE
from config.errors import UserError
from scripts.operate.deployed import Deployed
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
    """Where the Jobs API is reached."""

    address: str
    token: str | None = field(repr=False)
    tunnel: Tunnel | None = None

    def require_welcome(self, cluster: Deployed) -> None:
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

    def jobs(self) -> list[Mapping[str, Any]]:
        """All jobs, the newest first. Raises UserError."""
        found: list[Mapping[str, Any]] = self._asked("/api/jobs/")
        return sorted(found, key=lambda job: job.get("start_time") or 0, reverse=True)

    def log(self, job_id: str) -> str:
        """What a job has printed. Raises UserError for one that Ray does not know."""
        return str(self._asked(f"/api/jobs/{quote(job_id, safe='')}/logs", job_id)["logs"] or "")

    def stop(self, job_id: str) -> bool:
        """Stop a job; False when it had ended. Raises UserError for one that Ray does not know."""
        return bool(self._asked(f"/api/jobs/{quote(job_id, safe='')}/stop", job_id, method="POST")["stopped"])

    def _asked(self, path: str, job_id: str = "", *, method: str = "GET") -> Any:
        try:
            return self._get(path, method)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == HTTPStatus.NOT_FOUND and job_id:
                raise UserError(f"ID: there is no job {job_id}; want one of: make job-list") from None
            raise UserError(f"the Jobs API at {self.address} answers {error.code} {error.reason} to {path}") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise UserError(f"the Jobs API at {self.address} does not answer: {reason}") from None

    def _get(self, path: str, method: str = "GET") -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(self.address + path, headers=headers, method=method)
        # A proxy of the user's cannot know our tunnel.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({} if self.tunnel else None))
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            return json.load(answer)


def _refusal(cluster: Deployed, api: JobsApi) -> str:
    if api.token is None:
        return f"Ray at {api.address} wants a token, and {cluster.environment_name} says access.allow_unauthenticated"
    return (
        f"Ray at {api.address} refuses the token of {cluster.environment_name}: another cluster's address, or a head "
        f"that was started with an older token; see: {cluster.make('logs')} NODE={HEAD_NODE}"
    )
