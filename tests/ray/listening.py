"""A socket of another network namespace: it stays in the one in which it was made, whoever uses it."""

from __future__ import annotations

import ctypes
import os
import socket
from concurrent.futures import ThreadPoolExecutor

from tests.ray.vpc import Namespace

_CLONE_NEWNET = 0x40000000


def listen_in(namespace: Namespace, address: str, port: int) -> socket.socket:
    """Listen at an address of a namespace, for a program of the host."""
    with ThreadPoolExecutor(1) as other_thread:  # which alone goes there, and ends
        return other_thread.submit(_listen, namespace, address, port).result()


def _listen(namespace: Namespace, address: str, port: int) -> socket.socket:
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(namespace.path, os.O_RDONLY)
    try:
        if libc.setns(handle, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace.name}")
    finally:
        os.close(handle)
    return socket.create_server((address, port), backlog=128)
