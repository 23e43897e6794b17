"""Spot requests that come from RunInstances; moto knows only those of RequestSpotInstances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.responses import EC2Response
from moto.ec2.utils import random_id

from scripts.local_aws.extensions.plumbing import Params, copy_given, table, wrap


def remember(self: Any, instance: Any, params: Params) -> None:
    """Note the request of an instance that was launched on the spot market."""
    market = params.get("InstanceMarketOptions") or {}
    if market.get("MarketType") != "spot":
        return
    instance.spot_instance_request_id = random_id("sir", 8)
    request = _request(instance, market.get("SpotOptions") or {})
    table(self.ec2_backend, "spot_requests")[instance.spot_instance_request_id] = request


def _request(instance: Any, options: Params) -> Params:
    fulfilled = "Your spot request is fulfilled."
    request = {
        "SpotInstanceRequestId": instance.spot_instance_request_id,
        "InstanceId": instance.id,
        "State": "active",
        "Status": {"Code": "fulfilled", "Message": fulfilled, "UpdateTime": utcnow()},
        "CreateTime": utcnow(),
        "Type": options.get("SpotInstanceType", "one-time"),
        "SpotPrice": f"{float(options.get('MaxPrice') or 1):.6f}",
        "InstanceInterruptionBehavior": options.get("InstanceInterruptionBehavior", "terminate"),
        "Tags": [],
    }
    copy_given(options, request, ["ValidUntil"])
    return request


@wrap(EC2Response, "describe_spot_instance_requests")
def describe_spot_instance_requests(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotInstanceRequests.html"""
    wanted = self.params.get("SpotInstanceRequestIds")
    requests = table(self.ec2_backend, "spot_requests").items()
    result = original(self)
    ours = [request for name, request in requests if not wanted or name in wanted]
    result.result["SpotInstanceRequests"] = [*result.result["SpotInstanceRequests"], *ours]
    return result


@wrap(EC2Response, "cancel_spot_instance_requests")
def cancel_spot_instance_requests(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CancelSpotInstanceRequests.html"""
    requests = table(self.ec2_backend, "spot_requests")
    ours = [name for name in self.params["SpotInstanceRequestIds"] if name in requests]
    for name in ours:
        requests[name]["State"] = "cancelled"
    answers = [{"SpotInstanceRequestId": name, "State": "cancelled"} for name in ours]
    return ActionResult({"CancelledSpotInstanceRequests": answers}) if ours else original(self)
