"""Where the head finds the configuration of its autoscaler."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from cdktf import ITerraformDependable, TerraformResource
from constructs import Construct

from config.autoscaling_ec2 import AUTOSCALING_SECRET
from config.label import Label
from modules.aws import SecretsmanagerSecret, SecretsmanagerSecretVersion
from modules.ids import THIS
from modules.protection import waive


class AutoscalingSecret(Construct):
    """Define a secret that holds the autoscaler's configuration, which the head reads again each minute.

    There is nothing secret in it. It is not in the head's user data, because a change of that replaces the head; and
    a secret has the key, the endpoint and the audit that the nodes' other secrets have.
    """

    def __init__(self, scope: Construct, id_: str, *, label: Label, key_arn: str) -> None:
        super().__init__(scope, id_)
        self._secret = SecretsmanagerSecret(
            self,
            THIS,
            name=label.name(AUTOSCALING_SECRET),
            description="Configuration of the Ray autoscaler, compressed; no secret in it",
            kms_key_id=key_arn,
            # Terraform writes it anew at any time.
            recovery_window_in_days=0,
            tags=label.tags(AUTOSCALING_SECRET),
        )
        waive(
            self._secret,
            CKV2_AWS_57="It holds no secret: Terraform writes the configuration when it changes.",
            CKV_RAYFORM_11="It holds no data: Terraform writes the configuration anew at any time.",
        )

    def write(self, configuration: str, *, after: Sequence[ITerraformDependable]) -> TerraformResource:
        """Define its content; gives what the head waits for.

        The head reads it within a minute, so `after` are the rights to launch what it says.
        """
        version: TerraformResource = SecretsmanagerSecretVersion(
            self, "version", secret_id=self.arn, secret_string=configuration, depends_on=list(after)
        )
        waive(version, CKV_RAYFORM_10="There is no secret in it: ids, names of secrets, and boot scripts.")
        return version

    @cached_property
    def arn(self) -> str:
        """ARN of the secret, a token until apply."""
        return str(self._secret.arn)
