"""Where the head keeps its state, read in its boot script."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.memorydb import STORE_PART
from scripts.audit.declared_nodes import DeclaredNode
from scripts.audit.node_script import NodeScript
from scripts.audit.node_volumes import unseen_volume, volumes_of
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import encrypted_with_our_key
from scripts.inventory import Inventory
from scripts.inventory.reading import each


def judge_head_store(
    node: DeclaredNode, script: NodeScript, inventory: Inventory, config: Ec2ClusterConfig
) -> Iterator[Verdict]:
    """Judge that the script names the declared store, and that the store is ours and encrypted."""
    if config.ray.head_storage == "memorydb":
        yield from _in_memorydb(node, script, inventory, config)
    else:
        yield from _on_volume(node, script, inventory)


def _in_memorydb(
    node: DeclaredNode, script: NodeScript, inventory: Inventory, config: FoundationConfig
) -> Iterator[Verdict]:
    variables, label = script.variables("head"), config.label
    yield expect(node.name, "namespace", variables.get("RAY_external_storage_namespace"), label.cluster)
    yield expect(node.name, "user", script.redis_user_names, {label.name(STORE_PART)})
    yield expect(node.name, "secret of the password", script.redis_password_secrets, {label.name("memorydb-password")})
    clusters = [cluster for cluster in each(inventory.memorydb.clusters) if cluster.name == config.memorydb_name]
    wanted = next((f"rediss://{cluster.endpoint}" for cluster in clusters), "that of a cluster that is there")
    yield expect(node.name, "address of the store", variables.get("RAY_REDIS_ADDRESS"), wanted)


def _on_volume(node: DeclaredNode, script: NodeScript, inventory: Inventory) -> Iterator[Verdict]:
    yield expect(node.name, "kind of the store", script.variables("head").get("RAY_gcs_storage"), "rocksdb")
    attached = {volume.volume_id: volume for volume in volumes_of(inventory, node)}
    if not attached:
        yield unseen_volume(node, "nothing is known of its volumes")
        return
    volumes = [attached.get(id_) for id_ in script.volume_ids]
    if len(volumes) != 1 or volumes[0] is None:
        yield Verdict(node.name, False, f"volume of the store is {shown(script.volume_ids)}, want one that is attached")
    elif not volumes[0].encrypted:
        yield Verdict(node.name, False, f"volume {volumes[0].volume_id} is not encrypted")
    else:
        yield encrypted_with_our_key(f"{node.name} {volumes[0].device}", volumes[0].kms_key_arn, inventory)
