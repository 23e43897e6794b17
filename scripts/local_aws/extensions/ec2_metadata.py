"""Metadata options of an instance: what a change does not name stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend

from scripts.local_aws.extensions.plumbing import wrap

_KEPT = {
    "http_tokens": "http_tokens",
    "hop_limit": "http_put_response_hop_limit",
    "http_endpoint": "http_endpoint",
    "http_protocol": "http_protocol_ipv6",
    "metadata_tags": "instance_metadata_tags",
}
"""moto's arguments, and where an instance has their values."""


@wrap(EC2Backend, "modify_instance_metadata_options")
def modify_instance_metadata_options(original: Callable[..., Any], self: Any, instance_id: str, **given: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html"""
    options = self.get_instance(instance_id).metadata_options
    kept = {name: getattr(options, field) for name, field in _KEPT.items() if given.get(name) is None}
    return original(self, instance_id=instance_id, **{**given, **kept})
