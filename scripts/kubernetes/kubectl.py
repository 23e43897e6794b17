"""kubectl and helm on the cluster of one environment."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from config.kuberay_eks import KuberayEksConfig
from scripts.kubernetes.objects import Document, items_of
from scripts.kubernetes.programs import find_helm
from scripts.kubernetes.refusals import refusal
from scripts.operate.process import announce


@dataclass(frozen=True)
class Answer:
    """What a program has said."""

    code: int
    stdout: str = field(repr=False)  # it may hold secrets
    stderr: str


@dataclass(frozen=True)
class Kubectl:
    """kubectl with a context that is known to be the environment's cluster."""

    environment: KuberayEksConfig
    program: str
    kubeconfig: str | None
    """File to use; None for the one that the user's KUBECONFIG names."""
    context: str
    variables: Mapping[str, str] = field(repr=False)
    """Process environment: it may hold credentials."""

    def command(self, *words: str) -> list[str]:
        """The command line for words of kubectl."""
        file = [f"--kubeconfig={self.kubeconfig}"] if self.kubeconfig else []
        return [self.program, *file, f"--context={self.context}", *words]

    def attempt(self, *words: str, stdin: str | None = None, shown: bool = False) -> Answer:
        """Run it, and return whatever it says; `shown` prints the command as one that changes something."""
        return self._run(self.command(*words), stdin, shown=shown)

    def output(self, *words: str, stdin: str | None = None, shown: bool = False, what: str | None = None) -> str:
        """Run it and return its output. Raises UserError, which begins with `what`, when it fails."""
        answer = self.attempt(*words, stdin=stdin, shown=shown)
        if answer.code:
            raise refusal(answer.stderr, what or f"kubectl {words[0]}", self.environment)
        return answer.stdout

    def objects(self, *words: str, stdin: str | None = None, what: str | None = None) -> list[Document]:
        """The objects that it prints."""
        return items_of(self.output(*words, "--output=json", stdin=stdin, what=what))

    def show(self, *words: str) -> int:
        """Run it for the user to see; return its exit status."""
        arguments = self.command(*words)
        announce(arguments)
        return subprocess.run(arguments, env=dict(self.variables), check=False).returncode

    def helm(self, *words: str, shown: bool = False) -> Answer:
        """Run helm on the same cluster."""
        file = [f"--kubeconfig={self.kubeconfig}"] if self.kubeconfig else []
        arguments = [find_helm(), *words, *file, f"--kube-context={self.context}"]
        return self._run(arguments, None, shown=shown)

    def _run(self, arguments: Sequence[str], stdin: str | None, *, shown: bool) -> Answer:
        if shown:
            announce(arguments)
        # Without an input of its own it would read ours.
        done = subprocess.run(
            arguments, env=dict(self.variables), input=stdin or "", capture_output=True, text=True, check=False
        )
        return Answer(done.returncode, done.stdout, done.stderr)
