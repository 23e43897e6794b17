"""Faults of a cluster whose workers Ray makes, in the environments `autoscaling-small` and `ray-up`.

In `autoscaling-small`, `i-0` is the head, `i-1` a worker of the type cpu, `i-2` of cpu-on-demand, `i-3` of arm. In
`ray-up`, `i-0` is the head that `ray up` made, `i-1` a worker.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from config.ray_tags import RAY_CLUSTER, RAY_KIND, RAY_NODE_TYPE
from scripts.inventory.iam import Policy
from scripts.inventory.instances import Instance
from scripts.inventory.ray_nodes import RayNode, RayView
from scripts.inventory.reading import readable
from scripts.inventory.surroundings import Thing
from tests.audit.change import REMOVED, Several
from tests.audit.environments import load
from tests.audit.faults_iam_effect import doing
from tests.audit.healthy import healthy

NAME = "autoscaling-small"
AUTOSCALING = healthy(load(NAME))
RAY_UP_NAME = "ray-up"
RAY_UP = healthy(load(RAY_UP_NAME))
_HEAD, _WORKER = readable(AUTOSCALING.nodes.instances)[:2]
_UP = readable(RAY_UP.nodes.instances)
EC2_FULL_ACCESS = Policy("AmazonEC2FullAccess", "arn:aws:iam::aws:policy/AmazonEC2FullAccess", doing("ec2:*"))
HEAD_POLICIES = "iam.roles.0.attached_policies"
WORKER_POLICIES = "iam.roles.1.attached_policies"
NODES = "nodes.instances"
WORKER = "nodes.instances.1"


def _more(*instances: Instance) -> tuple[Instance, ...]:
    return (*readable(AUTOSCALING.nodes.instances), *instances)


def _another(instance: Instance, number: int, **tags: str) -> Instance:
    return replace(instance, instance_id=f"i-{number}", tags={**instance.tags, **tags})


def _tags(**tags: str) -> dict[str, str]:
    """Tags of the worker, with Ray's by a name without hyphens."""
    names = {"cluster": RAY_CLUSTER, "kind": RAY_KIND, "type": RAY_NODE_TYPE}
    return {**_WORKER.tags, **{names[name]: value for name, value in tags.items()}}


def _policy(*actions: str) -> tuple[Policy, ...]:
    return (replace(EC2_FULL_ACCESS, document=doing(*actions)),)


_ARMS = tuple(_another(_WORKER, number, **{RAY_NODE_TYPE: "arm"}) for number in (8, 9))
_EVE = {"AWS": "arn:aws:iam::123456789012:user/eve"}
_OTHER_RAY = RayView((RayNode("n-0", _HEAD.private_ip, True),))
ELSEWHERE = (replace(_WORKER, instance_id="i-9", vpc_id="vpc-9", subnet_id="subnet-9"),)

FAULTS: dict[str, tuple[str, Any]] = {
    "autoscaling.one_head": (NODES, _more(_another(_HEAD, 9))),
    "autoscaling.workers_have_head": ("nodes.instances.0.state", "stopped"),
    "autoscaling.no_stopped_nodes": (f"{WORKER}.state", "stopped"),
    "autoscaling.no_nodes_elsewhere": ("nodes.elsewhere", ELSEWHERE),
    "autoscaling.max_workers_kept": (NODES, _more(*(_another(_WORKER, number) for number in (7, 8, 9)))),
    "autoscaling.room_for_workers": ("account.subnets", tuple(
        replace(room, free_addresses=0) for room in readable(AUTOSCALING.account.subnets)
    )),
    "autoscaling.workers_up_to_date": (f"{WORKER}.image_id", "ami-of-last-year"),
    "autoscaling.images_there": ("images.0", REMOVED),
    "autoscaling.roles_not_wider": (HEAD_POLICIES, (EC2_FULL_ACCESS,)),
    "autoscaling.workers_known_to_ray": ("ray", _OTHER_RAY),
}  # fmt: skip
"""By check, in `autoscaling-small`."""

RAY_UP_FAULTS: dict[str, tuple[str, Any]] = {
    "autoscaling.head_kept_by_next_up": ("nodes.instances.0.image_id", "ami-of-last-year"),
}
"""By check, in `ray-up`."""

