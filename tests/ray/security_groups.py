"""The security groups of the machines that run: rules can be taken away, and put back, under running connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from config.ec2_cluster import Ec2ClusterConfig
from config.firewall import declared_rules
from config.security_rules import Group
from tests.ray.firewall import Flow, Members, flow_of, render_ruleset
from tests.ray.vpc import Namespace


class SecurityGroups:
    """Rules of the environment, in the namespace of each member."""

    def __init__(self, environment: Ec2ClusterConfig, members: Callable[[], Members], *, resolver: str) -> None:
        self._rules = declared_rules(environment)
        self._members, self._resolver = members, resolver
        self._applied: dict[str, tuple[Group, Namespace]] = {}
        self._missing: set[Flow] = set()

    @property
    def flows(self) -> list[Flow]:
        """All traffic that the environment declares, each once."""
        return list(dict.fromkeys(flow_of(rule) for rule in self._rules))

    def declare(self, environment: Ec2ClusterConfig) -> None:
        """Take the rules of an environment in the place of those that are there."""
        self._rules = declared_rules(environment)
        self._write()

    def add(self, group: Group, namespace: Namespace) -> None:
        """Put a machine, new or made anew, into a group; the others hear of its address."""
        self._applied[namespace.name] = (group, namespace)
        self._write()

    @contextmanager
    def without(self, *flows: Flow) -> Iterator[None]:
        """Take flows away, and let their open connections stand still."""
        self._missing = set(flows)
        self._write()
        try:
            yield
        finally:
            self._missing = set()
            self._write()

    def _write(self) -> None:
        for group, namespace in self._applied.values():
            text = render_ruleset(group, self._rules, self._members(), resolver=self._resolver, without=self._missing)
            namespace.run("nft", "-f", "-", text=text)
