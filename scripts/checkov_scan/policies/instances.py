"""Nodes."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.checkov_scan.policies.plan import Plan, Resource
from scripts.checkov_scan.policies.registry import policy

_NODES = ("aws_instance", "aws_launch_template")


@policy("CKV_RAYFORM_3", *_NODES, setting="head.containers")
def metadata_stays_on_the_node(subject: Resource, plan: Plan) -> Iterator[str]:
    """Answers of the instance metadata service take one hop, two where containers need the node's role.

    Why: each hop more lets code in a container or behind a forward take the credentials of the node. checkov looks at
    the hop limit of launch templates only.
    Fix: `head.containers`, or `containers` of a worker group, asks for two; nothing needs more.
    """
    most = 2 if _may_have_containers(subject, plan) else 1
    hops = subject.value("metadata_options", 0, "http_put_response_hop_limit")
    if hops is None:
        yield f"http_put_response_hop_limit is not set, want {most}"
    elif hops > most:
        yield f"http_put_response_hop_limit is {hops}, want {most}"


def _may_have_containers(subject: Resource, plan: Plan) -> bool:
    name = subject.tags.get("rayform:group") or subject.tags.get("rayform:role")
    return name in plan.declared.containers


@policy("CKV_RAYFORM_4", "aws_instance", setting="kms.existing_key_arn")
def volumes_have_our_key(subject: Resource, _plan: Plan) -> Iterator[str]:
    """Root volumes are encrypted with the environment's own key.

    Why: with AWS's key for EBS there is no key policy that could take access away, and no rotation of ours. checkov
    asks whether volumes of an instance are encrypted, not with which key.
    Fix: none in the environment file: the module does it; `kms.existing_key_arn` names another key.
    """
    if not subject.is_set("root_block_device", 0, "kms_key_id"):
        yield "root_block_device has no kms_key_id"
