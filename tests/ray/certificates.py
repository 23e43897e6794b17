"""A certificate authority for the store, in the place of Amazon's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.ray.commands import run

_DAYS = "2"
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True)
class Certificate:
    """Files of a server's certificate, and of the authority that signed it."""

    authority: Path
    certificate: Path
    key: Path


def issue_certificate(folder: Path, host_name: str) -> Certificate:
    """Make an authority and let it sign the certificate of a host."""
    folder.mkdir()
    files = Certificate(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    authority_key, request, extensions = folder / "authority.key", folder / "request.pem", folder / "extensions"
    run(
        *("openssl", "req", "-x509", *_KEY, "-keyout", str(authority_key), "-out", str(files.authority)),
        *("-days", _DAYS, "-subj", "/CN=make test-ray"),
    )
    run("openssl", "req", *_KEY, "-keyout", str(files.key), "-out", str(request), "-subj", f"/CN={host_name}")
    extensions.write_text(f"subjectAltName=DNS:{host_name}\n", encoding="utf-8")
    run(
        *("openssl", "x509", "-req", "-in", str(request), "-out", str(files.certificate), "-days", _DAYS),
        *("-CA", str(files.authority), "-CAkey", str(authority_key), "-CAcreateserial"),
        *("-extfile", str(extensions)),
    )
    return files
