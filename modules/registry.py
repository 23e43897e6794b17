"""A repository for container images."""

from __future__ import annotations

import json
from functools import cached_property

from constructs import Construct

from config.kuberay import EcrConfig
from config.label import Label
from modules.aws import (
    EcrLifecyclePolicy,
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from modules.protection import protected


class Registry(Construct):
    """Define an ECR repository, named like the cluster, whose tags never move.

    Stateful: `protect` maps to Terraform `prevent_destroy`. Without it images go with the repository.
    """

    def __init__(
        self, scope: Construct, id_: str, *, config: EcrConfig, label: Label, key_arn: str, protect: bool
    ) -> None:
        super().__init__(scope, id_)
        self._repository = EcrRepository(
            self,
            "repository",
            name=label.cluster,
            image_tag_mutability="IMMUTABLE",  # not an option
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
            encryption_configuration=[EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=key_arn)],
            force_delete=not protect,
            lifecycle=protected(protect),
            tags=label.tags("images"),
        )
        EcrLifecyclePolicy(
            self,
            "lifecycle",
            repository=self._repository.name,
            policy=json.dumps({"rules": [_expire_untagged(config.keep_untagged_days)]}),
        )

    @cached_property
    def url(self) -> str:
        """Where images are pushed to and pulled from, a token until apply."""
        return str(self._repository.repository_url)

    @cached_property
    def arn(self) -> str:
        """ARN of the repository, a token until apply."""
        return str(self._repository.arn)


def _expire_untagged(days: int) -> dict[str, object]:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html"""
    return {
        "rulePriority": 1,
        "description": f"Images without a tag, {days} days after their push",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        },
        "action": {"type": "expire"},
    }
