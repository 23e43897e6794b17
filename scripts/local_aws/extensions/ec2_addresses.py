"""Private addresses: after a restart moto would begin anew, with those that AWS keeps; a full subnet is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models.subnets import Subnet

from scripts.local_aws.extensions.plumbing import AwsError, wrap


@wrap(Subnet, "get_available_subnet_ip")
def get_available_subnet_ip(_original: Callable[..., Any], self: Any, instance: Any) -> str:
    """The lowest that is free; AWS keeps the first four and the last of a subnet.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    kept = {*self.aws_reserved_ips, *self._reserved_ips}
    for host in self.cidr.hosts():
        if host not in kept and str(host) not in self._subnet_ips:
            self._unused_ips.discard(str(host))
            self._subnet_ips[str(host)] = instance
            return str(host)
    raise AwsError("InsufficientFreeAddressesInSubnet", f"There are not enough free addresses in subnet '{self.id}'")
