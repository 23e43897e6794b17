"""Tags of EKS resources: of clusters and of everything in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from moto.eks.responses import EKSResponse

from scripts.local_aws.extensions.eks_clusters import Cluster
from scripts.local_aws.extensions.plumbing import AwsError, Params, op


@op(EKSResponse, replaces=True)
def tag_resource(self: Any, params: Params) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_TagResource.html"""
    _tags(self, params).update(params["tags"])


@op(EKSResponse, replaces=True)
def untag_resource(self: Any, params: Params) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UntagResource.html"""
    tags = _tags(self, params)
    for key in params["tagKeys"]:
        tags.pop(key, None)


@op(EKSResponse, replaces=True)
def list_tags_for_resource(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListTagsForResource.html"""
    return {"tags": _tags(self, params)}


def _tags(self: Any, params: Params) -> dict[str, str]:
    wanted = unquote(params["resourceArn"])
    for cluster in self.eks_backend.clusters.values():
        for arn, document in _documents(cluster):
            if arn == wanted:
                tags: dict[str, str] = document["tags"]
                return tags
    raise AwsError("NotFoundException", f"Resource was not found: {wanted}")


def _documents(cluster: Cluster) -> Iterator[tuple[str, Params]]:
    yield cluster.arn, cluster.document
    kinds = (
        ("nodegroupArn", cluster.node_groups),
        ("addonArn", cluster.addons),
        ("accessEntryArn", cluster.access_entries),
        ("associationArn", cluster.associations),
    )
    for member, documents in kinds:
        yield from ((document[member], document) for document in documents.values())
