"""Variables that lead a program to another AWS than the one of its credentials."""

from __future__ import annotations

import re

_ENDPOINT = re.compile(r"(TF_)?AWS_(ENDPOINT_URL.*|[A-Z0-9]+_ENDPOINT)")
"""`AWS_ENDPOINT_URL_S3` of the AWS SDKs; `AWS_S3_ENDPOINT`, `TF_AWS_IAM_ENDPOINT` of Terraform and its provider."""


def is_endpoint(variable: str) -> bool:
    """Whether a variable of this name overrides an endpoint."""
    return _ENDPOINT.fullmatch(variable) is not None
