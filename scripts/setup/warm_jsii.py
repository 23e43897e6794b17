"""Let jsii build its index of the assemblies once, at the end of set-up.

jsii builds the index in a background thread of its node process. A synth is over before the thread is, so without
this step no synth ever leaves an index behind, and each of them parses the 90 MB of the AWS assembly again.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

LIMIT_SECONDS = 60.0
NO_NODE_BANNERS = {
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "16,18,20",  # takes major versions, the others take anything
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
}


class Assembly(NamedTuple):
    """An npm package inside a Python package."""

    npm_name: str
    version: str
    tarball: Path


def find_assembly(python_package: str, npm_name: str) -> Assembly:
    """Find an installed assembly without importing its package, which would take 10 seconds."""
    spec = importlib.util.find_spec(python_package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(python_package)
    tarball = next((Path(spec.origin).parent / "_jsii").glob("*.jsii.tgz"))
    version = tarball.name.removesuffix(".jsii.tgz").rpartition("@")[2]
    return Assembly(npm_name, version, tarball)


def cache_root() -> Path:
    """Where jsii unpacks assemblies, see its `defaultCacheRoot`."""
    if root := os.environ.get("JSII_RUNTIME_PACKAGE_CACHE_ROOT"):
        return Path(root)
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/com.amazonaws.jsii/package-cache"
    return Path.home() / ".cache/aws/jsii/package-cache"


def is_indexed(assembly: Assembly) -> bool:
    """Whether each unpacked copy of this version has its index."""
    copies = list((cache_root() / assembly.npm_name / assembly.version).glob("*/.jsii"))
    return bool(copies) and all(any(copy.parent.glob(".jsii.runtime.v*.json")) for copy in copies)


def build_index(assemblies: list[Assembly]) -> bool:
    """Load the assemblies in the order of their dependencies, and wait for the index."""
    from jsii._kernel.providers.process import ProcessProvider
    from jsii._kernel.types import LoadRequest

    kernel = ProcessProvider()
    for assembly in assemblies:
        kernel.load(LoadRequest(assembly.npm_name, assembly.version, os.fspath(assembly.tarball)))
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        if all(map(is_indexed, assemblies)):
            return True
        time.sleep(0.1)
    return False


def main() -> int:
    """Build the index, or say that synth will be slower: a missing index is no error."""
    os.environ.update(NO_NODE_BANNERS)
    assemblies = [
        find_assembly("constructs", "constructs"),
        find_assembly("cdktf", "cdktf"),
        find_assembly("cdktf_cdktf_provider_aws", "@cdktf/provider-aws"),
    ]
    if not all(map(is_indexed, assemblies)) and not build_index(assemblies):
        print("note: jsii built no index of its assemblies: each synth takes about a second longer")
    return 0


if __name__ == "__main__":
    sys.exit(main())
