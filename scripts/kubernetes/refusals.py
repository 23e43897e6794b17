"""What kubectl says when it cannot do a thing, in one line with what mends it."""

from __future__ import annotations

import re

from config.commands import make_command
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig

_UNREACHABLE = re.compile(
    r"i/o timeout|no such host|was refused|network is unreachable|no route to host|TLS handshake timeout"
    r"|deadline exceeded|connection refused|Client\.Timeout|EOF$|connection reset|proxyconnect",
)
_UNAUTHORIZED = re.compile(r"Unauthorized|provide credentials|must be logged in")
_PLUGIN = re.compile(r"getting credentials: exec")
_DISTRUSTED = re.compile(r"x509:|tls: ")
_LONGEST = 500
"""Characters of what is told: an invalid object can have hundreds of faults."""
_FORBIDDEN = re.compile(r'forbidden: User "[^"]*" cannot|attempting to grant RBAC permissions')
"""Of RBAC alone: admission, quotas and checks of a request say `is forbidden:`, too, which no access entry mends."""


def refusal(said: str, what: str, environment: KuberayEksConfig) -> UserError:
    """The error for what kubectl or helm has written to stderr; `what` begins it."""
    line = _telling_line(said)
    if _PLUGIN.search(said):
        reason = next((each for each in said.splitlines() if each.startswith("error: ")), line).removeprefix("error: ")
        return UserError(f"{what}: {reason}")
    if _UNAUTHORIZED.search(said):
        stranger = f"the cluster {environment.cluster_name} does not know who you are (Unauthorized)"
        return UserError(f"{what}: {stranger}; {_entry(environment)}")
    if _FORBIDDEN.search(said):
        return UserError(f"{what}: {line}; want a policy that allows it: {_entry(environment)}")
    if _DISTRUSTED.search(said):
        return UserError(
            f"{what}: {line}; something else answers in the cluster's place, such as a proxy; see with: "
            f"{make_command('kubeconfig', environment)}"
        )
    if _UNREACHABLE.search(said):
        return UserError(
            f"{what}: the Kubernetes API of {environment.cluster_name} cannot be reached ({line}); {_way(environment)}"
        )
    return UserError(f"{what}: {line}")


def _entry(environment: KuberayEksConfig) -> str:
    if not environment.makes_cluster:
        return "have its owner add an access entry for your role, or set access.entries and apply"
    return "add your role to access.entries with policy cluster-admin, and apply"


def _way(environment: KuberayEksConfig) -> str:
    if environment.target == "local":
        return "is the embedded AWS running? make local-up"
    if environment.access.public_api_cidrs:
        return "is your address in access.public_api_cidrs? Else run this from a network that is connected to the VPC"
    return (
        "its endpoint is private: run this from a network that is connected to the VPC and in access.client_cidrs, "
        "or open access.public_api_cidrs and apply"
    )


def _telling_line(said: str) -> str:
    """The line that says what is wrong: the last, without the names that programs put before it."""
    lines = [" ".join(line.split()) for line in said.splitlines() if line.strip()]
    # Each failed look at the API leaves a line of klog before it.
    telling = [line for line in lines if not re.match(r"[EWI]\d{4} ", line)] or lines
    if not telling:
        return "it ended without a word"
    line = telling[-1].removeprefix("error: ").removeprefix("Error: ")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
