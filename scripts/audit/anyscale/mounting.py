"""Whether a file system lets its clients mount, write and be root, as Anyscale's nodes mount it.

https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
"""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.audit.anyscale.rights import Asked
from scripts.audit.iam_effect.evaluate import Permissions, Request
from scripts.audit.iam_effect.principals import Principal
from scripts.audit.iam_effect.statements import Statement
from scripts.audit.iam_effect.variables import Context

ACTIONS = tuple(f"elasticfilesystem:Client{what}" for what in ("Mount", "Write", "RootAccess"))
THROUGH_TARGET: Context = {
    "elasticfilesystem:accessedviamounttarget": ("true",),
    "elasticfilesystem:accesspointarn": (),
}
_NOBODY = ("aws:principalarn", "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:userid")


def client_requests(config: AnyscaleCloudConfig, file_system_id: str, policy: tuple[Statement, ...]) -> Iterator[Asked]:
    """What a client asks for that comes through a mount target."""
    arn = config.place.arn("elasticfilesystem", f"file-system/{file_system_id}")
    yield from (Asked(Request(action, arn, THROUGH_TARGET), policy) for action in ACTIONS)


def nameless_client(config: AnyscaleCloudConfig) -> Permissions:
    """Plain NFS by the address of a mount target: without TLS, and without saying who it is."""
    who = Principal(config.place.partition, "anonymous", "anonymous")
    return Permissions(who, (), None, {"aws:securetransport": ("false",), **dict.fromkeys(_NOBODY, ())})
