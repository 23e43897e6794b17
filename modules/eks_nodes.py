"""Managed node groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable, TerraformResource, TerraformResourceLifecycle
from constructs import Construct

from config.eks_roles import node_managed_policy_arns, node_statements
from config.kuberay_eks import NODE_ROLE, KuberayEksConfig
from config.node_groups import NodeGroup, node_groups
from config.statement import service_trust
from modules.aws import (
    EksNodeGroup,
    EksNodeGroupLaunchTemplate,
    EksNodeGroupNodeRepairConfig,
    EksNodeGroupScalingConfig,
    EksNodeGroupTaint,
    EksNodeGroupTimeouts,
    EksNodeGroupUpdateConfig,
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateMetadataOptions,
    LaunchTemplateMonitoring,
    LaunchTemplateTagSpecifications,
)
from modules.ids import THIS, construct_id
from modules.protection import waive
from modules.role import Role

_ROOT_DEVICE = "/dev/xvda"
"""Of EKS's images of Amazon Linux 2023."""
_TIMEOUTS = {"create": "60m", "update": "120m", "delete": "60m"}
"""An update moves the pods of some nodes after those of others."""
_WORKERS_AT_ONCE_PERCENT = 25


class NodeRole(Role):
    """Define the role of the nodes: it joins the cluster and pulls images. Data is for the roles of pods."""

    def __init__(self, scope: Construct, id_: str, *, config: KuberayEksConfig) -> None:
        super().__init__(
            scope,
            id_,
            label=config.label,
            part=NODE_ROLE,
            trust=[service_trust("ec2.amazonaws.com")],
            permissions_boundary_arn=config.iam.permissions_boundary_arn,
        )
        self.attach(node_managed_policy_arns(config.place))
        waive(
            self.allow("session", node_statements()),
            CKV_AWS_290="Session Manager's actions know no resources; they speak of the instance that calls.",
            CKV_AWS_355="Session Manager's actions know no resources; they speak of the instance that calls.",
        )


class NodeGroups(Construct):
    """Define the managed node groups, each with a launch template: IMDSv2 only, encrypted volumes, private subnets."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: KuberayEksConfig,
        cluster_name: str,
        role_arn: str,
        subnet_ids: Mapping[str, str],
        security_group_ids: Sequence[str],
        key_arn: str,
        wait_for: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id_)
        self._config, self._cluster_name, self._role_arn = config, cluster_name, role_arn
        self._security_group_ids, self._key_arn, self._wait_for = list(security_group_ids), key_arn, list(wait_for)
        groups = node_groups(config)
        defined = [self._define(group, [subnet_ids[zone] for zone in group.zones]) for group in groups]
        untainted = [resource for resource, group in zip(defined, groups, strict=True) if not group.tainted]
        self._for_others: list[TerraformResource] = untainted or defined

    @property
    def for_others(self) -> list[TerraformResource]:
        """The groups whose nodes take what is not Ray: that of the system, where there is one."""
        return self._for_others

    def _define(self, group: NodeGroup, subnet_ids: Sequence[str]) -> EksNodeGroup:
        scope = Construct(self, construct_id(group.name))
        template = self._launch_template(scope, group)
        return EksNodeGroup(
            scope,
            THIS,
            cluster_name=self._cluster_name,
            node_group_name=group.name,
            node_role_arn=self._role_arn,
            subnet_ids=list(subnet_ids),
            version=self._config.eks.version,
            ami_type=group.ami_type,
            capacity_type=group.capacity_type,
            instance_types=list(group.instance_types),
            launch_template=EksNodeGroupLaunchTemplate(id=template.id, version=f"${{{template.fqn}.latest_version}}"),
            scaling_config=EksNodeGroupScalingConfig(
                desired_size=group.bounds.least, min_size=group.bounds.least, max_size=group.bounds.most
            ),
            update_config=_update_of(group),
            force_update_version=group.updates_by_force or None,
            node_repair_config=EksNodeGroupNodeRepairConfig(enabled=True),
            labels=group.labels,
            taint=[
                EksNodeGroupTaint(key=key, value=value, effect="NO_SCHEDULE") for key, value in group.taints.items()
            ],
            timeouts=EksNodeGroupTimeouts(**_TIMEOUTS),
            depends_on=self._wait_for,
            lifecycle=_between_bounds() if group.bounds.least < group.bounds.most else None,
            tags=self._config.label.tags(group.name, group.template_tags),
        )

    def _launch_template(self, scope: Construct, group: NodeGroup) -> LaunchTemplate:
        label = self._config.label
        # EC2 gives instances no tags of the provider's.
        tags = {**self._config.default_tags, **label.tags(group.name, group.tags)}
        return LaunchTemplate(
            scope,
            "launch_template",
            name=label.name(group.name),
            description=f"Nodes of group {group.name}",
            update_default_version=True,
            ebs_optimized="true",
            monitoring=LaunchTemplateMonitoring(enabled=True),
            metadata_options=LaunchTemplateMetadataOptions(
                http_endpoint="enabled",
                http_tokens="required",  # IMDSv2: not an option
                http_put_response_hop_limit=1,  # pods have roles of their own, and must not take the node's
                instance_metadata_tags="disabled",
            ),
            block_device_mappings=[
                LaunchTemplateBlockDeviceMappings(
                    device_name=_ROOT_DEVICE,
                    ebs=LaunchTemplateBlockDeviceMappingsEbs(
                        volume_type="gp3",
                        volume_size=group.root_volume_gib,
                        encrypted="true",  # not an option
                        kms_key_id=self._key_arn,
                        delete_on_termination="true",
                    ),
                )
            ],
            vpc_security_group_ids=self._security_group_ids,
            tag_specifications=[
                LaunchTemplateTagSpecifications(resource_type=kind, tags=tags)
                for kind in ("instance", "volume", "network-interface")
            ],
            tags=label.tags(group.name),
        )


def _update_of(group: NodeGroup) -> EksNodeGroupUpdateConfig:
    """How many nodes an update takes at once: of workers as many as keep it within its time limit."""
    if group.of_workers:
        return EksNodeGroupUpdateConfig(max_unavailable_percentage=_WORKERS_AT_ONCE_PERCENT)
    return EksNodeGroupUpdateConfig(max_unavailable=1)


def _between_bounds() -> TerraformResourceLifecycle:
    """Lifecycle of a group whose size is the Cluster Autoscaler's to set."""
    return TerraformResourceLifecycle(ignore_changes=["scaling_config[0].desired_size"])
