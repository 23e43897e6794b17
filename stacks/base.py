"""What every stack has: provider, backend, addresses, outputs."""

from __future__ import annotations

from typing import Any

import jsii
from cdktf import LocalBackend, S3Backend, TerraformElement, TerraformOutput, TerraformStack
from constructs import Construct, Node

from config.environment import Environment
from modules.aws import AwsProvider, AwsProviderDefaultTags
from modules.ids import THIS

_TERRAFORM = ">= 1.11"
"""Write-only arguments, and lock files in S3 without a table."""


class EnvironmentStack(TerraformStack):
    """The stack of one environment.

    The targets differ in the backend block and in the account guard, in nothing else.
    """

    def __init__(self, scope: Construct, config: Environment) -> None:
        super().__init__(scope, config.name)
        self.label = config.label
        self._paths: dict[str, str] = {}
        guard = [config.account_id] if config.target == "aws" else None
        AwsProvider(
            self,
            "aws",
            region=config.region,
            allowed_account_ids=guard,
            default_tags=[AwsProviderDefaultTags(tags=config.default_tags)],
        )
        self.add_override("terraform.required_version", _TERRAFORM)
        self._set_backend(config)

    def _set_backend(self, config: Environment) -> None:
        if config.target == "local":
            # `terraform init` is told where the file really is, which depends on the checkout.
            LocalBackend(self, path="terraform.tfstate")
            return
        S3Backend(
            self,
            bucket=config.state_bucket,
            key=config.state_key,
            region=config.region,
            encrypt=True,
        )
        # Terraform's own lock in the bucket, which CDKTF's class does not know yet.
        self.add_override("terraform.backend.s3.use_lockfile", True)

    def publish(self, *, sensitive: bool | None = None, **outputs: Any) -> None:
        """Define Terraform outputs; Terraform does not show those that are `sensitive`."""
        for name, value in outputs.items():
            TerraformOutput(self, f"output_{name}", value=value, sensitive=sensitive).override_logical_id(name)

    @jsii.member(jsii_name="allocateLogicalId")
    def _allocate_logical_id(self, element: TerraformElement | Node) -> str:
        """Addresses that people can read: the construct's path, without CDKTF's hash."""
        path = str((element if isinstance(element, Node) else element.node).path)
        name = "_".join(part for part in path.split("/")[1:] if part != THIS)
        if self._paths.setdefault(name, path) != path:
            raise ValueError(f"{path} and {self._paths[name]} have the same Terraform name {name}")
        return name
