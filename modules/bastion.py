"""The bastion: a small instance to work from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from cdktf import ITerraformDependable
from constructs import Construct

from config.ec2_cluster import BASTION
from config.label import Label
from config.nodes import NodeConfig
from config.permissions import session_statements
from modules.aws import Instance
from modules.ids import THIS
from modules.image import PinnedImage
from modules.machine import machine
from modules.protection import waive
from modules.role import Role

MACHINE = NodeConfig(instance_type="t4g.nano", ami="al2023", root_volume_gib=8)
"""Enough for SSH, the AWS CLI and Session Manager."""


def allow_sessions(role: Role) -> None:
    """Let Session Manager reach what has a role."""
    waive(
        role.allow("session", session_statements()),
        CKV_AWS_290="Session Manager's actions know no resources; they speak of the instance that calls.",
        CKV_AWS_355="Session Manager's actions know no resources; they speak of the instance that calls.",
    )


class Bastion(Construct):
    """Define the bastion: IMDSv2 only, encrypted root volume, no user data.

    `public` gives it a public address, for SSH from outside; else Session Manager is the way in. It keeps its image
    until Terraform is told to replace the pin.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        label: Label,
        subnet_id: str,
        security_group_id: str,
        instance_profile_name: str,
        key_arn: str,
        ssh_key_name: str | None,
        public: bool,
        wait_for: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id_)
        self._instance = Instance(
            self,
            THIS,
            ami=PinnedImage(self, "image", config=MACHINE).id,
            subnet_id=subnet_id,
            vpc_security_group_ids=[security_group_id],
            associate_public_ip_address=public,
            iam_instance_profile=instance_profile_name,
            key_name=ssh_key_name,
            depends_on=list(wait_for) or None,
            **machine(MACHINE, key_arn=key_arn, tags=label.tags(BASTION, {"rayform:role": BASTION})),
        )
        if public:
            waive(
                self._instance,
                CKV_AWS_88="access.bastion: ssh asks for a public address; only access.ssh_cidrs reach it.",
            )

    @cached_property
    def facts(self) -> dict[str, str]:
        """What a person or a script needs to reach it."""
        return {
            "instance_id": str(self._instance.id),
            "private_ip": str(self._instance.private_ip),
            "public_ip": str(self._instance.public_ip),
        }
