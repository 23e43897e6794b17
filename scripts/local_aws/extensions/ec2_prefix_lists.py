"""Prefix lists: AWS's own come with their addresses."""

from __future__ import annotations

from typing import Any

from moto.ec2.responses import EC2Response

from scripts.local_aws.extensions.plumbing import Params, op


@op(EC2Response, replaces=True)
def describe_prefix_lists(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribePrefixLists.html"""
    lists = self.ec2_backend.describe_managed_prefix_lists(
        prefix_list_ids=params.get("PrefixListIds") or [], filters=self._filters_from_querystring()
    )
    return {"PrefixLists": [_shown(each) for each in lists if each.prefix_list_name.startswith("com.amazonaws.")]}


def _shown(prefix_list: Any) -> Params:
    versions = list(prefix_list.entries.values())
    entries = (versions[-1] or []) if versions else []
    return {
        "PrefixListId": prefix_list.id,
        "PrefixListName": prefix_list.prefix_list_name,
        "Cidrs": [entry["Cidr"] for entry in entries],
    }
