"""Tags by which Ray's autoscaler knows its instances.

Source: https://github.com/ray-project/ray/blob/ray-2.60.0/python/ray/autoscaler/tags.py
"""

from __future__ import annotations

RAY_CLUSTER = "ray-cluster-name"
RAY_KIND = "ray-node-type"
"""`head` or `worker`."""
RAY_NODE_TYPE = "ray-user-node-type"
"""Name of the node type."""
RAY_LAUNCH_CONFIG = "ray-launch-config"
"""Fingerprint of what `ray up` launched the head with, and of whose key."""
