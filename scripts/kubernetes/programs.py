"""Which kubectl and helm run: `KUBECTL=` and `HELM=`, else those on the PATH, else those of `make kube-tools`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Literal

from config.errors import UserError
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
