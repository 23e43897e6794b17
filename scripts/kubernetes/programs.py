"""Which kubectl and helm run: `KUBECTL=` and `HELM=`, else those on the PATH, else those of `make kube-tools`.

A kubectl may be one minor version older or newer than the cluster: https://kubernetes.io/releases/version-skew-policy/
Where that on the PATH is not, and that of `make kube-tools` is, the latter runs.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.paths import ROOT

OF_KUBE_TOOLS = ROOT / ".venv-kube" / "bin"
Program = Literal["kubectl", "helm"]


def find_program(name: Program) -> str:
    """Path of a program. Raises UserError when there is none."""
    variable = name.upper()
    if wanted := os.environ.get(variable):
        if found := shutil.which(wanted):
            return str(Path(found).absolute())
        raise UserError(f"{variable}={wanted} is no program: name one that exists, or leave it out: make kube-tools")
    if found := shutil.which(name) or shutil.which(name, path=str(OF_KUBE_TOOLS)):
        return found
    raise UserError(f"there is no {name} on the PATH: install it, or run: make kube-tools")


def find_helm() -> str:
    """Path of helm. Raises UserError when there is none, or what is called so is something else."""
    program = find_program("helm")
    if not re.match(r"v\d+\.", _said(program, "version", "--short")):
        raise _no_such(program, "helm")
    return program


def require_programs(environment: KuberayEksConfig) -> None:
    """Raise UserError, before anything is asked or changed, when kubectl or a helm that is needed is missing."""
    if _minor(program := find_program("kubectl")) is None:
        raise _no_such(program, "kubectl")
    if environment.kuberay.install_operator:
        find_helm()


def kubectl_for(cluster_version: str) -> str:
    """Path of a kubectl for a cluster of a version such as `1.36`; says so when it fits none. Raises UserError."""
    program = find_program("kubectl")
    if (skew := _skew(program, cluster_version)) <= 1:
        return program
    own = str(OF_KUBE_TOOLS / "kubectl")
    if not os.environ.get("KUBECTL") and Path(own).exists() and _skew(own, cluster_version) <= 1:
        return own
    mend = "leave out KUBECTL" if os.environ.get("KUBECTL") else "install another, or run: make kube-tools"
    print(
        f"note: {program} is {skew} minor versions from the cluster's {cluster_version}, want one at most; {mend}",
        file=sys.stderr,
    )
    return program


def _skew(program: str, cluster_version: str) -> int:
    """Minor versions between a kubectl and a cluster. Raises UserError for what is no kubectl."""
    if (minor := _minor(program)) is None:
        raise _no_such(program, "kubectl")
    return abs(minor - int(cluster_version.split(".")[1]))


def _minor(program: str) -> int | None:
    found = re.search(r'"gitVersion": *"v1\.(\d+)', _said(program, "version", "--client", "--output=json"))
    return int(found[1]) if found else None


@functools.cache
def _said(*words: str) -> str:
    """What a program prints; nothing when it cannot be started, such as a file of another machine's kind."""
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    except (OSError, UnicodeDecodeError):
        return ""
    return done.stdout


def _no_such(program: str, name: Program) -> UserError:
    named = f"{name.upper()}={program}" if os.environ.get(name.upper()) else program
    return UserError(f"{named} is no {name}: it does not say its version; name another, or run: make kube-tools")
