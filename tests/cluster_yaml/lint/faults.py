"""Each trap with edits of the clean file that make it, and the traps that these make besides."""

from __future__ import annotations

from typing import Any

from tests.cluster_yaml.lint.edits import GONE

HEAD = "available_node_types/head/"
CPU = "available_node_types/cpu/"
ARM = "available_node_types/arm/"
CONFIG = CPU + "node_config/"
HEAD_CONFIG = HEAD + "node_config/"
TOKENLESS = ["ray stop", "ray start --head --port=6379 --autoscaling-config=~/ray_bootstrap_config.yaml"]
TOKENLESS_WORKER = ["ray stop", "ray start --address=$RAY_HEAD_IP:6379"]
OWN_INTERFACE = {"DeviceIndex": 0, "SubnetId": "subnet-1", "Groups": ["sg-1"]}
NO_NETWORK = {CONFIG + "SubnetIds": GONE, CONFIG + "SecurityGroupIds": GONE}
WORLD = {"FromPort": 8265, "ToPort": 8265, "IpProtocol": "tcp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
HALVES = {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/1"}, {"CidrIpv6": "8000::/1"}]}
NIGHTLY = (
    'pip install -U "ray[default] @ https://s3-us-west-2.amazonaws.com/ray-wheels/latest/ray-3.0.0.dev0-cp310.whl"'
)


def start_head(*flags: str) -> list[str]:
    return ["ray stop", f"RAY_AUTH_MODE=token ray start --head {' '.join(flags)}"]


def start_worker(*flags: str) -> list[str]:
    return ["ray stop", f"RAY_AUTH_MODE=token ray start {' '.join(flags)}"]


def volume(**settings: Any) -> list[dict[str, Any]]:
    return [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 100, **settings}}]


BOOTSTRAP = "--autoscaling-config=~/ray_bootstrap_config.yaml"

