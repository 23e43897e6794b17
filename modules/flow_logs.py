"""Flow logs of a VPC."""

from __future__ import annotations

from constructs import Construct

from config.label import Label
from config.network import FlowLogsConfig
from config.place import Place
from config.statement import Condition, Statement, service_trust
from modules.aws import FlowLog
from modules.ids import THIS
from modules.log_group import LogGroup
from modules.role import Role


class FlowLogs(Construct):
    """Define flow logs of a VPC into an encrypted log group, with a role that may write there only."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: FlowLogsConfig,
        label: Label,
        place: Place,
        vpc_id: str,
        key_arn: str,
        permissions_boundary_arn: str | None,
    ) -> None:
        super().__init__(scope, id_)
        group = LogGroup(
            self, "log_group", label=label, part="flow-logs", retention_days=config.retention_days, key_arn=key_arn
        )
        role = Role(
            self,
            "role",
            label=label,
            part="flow-logs",
            trust=[
                service_trust(
                    "vpc-flow-logs.amazonaws.com", [Condition("StringEquals", "aws:SourceAccount", place.account_id)]
                )
            ],
            permissions_boundary_arn=permissions_boundary_arn,
        )
        role.allow(
            "write",
            [
                Statement(
                    "Write",
                    ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                    [group.arn, f"{group.arn}:*"],
                ),
                Statement("Find", ["logs:DescribeLogGroups"], [place.arn("logs", "log-group:*")]),
            ],
        )
        FlowLog(
            self,
            THIS,
            vpc_id=vpc_id,
            traffic_type=config.traffic,
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=60,
            tags=label.tags("flow-logs"),
        )
