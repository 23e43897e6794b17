"""Secrets that AWS makes up and nobody types."""

from __future__ import annotations

from functools import cached_property

from cdktf import TerraformStack
from constructs import Construct

from config.label import Label
from modules.aws import DataAwsSecretsmanagerSecretVersion, SecretsmanagerSecret, SecretsmanagerSecretVersion
from modules.ids import THIS
from modules.protection import protected, waive

_RECOVERY_DAYS = 7
_PASSWORD = "aws_secretsmanager_random_password"  # noqa: S105 - the name of a resource type


class GeneratedSecret(Construct):
    """Define a secret with a random value.

    The value is made during apply by an ephemeral resource and written with a write-only argument, so that it is in
    neither plan nor state (docs/adr/0003-secrets.md).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        label: Label,
        part: str,
        description: str,
        length: int,
        key_arn: str,
        protect: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._secret = SecretsmanagerSecret(
            self,
            THIS,
            name=label.name(part),
            description=description,
            kms_key_id=key_arn,
            # An unprotected environment can be made again under the same name at once.
            recovery_window_in_days=_RECOVERY_DAYS if protect else 0,
            lifecycle=protected(protect),
            tags=label.tags(part),
        )
        waive(
            self._secret,
            CKV2_AWS_57="Rotation would restart every node at that moment; the value is random and no person sees it.",
        )
        self._version = SecretsmanagerSecretVersion(
            self,
            "version",
            secret_id=self.arn,
            secret_string_wo=self._random(part, length),
            secret_string_wo_version=1,
        )

    def _random(self, part: str, length: int) -> str:
        # CDKTF knows no ephemeral resources, Terraform does.
        name = part.replace("-", "_")
        TerraformStack.of(self).add_override(
            f"ephemeral.{_PASSWORD}.{name}",
            {"password_length": length, "exclude_punctuation": True, "require_each_included_type": True},
        )
        return f"${{ephemeral.{_PASSWORD}.{name}.random_password}}"

    def read(self) -> str:
        """The value, for resources that can take it in no other way: they hold it in the state."""
        version = DataAwsSecretsmanagerSecretVersion(
            self, "value", secret_id=self.arn, version_id=self._version.version_id
        )
        return str(version.secret_string)

    @cached_property
    def arn(self) -> str:
        """ARN of the secret, a token until apply."""
        return str(self._secret.arn)
