"""`make terraform`: fetch the pinned release into .terraform-bin, for machines that have none."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from config.errors import UserError, report_user_errors
from scripts.terraform.binary import FETCHED, PINNED_VERSION
from scripts.terraform.mirror import terraform_platform

ARCHIVE_SHA256 = {
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
}
"""As published in terraform_1.11.4_SHA256SUMS."""

TIMEOUT_SECONDS = 60


def archive_url(system: str) -> str:
    """Address of the release for one platform."""
    name = f"terraform_{PINNED_VERSION}_{system}.zip"
    return f"https://releases.hashicorp.com/terraform/{PINNED_VERSION}/{name}"


def download(url: str) -> bytes:
    """Read a whole file from the network."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read()
            return content
    except OSError as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise UserError(
            f"Terraform {PINNED_VERSION} cannot be downloaded ({reason}): install it by other means, "
            "and name it: make plan TERRAFORM=/path/to/terraform"
        ) from None


def verified(archive: bytes, sha256: str) -> bytes:
    """Return the archive, or refuse it."""
    actual = hashlib.sha256(archive).hexdigest()
    if actual != sha256:
        raise UserError(
            f"the downloaded Terraform is not the published one (sha256 {actual}, wanted {sha256}): try again"
        )
    return archive


def install(archive: bytes, destination: Path) -> None:
    """Unpack the program in one step: nobody ever finds half of it."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    partial = destination.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(io.BytesIO(archive)) as content:
        partial.write_bytes(content.read("terraform"))
    partial.chmod(0o755)
    partial.replace(destination)


@report_user_errors
def main() -> int:
    """Fetch, verify and install."""
    system = terraform_platform()
    if system not in ARCHIVE_SHA256:
        raise UserError(f"no Terraform is pinned for {system}: install it, and name it: make plan TERRAFORM=…")
    install(verified(download(archive_url(system)), ARCHIVE_SHA256[system]), FETCHED)
    print(f"Terraform {PINNED_VERSION} is in {FETCHED}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