FAULTS: list[tuple[str, dict[str, Any], set[str]]] = [
    # shape
    ("node-types-missing", {"available_node_types": GONE, "head_node_type": GONE}, set()),
    ("head-type-unknown", {"head_node_type": "haed"}, set()),
    ("legacy-field", {"initial_workers": 2}, set()),
    ("legacy-field", {"autoscaling_mode": "default"}, set()),
    ("legacy-field", {"target_utilization_fraction": 0.8}, set()),
    ("legacy-field", {"head_node": {"InstanceType": "m5.large"}, "worker_nodes": {}}, set()),
    ("global-min-workers", {"min_workers": 2}, set()),
    ("unknown-field", {"idle_timeout": 5}, set()),
    ("unknown-field", {"auth/ssh_key": "~/.ssh/ray"}, set()),
    ("unknown-field", {CPU + "InstanceType": "m7i.large"}, set()),
    ("unknown-provider-field", {"provider/use_internal_ip": True}, set()),
    ("unknown-node-config-field", {CONFIG + "SecurityGroupId": ["sg-1"]}, set()),
    ("wrong-kind", {"max_workers": "10"}, {"max-workers-capped"}),
    ("wrong-kind", {"docker": None}, set()),
    ("wrong-kind", {CPU + "resources/CPU": 0.5}, set()),
    ("wrong-kind", {CPU + "labels/market": 1}, set()),
    ("wrong-kind", {"setup_commands": "pip install numpy"}, set()),
    ("launch-count-overwritten", {CONFIG + "MaxCount": 3}, set()),
    # network
    ("region-missing", {"provider/region": GONE}, set()),
    ("zone-outside-region", {"provider/availability_zone": "us-west-2a, eu-west-1a"}, set()),
    ("subnet-id-ignored", {CONFIG + "SubnetIds": GONE, CONFIG + "SubnetId": "subnet-1"}, set()),
    ("subnets-left-to-ray", {CONFIG + "SubnetIds": GONE}, set()),
    ("subnets-left-to-ray", {CONFIG + "SubnetIds": []}, set()),
    (
        "network-interfaces-refused",
        {CONFIG + "NetworkInterfaces": [OWN_INTERFACE]},
        {"network-interfaces-one-subnet"},
    ),
    (
        "network-interfaces-refused",
        NO_NETWORK | {CONFIG + "NetworkInterfaces": [{"SubnetId": "subnet-1"}]},
        {"network-interfaces-one-subnet"},
    ),
    ("network-interfaces-one-subnet", NO_NETWORK | {CONFIG + "NetworkInterfaces": [OWN_INTERFACE]}, set()),
    (
        "public-address",
        NO_NETWORK | {CONFIG + "NetworkInterfaces": [OWN_INTERFACE | {"AssociatePublicIpAddress": True}]},
        {"network-interfaces-one-subnet"},
    ),
    ("public-subnets-only", {"provider/use_internal_ips": GONE}, set()),
    ("public-subnets-only", {"provider/use_internal_ips": False}, set()),
    ("ssh-open-to-world", {CONFIG + "SecurityGroupIds": GONE}, {"security-groups-mixed"}),
    (
        "ssh-open-to-world",
        {f"available_node_types/{name}/node_config/SecurityGroupIds": GONE for name in ("head", "cpu", "arm")},
        set(),
    ),
    ("security-groups-mixed", {HEAD_CONFIG + "SecurityGroupIds": GONE}, {"ssh-open-to-world"}),
    ("security-group-names", {CONFIG + "SecurityGroups": ["ray"]}, set()),
    ("ingress-open", {"provider/security_group": {"IpPermissions": [WORLD]}}, {"ingress-ignored"}),
    ("ingress-open", {"provider/security_group": {"IpPermissions": [HALVES]}}, {"ingress-ignored"}),
    ("ingress-ignored", {"provider/security_group": {"GroupName": "ray"}}, set()),
    # identity
    ("head-profile-missing", {HEAD_CONFIG + "IamInstanceProfile": GONE}, set()),
    ("default-profile", {HEAD_CONFIG + "IamInstanceProfile": {"Name": "ray-autoscaler-v1"}}, set()),
    ("profile-sounds-powerful", {CONFIG + "IamInstanceProfile": {"Name": "MyEC2FullAccess"}}, set()),
    ("profile-sounds-powerful", {CONFIG + "IamInstanceProfile": {"Name": "ray-full-access"}}, set()),
    ("profile-sounds-powerful", {CONFIG + "IamInstanceProfile": {"Name": "ADMINISTRATOR"}}, set()),
    ("profile-sounds-powerful", {CONFIG + "IamInstanceProfile": {"Name": "RayAdminRole"}}, set()),
    (
        "profile-sounds-powerful",
        {HEAD_CONFIG + "IamInstanceProfile": {"Arn": "arn:aws:iam::123456789012:instance-profile/team/poweruser"}},
        set(),
    ),
    ("worker-profile-missing", {CONFIG + "IamInstanceProfile": GONE}, set()),
    (
        "worker-has-head-profile",
        {CONFIG + "IamInstanceProfile": {"Arn": "arn:aws:iam::123456789012:instance-profile/ray-autoscaling-head"}},
        set(),
    ),
    ("imdsv1-allowed", {CONFIG + "MetadataOptions": GONE}, set()),
    ("imdsv1-allowed", {CONFIG + "MetadataOptions": {"HttpTokens": "optional"}}, set()),
    ("key-name-missing", {CONFIG + "KeyName": GONE}, set()),
    ("key-name-overwritten", {"auth/ssh_private_key": GONE}, set()),
    (
        "key-pair-shared",
        {"auth/ssh_private_key": GONE}
        | {f"available_node_types/{name}/node_config/KeyName": GONE for name in ("head", "cpu", "arm")},
        set(),
    ),
    ("cluster-name-shared", {"cluster_name": "default"}, set()),
    ("cluster-name-shared", {"cluster_name": GONE}, set()),
    (
        "ray-tags-overwritten",
        {
            CONFIG + "TagSpecifications": [
                {"ResourceType": "instance", "Tags": [{"Key": "ray-cluster-name", "Value": "mine"}]},
                {"ResourceType": "volume", "Tags": [{"Key": "ray-cluster-name", "Value": "mine"}]},
            ]
        },
        set(),
    ),
    # credentials
    ("secret-in-file", {"metadata": {"note": "export RAY_AUTH_TOKEN=0123456789abcdef"}}, set()),
    ("secret-in-file", {"metadata": {"aws_secret_access_key": "ab/cd" * 8}}, set()),
    ("aws-credentials-in-file", {"provider/aws_credentials": {"aws_access_key_id": "from-elsewhere"}}, set()),
    ("credentials-mounted", {"file_mounts": {"/home/ubuntu/.aws/": "~/.aws/"}}, set()),
    ("credentials-mounted", {"file_mounts": {"/app/.env": "./.env"}}, set()),
    # machines
    ("instance-type-missing", {CONFIG + "InstanceType": GONE}, set()),
    ("image-missing", {CONFIG + "ImageId": GONE}, set()),
    ("image-missing", {CONFIG + "ImageId": "latest_dlami"}, set()),
    ("image-architecture", {ARM + "node_config/ImageId": "ami-0aaaaaaaaaaaaaaaa"}, set()),
    ("launch-template-moves", {CONFIG + "LaunchTemplate": {"LaunchTemplateId": "lt-1"}}, set()),
    ("launch-template-moves", {CONFIG + "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "$Latest"}}, set()),
    ("docker-incomplete", {"docker": {"image": "example/app:1.0"}}, set()),
    ("docker-incomplete", {"docker": {"container_name": "ray"}}, set()),
    ("docker-image-moves", {"docker": {"image": "example/app", "container_name": "ray"}}, set()),
    (
        "docker-image-moves",
        {"docker": {"image": "rayproject/ray:nightly-py311", "container_name": "ray"}},
        {"docker-architecture"},
    ),
    (
        "docker-architecture",
        {"docker": {"image": "rayproject/ray:2.60.0-py311", "container_name": "ray"}},
        set(),
    ),
    ("volumes-unencrypted", {CONFIG + "BlockDeviceMappings": volume()}, set()),
    ("volumes-unencrypted", {CONFIG + "BlockDeviceMappings": GONE}, set()),
    ("volumes-kept", {CONFIG + "BlockDeviceMappings": volume(Encrypted=True, DeleteOnTermination=False)}, set()),
    ("volume-tags-missing", {CONFIG + "TagSpecifications": GONE}, set()),
    # resources
    ("resources-autodetected", {CPU + "resources": GONE}, set()),
    ("resources-autodetected", {CPU + "resources": {}}, set()),
    ("resources-autodetected", {CONFIG + "InstanceType": "g6.xlarge"}, set()),
    ("resources-beyond-type", {CPU + "resources": {"CPU": 64}}, set()),
    ("resources-beyond-type", {CPU + "resources": {"CPU": 4, "GPU": 1}}, set()),
    ("resource-name-case", {CPU + "resources": {"cpu": 4}}, set()),
    ("label-invalid", {CPU + "labels": {"ray.io/market-type": "spot"}}, set()),
    ("label-invalid", {HEAD + "labels": {"ray.io/market-type": "spot"}}, set()),
    ("label-invalid", {CPU + "labels": {"market": "spot or not"}}, set()),
    # scaling
    ("stopped-nodes-kept", {"provider/cache_stopped_nodes": GONE}, set()),
    ("stopped-nodes-kept", {"provider/cache_stopped_nodes": True}, {"spot-never-cached"}),
    ("spot-never-cached", {"provider/cache_stopped_nodes": True}, {"stopped-nodes-kept"}),
    ("spot-head", {HEAD_CONFIG + "InstanceMarketOptions": {"MarketType": "spot"}}, set()),
    (
        "spot-persistent",
        {CONFIG + "InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"SpotInstanceType": "persistent"}}},
        set(),
    ),
    (
        "spot-max-price",
        {CONFIG + "InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.1"}}},
        set(),
    ),
    ("spot-without-fallback", {ARM + "node_config/InstanceMarketOptions": {"MarketType": "spot"}}, set()),
    ("min-over-max", {CPU + "min_workers": 7}, set()),
    ("min-over-max", {CPU + "min_workers": -1}, set()),
    ("min-over-max", {HEAD + "min_workers": 2}, set()),
    ("min-sum-over-global", {CPU + "min_workers": 6, ARM + "min_workers": 4, HEAD + "min_workers": 1}, set()),
    ("max-workers-capped", {CPU + "max_workers": 11}, set()),
    ("max-workers-capped", {"max_workers": GONE}, set()),
    ("head-type-as-worker", {HEAD + "max_workers": 2}, set()),
    ("idle-timeout-zero", {"idle_timeout_minutes": 0}, set()),
    ("idle-timeout-long", {"idle_timeout_minutes": 1440}, set()),
    ("idle-timeout-long", {CPU + "idle_timeout_s": 1e6}, set()),
    ("upscaling-speed-zero", {"upscaling_speed": 0}, set()),
    # startup
    (
        "dashboard-without-token",
        {
            "head_start_ray_commands": ["ray stop", f"ray start --head --dashboard-host=0.0.0.0 {BOOTSTRAP}"],
            "worker_start_ray_commands": TOKENLESS_WORKER,
        },
        set(),
    ),
    (
        "dashboard-without-token",
        {"head_start_ray_commands": GONE, "worker_start_ray_commands": TOKENLESS_WORKER},
        set(),
    ),
    (
        "token-missing",
        {"head_start_ray_commands": TOKENLESS, "worker_start_ray_commands": TOKENLESS_WORKER},
        set(),
    ),
    ("ray-before-tokens", {"setup_commands": ["pip install ray[default]==2.51.1"]}, set()),
    ("autoscaling-config-missing", {"head_start_ray_commands": start_head("--port=6379")}, set()),
    ("autoscaling-config-missing", {"head_start_ray_commands": start_head("--autoscaling-config=/etc/a.yaml")}, set()),
    ("autoscaling-config-missing", {"head_start_ray_commands": ["ray stop"]}, set()),
    ("ray-stop-missing", {"head_start_ray_commands": start_head(BOOTSTRAP)[1:]}, set()),
    ("worker-address", {"worker_start_ray_commands": start_worker("--head")}, set()),
    ("worker-address", {"worker_start_ray_commands": start_worker("--address=10.0.0.4:6379")}, set()),
    ("worker-address", {"worker_start_ray_commands": start_worker()}, set()),
    ("head-port-differs", {"head_start_ray_commands": start_head("--port=6380", BOOTSTRAP)}, set()),
    ("ray-unpinned", {"setup_commands": GONE}, set()),
    ("ray-unpinned", {"setup_commands": ["pip install -U 'ray[default]'"]}, set()),
    ("ray-unpinned", {"setup_commands": ["pip3 install numpy ray"]}, set()),
    ("ray-unpinned", {"setup_commands": [NIGHTLY]}, set()),
    ("ray-versions-differ", {"worker_setup_commands": ["pip install ray==2.59.0"]}, set()),
    ("boto3-missing", {"head_setup_commands": []}, set()),
    ("type-setup-replaces", {CPU + "worker_setup_commands": ["pip install ray==2.60.0 torch"]}, set()),
    ("user-data-races", {CONFIG + "UserData": "#!/bin/sh\napt-get update\n"}, set()),
    ("updaters-disabled", {"provider/disable_node_updaters": True}, set()),
]
