"""A Ray cluster that is there, on instances or in pods: what the commands must know of it."""

from __future__ import annotations

from typing import Protocol

from scripts.operate.cluster import Node


class Deployed(Protocol):
    """One cluster; `scripts.operate.cluster.Cluster` and `scripts.kubernetes.pods.PodCluster` are such."""

    @property
    def environment_name(self) -> str:
        """Name of its environment."""

    @property
    def ray_version(self) -> str:
        """Version of Ray that its nodes have."""

    @property
    def dashboard_port(self) -> int:
        """Port of dashboard and Jobs API on the head."""

    @property
    def has_token(self) -> bool:
        """Whether Ray asks for a token."""

    @property
    def token_secret_arn(self) -> str | None:
        """Secret of the token; None when none was applied."""

    @property
    def bastion(self) -> Node | None:
        """A host on the way that has no Ray."""

    @property
    def head(self) -> Node:
        """The head. Raises UserError when there is none."""

    def node(self, name: str) -> Node:
        """The node that a user names. Raises UserError when no node has that name."""

    def make(self, goal: str) -> str:
        """The command a user runs for this environment, as messages name it."""

    def ray(self, words: str) -> str:
        """Script for a shell of a node that runs Ray's own command line, with its token."""

    def as_ray(self, words: str) -> str:
        """Script for a shell of a node that runs words in Ray's process environment."""
