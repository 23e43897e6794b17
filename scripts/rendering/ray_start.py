"""How `ray start` is called on a node: flags and process environment."""

from __future__ import annotations

import json

from config.nodes import RAY_RESOURCES, NodeConfig
from config.ports import REDIS_PORT, Tier, port_table
from config.ray import RayConfig
from scripts.rendering.cluster_facts import ClusterFacts, HeadStore, StateVolume
from scripts.rendering.node_type import GROUP_LABEL, RayType

BOOT_LOG = "/var/log/rayform-bootstrap.log"
SERVICE_LOG = "/var/log/rayform-ray.log"
"""What our units print."""
TEMP_DIRECTORY = "/var/lib/ray/tmp"
"""Sessions and logs, on the root volume: /tmp would be memory on Amazon Linux, and is cleaned by age."""
SPILL_DIRECTORY = "/var/lib/ray/spill"
"""Mount point of instance-store disks, to which Ray spills objects."""
STATE_DIRECTORY = "/var/lib/ray-state"
"""Mount point of the volume with the state of the head."""
TOKEN_PATH = "/run/ray/token"  # noqa: S105 - where it is, not what it is
AUTOSCALING_CONFIG = "/etc/rayform/autoscaling.yaml"
"""What the autoscaler on the head reads."""
AUTOSCALER_DIRECTORY = "/opt/rayform/autoscaler"
"""How the autoscaler is started."""
RECONNECT_SECONDS = 600
"""How long a node waits for a head that is being replaced."""

_HOOK = [f"PYTHONPATH={AUTOSCALER_DIRECTORY}", "RAY_START_HOOK=rayform_autoscaler.start"]
_LOG_FILE_BYTES = 100 * 1024**2
_LOG_FILES = 5


def ray_start_flags(
    tier: Tier, *, node: NodeConfig, ray: RayConfig, facts: ClusterFacts, group: str, ray_type: RayType | None = None
) -> list[str]:
    """Flags of `ray start`, one a line in the script; with a type, those that its autoscaler expects."""
    ports = port_table(ray.ports)
    role = (
        ["--head", "--dashboard-host=0.0.0.0"]
        if tier == "head"
        else [f"--address={facts.head_address}:{ports['gcs'].first}"]
    )
    # The instance type of a head of Terraform's may change without a new boot script: it finds what it has.
    resources = ray_type.told_resources if ray_type is not None and tier == "worker" else node.resources
    own = {name: int(amount) for name, amount in resources.items() if name not in RAY_RESOURCES}
    flags = [*role, f"--temp-dir={TEMP_DIRECTORY}", *ports.ray_start_flags(tier)]
    if tier == "head" and ray_type is not None:
        flags.append(f"--autoscaling-config={AUTOSCALING_CONFIG}")
    flags += [f"{flag}={int(resources[name])}" for name, flag in RAY_RESOURCES.items() if name in resources]
    if own:
        flags.append(f"--resources={json.dumps(own, sort_keys=True)}")
    flags.append(f"--labels={_labels(node, group)}")
    size = object_store_bytes(ray)
    if size is not None:
        flags.append(f"--object-store-memory={size}")
    return [*flags, "--disable-usage-stats", "--block"]


def object_store_bytes(ray: RayConfig) -> int | None:
    """Size of the object store of a node; None when Ray chooses it."""
    return None if ray.object_store_memory_gib is None else ray.object_store_memory_gib * 1024**3


def common_variables(facts: ClusterFacts) -> list[str]:
    """Process environment of everything on a node that speaks to Ray."""
    # Offline nodes take the Python of their image, whose patch moves; Ray's own default is to refuse that.
    match = "RAY_DEFAULT_PYTHON_VERSION_MATCH_LEVEL=minor"
    if facts.token_secret is None:
        return [match, "RAY_AUTH_MODE=disabled"]
    return [match, "RAY_AUTH_MODE=token", f"RAY_AUTH_TOKEN_PATH={TOKEN_PATH}"]


def address_variables(ray: RayConfig, facts: ClusterFacts) -> list[str]:
    """Process environment of Ray's own commands on a node: where the head is."""
    ports = port_table(ray.ports)
    return [
        f"RAY_ADDRESS={facts.head_address}:{ports['gcs'].first}",
        f"RAY_API_SERVER_ADDRESS=http://{facts.head_address}:{ports['dashboard'].first}",
    ]


def ray_start_variables(
    tier: Tier, *, ray: RayConfig, facts: ClusterFacts, ray_type: RayType | None = None
) -> list[str]:
    """Process environment of `ray start`.

    Sources: https://docs.ray.io/en/latest/ray-security/token-auth.html,
    https://docs.ray.io/en/latest/ray-core/fault_tolerance/gcs.html (storage, reconnect timeout) and
    https://docs.ray.io/en/latest/ray-observability/user-guides/configure-logging.html (rotation).
    """
    return [
        *common_variables(facts),
        f"RAY_gcs_rpc_server_reconnect_timeout_s={RECONNECT_SECONDS}",
        f"RAY_ROTATION_MAX_BYTES={_LOG_FILE_BYTES}",
        f"RAY_ROTATION_BACKUP_COUNT={_LOG_FILES}",
        *port_table(ray.ports).ray_variables(tier),
        *(_storage_variables(facts.head_store) if tier == "head" else []),
        *(_type_variables(tier, ray_type) if ray_type is not None else []),
    ]


def _type_variables(tier: Tier, type_: RayType) -> list[str]:
    """By what the autoscaler knows a node again; what only the instance knows is added by `start-ray`.

    Sources: ray/autoscaler/v2/instance_manager/ray_installer.py, ray/_private/resource_and_label_spec.py
    """
    return [
        f"RAY_NODE_TYPE_NAME={type_.name}",
        f"RAY_NODE_MARKET_TYPE={type_.market_type}",
        f"RAY_NODE_REGION={type_.region}",
        # Version 2 reads its configuration again in each round; without this, `ray start` runs version 1.
        *(["RAY_enable_autoscaler_v2=1", *_HOOK] if tier == "head" else []),
    ]


def _storage_variables(store: HeadStore | StateVolume | None) -> list[str]:
    if isinstance(store, HeadStore):
        return [
            f"RAY_REDIS_ADDRESS=rediss://{store.address}:{REDIS_PORT}",
            f"RAY_external_storage_namespace={store.namespace}",
        ]
    if isinstance(store, StateVolume):
        return ["RAY_gcs_storage=rocksdb", f"RAY_gcs_storage_path={STATE_DIRECTORY}/gcs"]
    return []


def _labels(node: NodeConfig, group: str) -> str:
    labels = {GROUP_LABEL: group, **node.labels}
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
