"""The programs of ours that feed the autoscaler on a head, run here with the head's credential."""

from __future__ import annotations

import base64
import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3

from scripts.rendering.templates import template_environment
from scripts.rendering.user_data import USER_DATA_BYTES, unpacking_script
from tests.autoscaler.by_ray import Caller
from tests.autoscaler.site import Deployed
from tests.integration.workspace import REGION


def client(caller: Caller, service: str, region: str = REGION) -> Any:
    """A boto3 client of the gate with the caller's key."""
    return boto3.client(
        service,
        endpoint_url=caller.endpoint,
        region_name=region,
        aws_access_key_id=caller.key_id,
        aws_secret_access_key="any",
    )


def config_from_secret(caller: Caller, deployed: Deployed) -> Path:
    """What Terraform's head does each minute; gives the autoscaler's file."""
    secret = client(caller, "secretsmanager").get_secret_value(SecretId=f"{deployed.cluster}-autoscaling")
    brought = caller.directory / "brought"
    brought.write_bytes(gzip.decompress(base64.b64decode(secret["SecretString"])))
    return take(caller, brought)


def take(caller: Caller, brought: Path) -> Path:
    """The head's `take-autoscaling` on a configuration; gives the autoscaler's file."""
    taken = caller.directory / "autoscaling.yaml"
    script = _program(
        caller,
        "take-autoscaling.py",
        autoscaling_config=taken,
        user_data_bytes=USER_DATA_BYTES,
        unpacking_script=unpacking_script("PACKED"),
    )
    caller.python(script, brought)
    return taken


def autoscaler_ways(caller: Caller) -> Path:
    """The file by which our heads start Ray's autoscaler."""
    return _program(caller, "autoscaler-monitor.py")


def publish_address(caller: Caller, deployed: Deployed, instance: dict[str, Any]) -> None:
    """The head's `publish-address`, with a metadata service that tells the address of an instance."""
    given = {"facts": {"head_address": head_address(deployed), "region": REGION}}
    given["autoscaling"] = {"zone_id": deployed.outputs["zone_id"]}
    script = _program(caller, "publish-address.py", **given)
    with _metadata_service(instance["PrivateIpAddress"]) as url:
        text = script.read_text(encoding="utf-8").replace("http://169.254.169.254", url)
        script.write_text(text, encoding="utf-8")
        caller.python(script)


def head_address(deployed: Deployed) -> str:
    """The name by which workers find the head."""
    zone = deployed.workspace.client("route53").get_hosted_zone(Id=deployed.outputs["zone_id"])["HostedZone"]
    return f"head.{zone['Name'].rstrip('.')}"


def _program(caller: Caller, name: str, **given: Any) -> Path:
    path = caller.directory / name
    path.write_text(template_environment().get_template(f"node/{name}.j2").render(given), encoding="utf-8")
    return path


@contextmanager
def _metadata_service(answer: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        do_GET = do_PUT = _serve  # noqa: N815  # names of http.server

        def log_message(self, *_parts: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
