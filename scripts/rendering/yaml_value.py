"""Values in YAML that a template writes."""

from __future__ import annotations

import json
import re
from typing import Any

_UNPRINTABLE = re.compile("[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML takes only as an escape, and what YAML 1.1 takes for the end of a line:
https://yaml.org/spec/1.2.2/#51-character-set"""


def yaml_value(value: Any) -> str:
    """A value as JSON, which YAML reads the same, on one line."""
    text = json.dumps(value, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\U{ord(found[0]):08x}", text)
