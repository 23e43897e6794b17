"""The access section: who may reach the cluster. Everything in it opens something and is off by default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from config.change import Change
from config.section import Section
from config.text import Form

IpNetwork = IPv4Network | IPv6Network
SshPublicKey = Annotated[str, Form(r"(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+( .*)?", "a public key: ssh-ed25519 AAAA…")]
KeyPairName = Annotated[str, Form(r"[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?", "the name of a key pair")]


class OpeningsConfig(Section):
    """Openings that every flavour may have."""

    client_cidrs: Annotated[list[IpNetwork], Change.IN_PLACE] = []
    """Who may reach what is there for clients."""
    public_nodes: Annotated[bool, Change.REPLACES] = False
    """Put the nodes into the public subnets, with public addresses."""
    allow_public: Annotated[bool, Change.IN_PLACE] = False
    """Accept ranges wider than /8 (IPv6: /16) in the lists of this section, up to the whole internet."""

    @property
    def ranges(self) -> Mapping[str, Sequence[IpNetwork]]:
        """Who is let in, by setting."""
        return {"client_cidrs": self.client_cidrs}


class AccessConfig(OpeningsConfig):
    """Openings in the security groups."""

    client_cidrs: Annotated[list[IpNetwork], Change.IN_PLACE] = []
    """Who may reach the dashboard (with its Jobs API) and the Ray client port on the head."""
    ssh_cidrs: Annotated[list[IpNetwork], Change.IN_PLACE] = []
    """Who may reach port 22 of the nodes. SSM Session Manager works without it."""
    ssh_public_key: Annotated[SshPublicKey | None, Change.REPLACES] = None
    """Key for the login user of the image; without one, EC2 Instance Connect or SSM are the ways in."""
    key_pair_name: Annotated[KeyPairName | None, Change.REPLACES] = None
    """Name of a key pair that is there in the region, instead of `ssh_public_key`."""
    bastion: Annotated[Literal["none", "ssm", "ssh"], Change.IN_PLACE] = "none"
    """A small instance to work from: `none` (SSM Session Manager reaches the nodes themselves); `ssm`, in a private
    subnet with no open port; or `ssh`, in a public subnet, where `ssh_cidrs` then reach port 22 of the bastion, and
    only the bastion reaches port 22 of the nodes."""
    public_nodes: Annotated[bool, Change.REPLACES] = False
    """Put the nodes into the public subnets, with public addresses. Not with flavour `autoscaling-ec2`, which refuses
    true: Ray launches workers without public addresses."""
    allow_unauthenticated: Annotated[bool, Change.REPLACES] = False
    """Run Ray without token authentication: whoever reaches a port of it can run code on the cluster. Clients in
    `client_cidrs` are refused then; a tunnel is the way in."""
    intra_cluster: Annotated[Literal["ports", "workers", "all"], Change.IN_PLACE] = "ports"
    """Between nodes: only the ports that Ray needs; with `workers` also all traffic among workers, whose ports
    torch.distributed, NCCL, Gloo and MPI choose themselves; with `all` all traffic."""

    @property
    def ranges(self) -> Mapping[str, Sequence[IpNetwork]]:
        """Who is let in, by setting."""
        return {"client_cidrs": self.client_cidrs, "ssh_cidrs": self.ssh_cidrs}
