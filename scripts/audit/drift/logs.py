"""Log groups, and the flow log of the VPC."""

from __future__ import annotations

from typing import Any

from scripts.audit.drift.translator import (
    COMPUTED,
    FIXED,
    FOLLOWS,
    NAME,
    OWN,
    TAGS,
    Case,
    Same,
    Translator,
    by_item,
    fields,
    left_out,
    renamed,
    tags,
)
from scripts.inventory.details import LIST_LOG_GROUP_TAGS
from scripts.inventory.logs import DESCRIBE_FLOW_LOGS, DESCRIBE_LOG_GROUPS


def _tags(case: Case) -> dict[str, str]:
    answer = case.deployed.document(LIST_LOG_GROUP_TAGS, resourceArn=case.state("arn"))
    return dict(answer.get("tags", {})) if answer else {}


def _retention(case: Case) -> Any:
    """For ever is 0 in the state, and nothing in the answer."""
    return case.answer.get("retentionInDays", 0)


LOG_GROUP = Translator(
    "aws_cloudwatch_log_group",
    by_item(DESCRIBE_LOG_GROUPS, "logGroupName", "name"),
    {
        **renamed(kms_key_id="kmsKeyId", log_group_class="logGroupClass"),
        "retention_in_days": Same(_retention),
        "tags_all": Same(_tags),
    },
    left_out((COMPUTED, "arn id"), (NAME, "name name_prefix"), (OWN, "skip_destroy"), (TAGS, "tags")),
)


def _vpc(case: Case) -> Any:
    resource = str(case.answer["ResourceId"])
    return resource if resource.startswith("vpc-") else None


FLOW_LOG = Translator(
    "aws_flow_log",
    by_item(DESCRIBE_FLOW_LOGS, "FlowLogId"),
    {
        **fields("traffic_type log_destination log_destination_type log_format max_aggregation_interval"),
        **fields("destination_options"),
        **renamed(iam_role_arn="DeliverLogsPermissionArn", deliver_cross_account_role="DeliverCrossAccountRole"),
        "vpc_id": Same(_vpc),
        **tags(),
    },
    left_out(
        (COMPUTED, "arn id"),
        (FOLLOWS, "log_group_name"),
        (FIXED, "eni_id subnet_id transit_gateway_id transit_gateway_attachment_id"),
        (TAGS, "tags"),
    ),
)

TRANSLATORS = (LOG_GROUP, FLOW_LOG)
