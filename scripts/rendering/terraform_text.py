"""Text that passes through Terraform unharmed."""

from __future__ import annotations

import re

_INTERPOLATION = re.compile(r"(?P<sign>[$%])\{(?!TfToken\[)")


def escape_interpolation(text: str) -> str:
    """Double the sign of `${…}` and `%{…}`, which Terraform would evaluate, but for CDKTF's tokens."""
    return _INTERPOLATION.sub(r"\g<sign>\g<sign>{", text)
