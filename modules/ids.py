"""Construct ids made from names of a user's: part of Terraform addresses."""

from __future__ import annotations

import re

THIS = "this"
"""Id of the resource that a construct is about: left out of the Terraform address, so `ray/head/this` is `ray_head`."""


def construct_id(*parts: object) -> str:
    """`public`, `us-west-2a` → `public_us_west_2a`."""
    return re.sub(r"[^A-Za-z0-9]", "_", "_".join(str(part) for part in parts))
