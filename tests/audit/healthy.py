"""An inventory that is exactly what an environment declares, made without AWS."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

from config.anyscale_cloud import AnyscaleCloudConfig
from config.ec2_cluster import Ec2ClusterConfig
from config.efs import MountedEfsConfig
from config.firewall import declared_rules, security_groups
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.memorydb import ACCESS_STRING
from config.s3 import LOGS_BUCKET, BucketConfig
from scripts.audit import applies
from scripts.audit.names import group_of_tier
from scripts.inventory import Inventory
from scripts.inventory.dns import Record
from scripts.inventory.efs import AccessPoint, FileSystem, MountTarget
from scripts.inventory.endpoints import VpcEndpoint
from scripts.inventory.iam import Iam, InstanceProfile, Role
from scripts.inventory.images import Image
from scripts.inventory.instances import Nodes
from scripts.inventory.kms import Key, KeyRotation
from scripts.inventory.logs import FlowLog, LogGroup, Logs
from scripts.inventory.memorydb import Acl, Cluster, MemoryDb, SubnetGroup, User
from scripts.inventory.network import (
    InternetGateway,
    NatGateway,
    Network,
    RouteTable,
    Subnet,
    Vpc,
)
from scripts.inventory.reader import Coverage
from scripts.inventory.s3 import (
    NOT_ASKED,
    PUBLIC_ACCESS_BLOCKS,
    Bucket,
    BucketEncryption,
    BucketLogging,
    CorsRule,
    LifecycleRule,
)
from scripts.inventory.secrets import Secret
from scripts.inventory.security_groups import SecurityGroup, SecurityGroupRule, SecurityGroups
from tests.audit import (
    healthy_cloud,
    healthy_compute,
    healthy_data,
    healthy_drift,
    healthy_eks,
    healthy_iam,
    healthy_nodes,
    healthy_reachability,
    healthy_unmanaged,
)

STATE_VOLUME_ID = "vol-0123456789abcdef0"
"""The volume of the RocksDB store."""


def tls_only(action: str, *resources: str) -> dict[str, Any]:
    """The policy that refuses plain HTTP, as the modules write it."""
    return {
        "Statement": {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": action,
            "Resource": list(resources),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    }


def healthy(config: FoundationConfig) -> Inventory:
    """What AWS would say right after an apply."""
    return _with_eks(_foundation(config), config) if isinstance(config, KuberayEksConfig) else _foundation(config)


def _with_eks(inventory: Inventory, config: KuberayEksConfig) -> Inventory:
    subnet_ids = _node_subnet_ids(config)
    return replace(
        inventory,
        eks=healthy_eks.eks(config, subnet_ids),
        lustre=healthy_eks.lustre(config, subnet_ids),
        repositories=healthy_eks.repositories(config),
        prometheus=healthy_eks.prometheus(config, subnet_ids),
        kubernetes=healthy_eks.kubernetes(config),
        nodes=healthy_eks.nodes(config, subnet_ids),
        network_interfaces=healthy_eks.network_interfaces(config, subnet_ids),
    )


def _foundation(config: FoundationConfig) -> Inventory:
    return Inventory(
        network=_network(config),
        vpc_endpoints=_endpoints(config),
        security_groups=_security_groups(config),
        iam=_iam(config),
        keys=(_key(config),),
        buckets=tuple(_bucket(config, name, settings) for name, settings in healthy_cloud.buckets(config).items()),
        file_systems=(_file_system(config),) if config.efs else (),
        memorydb=_memorydb(config),
        secrets=tuple(Secret(config.label.name(part), _arn(config), False, _tags(config)) for part in _secrets(config)),
        logs=_logs(config),
        nodes=healthy_nodes.nodes(config, _node_subnet_ids(config), _arn(config))
        if isinstance(config, Ec2ClusterConfig)
        else Nodes((), (), {}, {}),
        images=tuple(
            Image(f"ami-{arch}", arch, "137112412989", arch, "2026", "/dev/xvda") for arch in ("arm64", "x86_64")
        ),
        records=((Record(f"head.{config.name}.{config.project}.internal", "A", ("10.0.0.4",)),),),
        ebs=healthy_compute.ebs(_arn(config)),
        launch_templates=healthy_compute.launch_templates(),
        instance_defaults=healthy_compute.instance_defaults(),
        addresses=healthy_compute.addresses(config.layout),
        quotas=healthy_compute.quotas(config),
        account=healthy_compute.account(config, _network(config)),
        s3_account=healthy_data.s3_account(config),
        backups=healthy_data.backups(config),
        alarms=healthy_data.alarms(config),
        topics=healthy_data.topics(config),
        eks_clusters=healthy_data.eks_clusters(config),
        details=healthy_drift.details(),
        surroundings=healthy_unmanaged.surroundings(config),
        coverage=Coverage(1, ()),
        network_acls=healthy_reachability.network_acls(
            [
                *(_subnet_id(*each) for each in _tiers(config)),
                *(table.subnet_ids[0] for table in healthy_cloud.tables_of_nat(config)),
            ]
        ),
        network_interfaces=healthy_reachability.network_interfaces(config, _node_subnet_ids(config)),
        existing_bucket_keys=healthy_cloud.existing_bucket_keys(config, _key(config)),
        prefix_lists=healthy_reachability.prefix_lists(config),
        state=healthy_drift.state(
            healthy_nodes.outputs(config, _node_subnet_ids(config), _arn(config)),
            nodes=healthy_nodes.terraforms(config),
        )
        if isinstance(config, Ec2ClusterConfig)
        else healthy_drift.state(),
        answers=healthy_drift.answers(
            nodes=healthy_nodes.terraforms(config) if isinstance(config, Ec2ClusterConfig) else {}
        ),
    )


def _secrets(config: FoundationConfig) -> list[str]:
    if isinstance(config, KuberayEksConfig):
        return ["ray-token", *(["memorydb-password"] if config.memorydb is not None else [])]
    if not isinstance(config, Ec2ClusterConfig):
        return []
    parts = {
        "ray-token": config.has_token,
        "memorydb-password": config.memorydb is not None,
        "autoscaling": applies.has_autoscaling_secret(config),
    }
    return [part for part, declared in parts.items() if declared]


def _tags(config: FoundationConfig, **more: str) -> dict[str, str]:
    return {**config.default_tags, **more}


def _arn(config: FoundationConfig) -> str:
    return config.kms.existing_key_arn or config.place.arn("kms", "key/1234")


def _subnet_id(tier: str, zone: str, cidr: object) -> str:
    return f"subnet-{tier}-{zone}" if isinstance(cidr, IPv4Network) else str(cidr)


def _node_subnet_ids(config: FoundationConfig) -> dict[str, str]:
    tier = "public" if config.access.public_nodes else "private"
    subnets = config.layout.node_subnets(public=config.access.public_nodes)
    return {zone: _subnet_id(tier, zone, cidr) for zone, cidr in subnets.items()}


def _tiers(config: FoundationConfig) -> list[tuple[str, str, Any]]:
    layout = config.layout
    return [(tier, zone, cidr) for tier in ("private", "public") for zone, cidr in getattr(layout, tier).items()]


def _network(config: FoundationConfig) -> Network:
    layout = config.layout
    # Whoever looks after an existing VPC has a NAT gateway where an Anyscale cloud needs one.
    nat_zones = layout.nat_zones or (config.node_zones[:1] if healthy_cloud.needs_nat(config) else ())
    nat_of = {zone: f"nat-{zone if zone in nat_zones else nat_zones[0]}" for zone in layout.private if nat_zones}
    targets = {("private", zone): target for zone, target in nat_of.items()}
    targets |= {("public", zone): "igw-1" for zone in layout.public}
    return Network(
        vpcs=(Vpc("vpc-1", config.label.name("vpc"), (str(config.network.cidr),), _tags(config)),),
        dns_support=True,
        dns_hostnames=True,
        subnets=tuple(
            Subnet(
                _subnet_id(tier, zone, cidr),
                f"{tier}-{zone}",
                zone,
                healthy_reachability.block(config, zone, cidr),
                tier == "public" and applies.gives_public_addresses(config),
                _tags(config),
                zone_id=healthy_compute.zone_ids(config)[zone],
            )
            for tier, zone, cidr in _tiers(config)
        ),
        route_tables=(
            RouteTable("rtb-main", "", True, (), ()),
            *(
                _table(config, tier, zone, _subnet_id(tier, zone, cidr), targets.get((tier, zone)))
                for tier, zone, cidr in _tiers(config)
            ),
            *(
                [
                    RouteTable(
                        "rtb-nat", "", False, (healthy_cloud.NAT_SUBNET,), healthy_reachability.routes(config, "igw-1")
                    )
                ]
                if healthy_cloud.needs_nat(config)
                else []
            ),
        ),
        internet_gateways=(InternetGateway("igw-1", ""),),
        nat_gateways=tuple(
            NatGateway(f"nat-{zone}", "", _nat_subnet_id(config, zone), "available", ("1.2.3.4",)) for zone in nat_zones
        ),
    )


def _nat_subnet_id(config: FoundationConfig, zone: str) -> str:
    """One that is there stands in a public subnet that nobody named."""
    public = config.layout.public
    return _subnet_id("public", zone, public[zone]) if zone in public else healthy_cloud.NAT_SUBNET


def _table(config: FoundationConfig, tier: str, zone: str, subnet_id: str, target: str | None) -> RouteTable:
    return RouteTable(f"rtb-{tier}-{zone}", "", False, (subnet_id,), healthy_reachability.routes(config, target))


def _endpoints(config: FoundationConfig) -> tuple[VpcEndpoint, ...]:
    policy = {
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"a": {}}}]
    }
    tables = tuple(f"rtb-{tier}-{zone}" for tier, zone, _ in _tiers(config))
    gateway = VpcEndpoint("vpce-s3", "", "s3", "Gateway", "available", False, tables, (), (), policy)
    subnet_ids, groups = tuple(_node_subnet_ids(config).values()), ("sg-endpoints",)
    interfaces = (
        VpcEndpoint(f"vpce-{service}", "", service, "Interface", "available", True, (), subnet_ids, groups, policy)
        for service in config.network.endpoints
    )
    return (gateway, *interfaces)


def _security_groups(config: FoundationConfig) -> SecurityGroups:
    groups = [
        SecurityGroup(f"sg-{group}", config.group_name(group), group, _tags(config))
        for group in security_groups(config)
    ]
    rules = [
        SecurityGroupRule(
            rule_id=f"sgr-{index}",
            group_id=f"sg-{rule.group}",
            egress=rule.direction == "egress",
            protocol=rule.protocol,
            first_port=-1 if rule.first_port is None else rule.first_port,
            last_port=-1 if rule.last_port is None else rule.last_port,
            peer=f"sg-{rule.peer}" if isinstance(rule.peer, str) else str(rule.peer),
            description=rule.description,
        )
        for index, rule in enumerate(declared_rules(config))
    ]
    if isinstance(config, KuberayEksConfig) and config.makes_cluster:
        group, of_eks = healthy_eks.cluster_group(config)
        groups, rules = [*groups, group], [*rules, *of_eks]
    return SecurityGroups((SecurityGroup("sg-default", "default", "", {}), *groups), tuple(rules))


def _iam(config: FoundationConfig) -> Iam:
    if isinstance(config, KuberayEksConfig):
        return healthy_eks.iam(config)
    if not isinstance(config, Ec2ClusterConfig):
        return healthy_cloud.iam(config)
    attached: dict[str, list[str]] = {
        "head": config.iam.head_managed_policy_arns,
        "worker": config.iam.worker_managed_policy_arns,
        **{part: [] for part in healthy_iam.other_roles(config)},
    }
    names = [config.label.name(part) for part in attached]
    return Iam(
        roles=tuple(_role(config, part, arns) for part, arns in attached.items()),
        instance_profiles=tuple(InstanceProfile(name, f"arn:{name}", (name,)) for name in names),
    )


def _role(config: Ec2ClusterConfig, part: str, attached: list[str]) -> Role:
    name = config.label.name(part)
    return Role(
        name=name,
        arn=config.place.iam_arn(f"role/{name}"),
        trust=healthy_iam.trust(config, part),
        permissions_boundary_arn=config.iam.permissions_boundary_arn,
        tags=_tags(config),
        inline_policies=healthy_iam.inline_policies(
            config, part, healthy_nodes.launch_facts(config, _node_subnet_ids(config), _arn(config))
        ),
        attached_policies=tuple(healthy_iam.attached_policy(arn) for arn in attached),
        boundary=healthy_iam.boundary(config),
    )


def _key(config: FoundationConfig) -> Key:
    root = {"AWS": f"arn:aws:iam::{config.account_id}:root"}
    return Key(
        arn=_arn(config),
        state="Enabled",
        manager="CUSTOMER",
        aliases=(f"alias/{config.label.cluster}",),
        rotation=KeyRotation(True, config.kms.rotation_days),
        policy={"Statement": [{"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}]},
    )


def _bucket(config: FoundationConfig, name: str, settings: BucketConfig) -> Bucket:
    is_logs = name == LOGS_BUCKET
    arn = f"arn:{config.place.partition}:s3:::{config.bucket_name(name)}"
    return Bucket(
        name=config.bucket_name(name),
        versioning="Enabled",
        encryption=BucketEncryption("AES256", None, False)
        if is_logs
        else BucketEncryption("aws:kms", healthy_cloud.existing_bucket_key(config) or _arn(config), True),
        public_access_blocks=PUBLIC_ACCESS_BLOCKS,
        ownership="BucketOwnerEnforced",
        policy=tls_only("s3:*", arn, f"{arn}/*"),
        lifecycle=(
            LifecycleRule("leftovers", (), None, settings.noncurrent_days, settings.abort_upload_days, ()),
            LifecycleRule(
                "objects",
                (),
                settings.expire_days,
                None,
                None,
                tuple((t.days, t.storage_class) for t in settings.transitions),
            ),
            *(
                LifecycleRule(f"expire {prefix}", (f"Prefix {prefix}",), days, None, None, ())
                for prefix, days in settings.expire_prefix_days.items()
            ),
        ),
        logging=None if is_logs else BucketLogging(config.bucket_name(LOGS_BUCKET), f"{name}/"),
        cors=tuple(
            CorsRule(
                tuple(c.origins),
                tuple(sorted(c.methods)),
                tuple(c.headers),
                tuple(sorted(c.expose_headers)),
                c.max_age_seconds,
            )
            for c in settings.cors
        ),
        tags=_tags(config),
        region=config.region if isinstance(config, AnyscaleCloudConfig) and not is_logs else NOT_ASKED,
    )


def _file_system(config: FoundationConfig) -> FileSystem:
    efs = config.efs
    assert efs is not None
    lifecycle = {
        "TransitionToIA": f"AFTER_{efs.transition_to_ia_days}_DAYS" if efs.transition_to_ia_days else None,
        "TransitionToArchive": f"AFTER_{efs.transition_to_archive_days}_DAYS"
        if efs.transition_to_archive_days
        else None,
        "TransitionToPrimaryStorageClass": "AFTER_1_ACCESS" if efs.transition_back_on_access else None,
    }
    return FileSystem(
        file_system_id="fs-1",
        name=config.label.name("efs"),
        state="available",
        encrypted=True,
        kms_key_arn=_arn(config),
        throughput_mode=efs.throughput_mode,
        provisioned_mibps=efs.provisioned_mibps,
        tags=_tags(config),
        policy=healthy_cloud.file_system_policy(config)
        if isinstance(config, AnyscaleCloudConfig)
        else tls_only("*", config.place.arn("elasticfilesystem", "file-system/fs-1")),
        backup="ENABLED" if efs.backup else "DISABLED",
        lifecycle=tuple((name, when) for name, when in lifecycle.items() if when),
        mount_targets=tuple(
            MountTarget(
                f"fsmt-{zone}",
                zone,
                subnet_id,
                healthy_reachability.address(config, zone, 9),
                "available",
                (f"sg-{group_of_tier(config, 'efs')}",),
            )
            for zone, subnet_id in _node_subnet_ids(config).items()
        ),
        access_points=(AccessPoint("fsap-1", "", "/ray", efs.posix_user_id, efs.posix_group_id, _tags(config)),)
        if isinstance(efs, MountedEfsConfig)
        else (),
        created=healthy_data.MADE,
        overwrite_protection="ENABLED",
    )


def _memorydb(config: FoundationConfig) -> MemoryDb:
    name, wanted, of_cloud = config.memorydb_name, config.memorydb, isinstance(config, AnyscaleCloudConfig)
    if wanted is None:
        return MemoryDb((), (), (), (), {})
    cluster = Cluster(
        name=name,
        status="available",
        node_type=wanted.node_type,
        engine_version=wanted.engine_version,
        shards=1,
        replicas=wanted.replicas,
        tls=True,
        kms_key=_arn(config),
        acl_name="open-access" if of_cloud else name,
        parameter_group_name=name,
        subnet_group_name=name,
        group_ids=(f"sg-{group_of_tier(config, 'memorydb')}",),
        snapshot_retention_days=wanted.snapshot_retention_days,
        snapshot_window=wanted.snapshot_window,
        endpoint="gcs.example:6379",
        multi_az=True,
        zones=tuple(config.node_zones[:2]),
        auto_minor_version_upgrade=True,
    )
    return MemoryDb(
        clusters=(cluster,),
        acls=(Acl("open-access", ("default",)) if of_cloud else Acl(name, (name,)),),
        users=(User("default", "no-password", 0, "on ~* &* +@all"),)
        if of_cloud
        else (User(name, "password", 1, ACCESS_STRING),),
        subnet_groups=(SubnetGroup(name, tuple(_node_subnet_ids(config).values())),),
        maxmemory_policies={name: wanted.maxmemory_policy},
    )


def _logs(config: FoundationConfig) -> Logs:
    prefix = f"/{config.project}/{config.name}"
    flow_logs = config.network.flow_logs
    days = {"flow-logs": flow_logs.retention_days}
    if isinstance(config, Ec2ClusterConfig) and config.observability.cloudwatch_agent:
        days["nodes"] = config.observability.log_retention_days
    return Logs(
        groups=(
            *(LogGroup(f"{prefix}/{part}", kept, _arn(config)) for part, kept in days.items()),
            *healthy_eks.log_groups(config),
        ),
        flow_logs=(FlowLog("fl-1", "ACTIVE", flow_logs.traffic, f"{prefix}/flow-logs"),),
    )
