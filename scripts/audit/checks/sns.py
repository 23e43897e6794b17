"""SNS topics of the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from scripts.audit.registry import Severity, check
from scripts.audit.resource_policies import open_actions
from scripts.audit.verdict import Verdict, expect, shown
from scripts.inventory import Inventory
from scripts.inventory.reading import each, readable


@check("sns.encrypted", severity=Severity.MEDIUM, standards=("Config sns-encrypted-kms",), optional=True)
def encrypted(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Topics of the cluster encrypt what waits in them.

    Why: what alarms and jobs report names machines, data and people.

    Fix: `aws sns set-topic-attributes --attribute-name KmsMasterKeyId`, with the key of the environment.
    """
    for topic in each(readable(inventory.topics.ours)):
        yield Verdict(topic.arn, topic.kms_key is not None, f"key is {shown(topic.kms_key)}")


@check(
    "sns.not_public",
    severity=Severity.HIGH,
    standards=("FSBP SNS.4", "Config sns-topic-no-public-access"),
    optional=True,
)
def not_public(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The policy of a topic of the cluster allows nothing to everybody.

    Why: everybody could listen to the alarms, or raise false ones.

    Fix: `aws sns set-topic-attributes --attribute-name Policy`, with a condition on `aws:SourceOwner`.
    """
    for topic in each(readable(inventory.topics.ours)):
        yield expect(topic.arn, "actions open to everybody", open_actions(topic.policy), set())
