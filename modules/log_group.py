"""Encrypted log groups."""

from __future__ import annotations

from functools import cached_property

from cdktf import TerraformResource
from constructs import Construct

from config.label import Label
from modules.aws import CloudwatchLogGroup
from modules.ids import THIS


class LogGroup(Construct):
    """Define a log group `/<project>/<environment>/<part>`, or one of the name that AWS gives it."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        label: Label,
        part: str,
        retention_days: int,
        key_arn: str,
        name: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._name = name or f"/{label.project}/{label.environment}/{part}"
        self._group = CloudwatchLogGroup(
            self,
            THIS,
            name=self._name,
            retention_in_days=retention_days,
            kms_key_id=key_arn,
            tags=label.tags(part),
        )

    @property
    def name(self) -> str:
        """Name of the group, known before apply."""
        return self._name

    @cached_property
    def arn(self) -> str:
        """ARN of the group, a token until apply."""
        return str(self._group.arn)

    @property
    def resource(self) -> TerraformResource:
        """What whoever writes to it by its name must wait for."""
        resource: TerraformResource = self._group
        return resource
