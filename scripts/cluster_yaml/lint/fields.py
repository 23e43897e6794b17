"""The names and kinds that Ray 2.60 and RunInstances know."""

from __future__ import annotations

COMMANDS = frozenset({
    "initialization_commands", "setup_commands", "head_setup_commands", "worker_setup_commands",
    "head_start_ray_commands", "worker_start_ray_commands",
})  # fmt: skip

TOP = COMMANDS | {
    "cluster_name", "max_workers", "upscaling_speed", "idle_timeout_minutes", "provider", "auth", "docker",
    "head_node_type", "file_mounts", "cluster_synced_files", "file_mounts_sync_continuously", "rsync_exclude",
    "rsync_filter", "metadata", "no_restart", "available_node_types",
}  # fmt: skip
"""Settings at the top; Ray refuses others. Source: autoscaler/ray-schema.json."""

LEGACY = frozenset({"head_node", "worker_nodes", "initial_workers", "autoscaling_mode", "target_utilization_fraction"})
"""Settings at the top of older releases, refused now."""

PROVIDER = frozenset({
    "type", "region", "module", "availability_zone", "cache_stopped_nodes", "use_internal_ips", "security_group",
    "key_pair", "aws_credentials", "cloudwatch", "disable_node_updaters", "disable_launch_config_check",
    "foreground_node_launch", "worker_liveness_check", "use_external_head_ip",
})  # fmt: skip
"""Settings of `provider` that something reads for AWS; Ray ignores others."""

AUTH = frozenset({"ssh_user", "ssh_public_key", "ssh_private_key", "ssh_proxy_command", "ssh_proxy_use_node_id"})
SECURITY_GROUP = frozenset({"GroupName", "IpPermissions"})
DOCKER = frozenset({
    "image", "container_name", "pull_before_run", "run_options", "head_image", "head_run_options", "worker_image",
    "worker_run_options", "disable_automatic_runtime_detection", "disable_shm_size_detection", "use_podman",
})  # fmt: skip
NODE_TYPE = frozenset({
    "node_config", "min_workers", "max_workers", "idle_timeout_s", "priority", "resources", "labels",
    "initialization_commands", "worker_setup_commands", "docker",
})  # fmt: skip
NODE_TYPE_DOCKER = frozenset({"pull_before_run", "worker_image", "worker_run_options"})

NODE_CONFIG = frozenset({
    "AdditionalInfo", "BlockDeviceMappings", "CapacityReservationSpecification", "ClientToken", "CpuOptions",
    "CreditSpecification", "DisableApiStop", "DisableApiTermination", "DryRun", "EbsOptimized",
    "ElasticGpuSpecification", "ElasticInferenceAccelerators", "EnablePrimaryIpv6", "EnclaveOptions",
    "HibernationOptions", "IamInstanceProfile", "ImageId", "InstanceInitiatedShutdownBehavior",
    "InstanceMarketOptions", "InstanceType", "Ipv6AddressCount", "Ipv6Addresses", "KernelId", "KeyName",
    "LaunchTemplate", "LicenseSpecifications", "MaintenanceOptions", "MaxCount", "MetadataOptions", "MinCount",
    "Monitoring", "NetworkInterfaces", "NetworkPerformanceOptions", "Operator", "Placement",
    "PrivateDnsNameOptions", "PrivateIpAddress", "RamdiskId", "SecondaryInterfaces", "SecurityGroupIds",
    "SecurityGroups", "SubnetId", "TagSpecifications", "UserData", "SubnetIds",
})  # fmt: skip
"""Parameters of RunInstances, and Ray's own `SubnetIds`; boto3 refuses others."""

KINDS: dict[str, str] = {
    **dict.fromkeys(COMMANDS, "a list of text"),
    "cluster_name": "text", "max_workers": "a whole number", "upscaling_speed": "a number",
    "idle_timeout_minutes": "a number", "provider": "a mapping", "auth": "a mapping", "docker": "a mapping",
    "head_node_type": "text", "file_mounts": "a mapping", "cluster_synced_files": "a list",
    "file_mounts_sync_continuously": "true or false", "rsync_exclude": "a list", "rsync_filter": "a list",
    "metadata": "a mapping", "available_node_types": "a mapping",
}  # fmt: skip
PROVIDER_KINDS = {
    "region": "text", "availability_zone": "text", "cache_stopped_nodes": "true or false",
    "use_internal_ips": "true or false", "security_group": "a mapping", "disable_node_updaters": "true or false",
}  # fmt: skip
AUTH_KINDS = {
    "ssh_user": "text", "ssh_public_key": "text", "ssh_private_key": "text", "ssh_proxy_command": "text",
    "ssh_proxy_use_node_id": "true or false",
}  # fmt: skip
DOCKER_KINDS = {
    "image": "text", "container_name": "text", "pull_before_run": "true or false", "run_options": "a list",
    "head_image": "text", "head_run_options": "a list", "worker_image": "text", "worker_run_options": "a list",
}  # fmt: skip
NODE_TYPE_KINDS = {
    "node_config": "a mapping", "min_workers": "a whole number", "max_workers": "a whole number",
    "idle_timeout_s": "a number", "priority": "a whole number", "resources": "a mapping", "labels": "a mapping",
    "initialization_commands": "a list of text", "worker_setup_commands": "a list of text", "docker": "a mapping",
}  # fmt: skip
NODE_CONFIG_KINDS = {
    "BlockDeviceMappings": "a list", "IamInstanceProfile": "a mapping", "ImageId": "text", "InstanceType": "text",
    "InstanceMarketOptions": "a mapping", "KeyName": "text", "LaunchTemplate": "a mapping",
    "MetadataOptions": "a mapping", "NetworkInterfaces": "a list", "SecurityGroupIds": "a list of text",
    "SubnetIds": "a list of text", "TagSpecifications": "a list", "UserData": "text",
}  # fmt: skip


def is_kind(value: object, kind: str) -> bool:
    """Whether a value is of a kind as JSON schema has it: true is no number, 2.0 is a whole one."""
    if isinstance(value, bool):
        return kind == "true or false"
    if isinstance(value, int):
        return kind in ("a number", "a whole number")
    if isinstance(value, float):
        return kind == "a number" or (kind == "a whole number" and value.is_integer())
    if isinstance(value, list):
        return kind == "a list" or (kind == "a list of text" and all(isinstance(item, str) for item in value))
    if isinstance(value, dict):
        return kind == "a mapping"
    return kind == "text" and isinstance(value, str)