MORE_FAULTS: tuple[tuple[str, str, Any], ...] = (
    ("autoscaling.one_head", "nodes.instances.0", REMOVED),
    # Ray tells heads apart by its tags only.
    ("autoscaling.one_head", NODES, _more(replace(_another(_HEAD, 9), name="by-hand"))),
    ("autoscaling.workers_have_head", "nodes.instances.0", REMOVED),
    ("autoscaling.max_workers_kept", NODES, _more(*_ARMS)),
    ("autoscaling.workers_up_to_date", "nodes.user_data.i-1.text", "#!/bin/bash\n"),
    ("autoscaling.roles_not_wider", WORKER_POLICIES, (EC2_FULL_ACCESS,)),
    ("autoscaling.roles_not_wider", WORKER_POLICIES, _policy("ec2:TerminateInstances")),
    ("autoscaling.roles_not_wider", HEAD_POLICIES, _policy("iam:PassRole")),
    ("autoscaling.roles_not_wider", "iam.roles.0.inline_policies.1", REMOVED),
    # The checks on nodes look at what Ray made as at what Terraform made, by the settings of its type.
    ("nodes.no_other_nodes", f"{WORKER}.tags", _tags(type="unheard-of")),
    ("nodes.no_other_nodes", f"{WORKER}.tags", _tags(cluster="ray-other")),
    ("nodes.no_other_nodes", f"{WORKER}.tags", _tags(kind="head")),
    ("nodes.no_other_nodes", f"{WORKER}.tags", {**_WORKER.tags, "rayform:cluster": "other"}),
    ("nodes.type_declared", f"{WORKER}.instance_type", "m7i.large"),
    ("nodes.image_architecture_fits", "nodes.instances.3.image_id", "ami-x86_64"),
    ("nodes.purchase_declared", f"{WORKER}.spot", False),
    ("nodes.purchase_declared", "nodes.instances.2.spot", True),
    ("nodes.metadata_needs_token", f"{WORKER}.metadata_tokens", "optional"),
    ("nodes.metadata_hops_declared", "nodes.instances.3.metadata_hop_limit", 1),
    ("nodes.volumes_encrypted_with_our_key", "nodes.volumes.1.encrypted", False),
    ("nodes.root_volume_declared", "nodes.volumes.1.size_gib", 8),
    ("nodes.no_public_address", f"{WORKER}.public_ip", "1.2.3.4"),
    ("nodes.in_declared_subnets", f"{WORKER}.subnet_id", "subnet-public-us-west-2a"),
    ("nodes.in_declared_subnets", "nodes.instances.3.subnet_id", "subnet-private-us-west-2a"),
    ("nodes.guarded", f"{WORKER}.group_ids", ("sg-head",)),
    ("nodes.profile_declared", f"{WORKER}.instance_profile", "ray-autoscaling-small-head"),
    ("nodes.tagged", "nodes.instances.3.tags.Tier", "other"),
    ("nodes.ray_token_on", "nodes.user_data.i-1.text", ""),
    ("instances.single_interface", "network_interfaces.1.instance_id", "i-0"),
    ("unmanaged.no_instances", "surroundings.things.instances", (Thing("i-9", tagged=True, ray_node="head"),)),
    ("unmanaged.no_instances", "surroundings.things.instances", (Thing("i-9", ray_node="worker"),)),
    ("quotas.spot_vcpus", "quotas.ec2.L-34B43A08", 101.0),
    ("secrets.declared_secrets_there", "secrets.1.deleted", True),
    ("iam_effect.secrets_declared", "iam.roles.1.inline_policies.0.document", doing("secretsmanager:GetSecretValue")),
    ("iam_effect.key_use_declared", "iam.roles.0.attached_policies", _policy("kms:CreateGrant")),
    ("iam.inline_policies_declared", "iam.roles.0.inline_policies.1.name", "by-hand"),
)  # fmt: skip
"""Further ways to fail, in `autoscaling-small`."""

RAY_UP_MORE_FAULTS: tuple[tuple[str, str, Any], ...] = (
    ("autoscaling.head_kept_by_next_up", "nodes.user_data.i-0.text", "#!/bin/bash\n"),
    ("autoscaling.head_kept_by_next_up", "nodes.instances.0.instance_type", "m7i.xlarge"),
    ("autoscaling.head_kept_by_next_up", "nodes.instances.0.tags.ray-launch-config", "of-another-key"),
    ("autoscaling.workers_have_head", "nodes.instances.0", REMOVED),
    ("autoscaling.one_head", NODES, (*_UP, _another(_UP[0], 9))),
    ("autoscaling.roles_not_wider", "iam.roles.2.attached_policies", (EC2_FULL_ACCESS,)),
    ("iam.roles_trust_services_only", "iam.roles.2.trust", {
        "Statement": {"Effect": "Allow", "Principal": _EVE, "Action": "sts:AssumeRole"}
    }),
    ("nodes.metadata_needs_token", "nodes.instances.0.metadata_tokens", "optional"),
    ("nodes.no_other_nodes", "nodes.instances.2.instance_id", "i-impostor"),
    ("dns.head_record_right", "records.0.0.values", ("10.9.9.9",)),
)  # fmt: skip
"""Further ways to fail, in `ray-up`."""

DOWN = Several((NODES, ()), ("nodes.volumes", ()), ("network_interfaces", ()), ("nodes.user_data", {}))
"""Between `make down` and `make up`."""
