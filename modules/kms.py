"""The key that encrypts everything of an environment."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from config.kms import KmsConfig
from config.label import Label
from config.permissions import USE_KEY
from config.place import Place
from config.statement import Condition, Statement
from modules.aws import KmsAlias, KmsKey
from modules.ids import THIS
from modules.policy import policy_document
from modules.protection import protected


class Key(Construct):
    """Define the customer managed key, or pass on one that is there.

    Stateful: what it has encrypted is lost with it. `protect` maps to Terraform `prevent_destroy`.

    EFS, EBS, S3, MemoryDB and Secrets Manager use it with the rights of the caller, which IAM grants through the
    account's statement. CloudWatch Logs, alarms that go to an encrypted SNS topic, and `users`, such as EC2 Spot, which
    launches spot nodes with a role of its own, are callers of their own. `log_groups` are those that are not below
    `/<project>/<environment>/`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: KmsConfig,
        label: Label,
        place: Place,
        protect: bool,
        encrypts: str,
        users: Sequence[Statement],
        log_groups: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        if config.existing_key_arn is not None:
            self._arn = config.existing_key_arn
            return
        key = KmsKey(
            self,
            THIS,
            description=f"Encrypts {encrypts} of {label.cluster}",
            enable_key_rotation=True,  # not an option
            rotation_period_in_days=config.rotation_days,
            deletion_window_in_days=config.deletion_window_days,
            policy=policy_document(self, "policy", [*_key_policy(label, place, log_groups), *users]),
            lifecycle=protected(protect),
            tags=label.tags("key"),
        )
        KmsAlias(self, "alias", name=f"alias/{label.cluster}", target_key_id=key.key_id)
        self._arn = key.arn

    @property
    def key_arn(self) -> str:
        """ARN of the key."""
        return self._arn


def _key_policy(label: Label, place: Place, log_groups: Sequence[str]) -> list[Statement]:
    groups = [f"/{label.project}/{label.environment}/*", *log_groups]
    return [
        Statement("Account", ["kms:*"], ["*"], principals={"AWS": [place.iam_arn("root")]}),
        Statement(
            "CloudWatchLogs",
            USE_KEY,
            ["*"],
            principals={"Service": [f"logs.{place.region}.amazonaws.com"]},
            conditions=[
                Condition(
                    "ArnLike",
                    "kms:EncryptionContext:aws:logs:arn",
                    [place.arn("logs", f"log-group:{group}") for group in groups],
                )
            ],
        ),
        Statement(
            "EncryptedTopics",
            ["kms:Decrypt", "kms:GenerateDataKey*"],
            ["*"],
            principals={"Service": ["sns.amazonaws.com", "cloudwatch.amazonaws.com"]},
            conditions=[Condition("StringEquals", "aws:SourceAccount", place.account_id)],
        ),
    ]


def spot_users(place: Place) -> list[Statement]:
    """Encrypted volumes of spot instances: the service-linked role, which must be there, has no rights of its own.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html
    """
    principals = {"AWS": [place.iam_arn("role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot")]}
    for_aws = [Condition("Bool", "kms:GrantIsForAWSResource", "true")]
    return [
        Statement("SpotInstances", USE_KEY, ["*"], principals=principals),
        Statement("VolumesOfSpotInstances", ["kms:CreateGrant"], ["*"], principals=principals, conditions=for_aws),
    ]
