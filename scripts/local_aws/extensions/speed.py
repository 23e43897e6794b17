"""What moto computes anew for each request, or at each start, though it is always the same. Loaded first."""

from __future__ import annotations

import functools
from collections.abc import Callable
from unittest import mock

import boto3
from moto import backends
from moto.core import responses
from moto.core.base_backend import AccountSpecificBackend

from scripts.local_aws.extensions.plumbing import wrap, wrap_function

# moto.ec2 asks three sessions for its regions, and each of them reads the endpoints of all services: half a second.
with mock.patch.object(boto3, "Session", AccountSpecificBackend.get_session):
    from moto.ec2.models import availability_zones_and_regions as availability_zones_and_regions
from moto.iam.models import IAMBackend

OUR_PARTITION = "aws"


@wrap(IAMBackend, "_init_aws_policies")
def aws_policies(original: Callable[..., list[object]], self: IAMBackend) -> list[object]:
    """Those of our partition only: moto looks for a caller's key in all, and reads 4 MB of policies for each."""
    return original(self) if self.region_name == OUR_PARTITION else []


@wrap_function(responses, "method_names_from_class")
@functools.cache
def method_names(original: Callable[[type], list[str]], service: type) -> list[str]:
    """Names of a service's operations: the extensions have added theirs before the first request."""
    return original(service)


@wrap_function(backends, "list_of_moto_modules")
@functools.cache
def modules(original: Callable[[], list[str]]) -> list[str]:
    """Names of moto's folders."""
    return list(original())
