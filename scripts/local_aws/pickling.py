"""Pickle for moto's backends, which hold locks, modules, keys and references to each other's registries."""

from __future__ import annotations

import importlib
import io
import pickle
import sys
import threading
import types
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import serialization
from moto.core.base_backend import BackendDict
from moto.ssm.models import ParameterDict

Home = tuple[str, str]
"""Module and name under which moto keeps a registry of backends."""

_LOCK_FACTORIES: dict[str, Callable[[], Any]] = {"Lock": threading.Lock, "RLock": threading.RLock}
_LOCK_NAMES = {type(factory()): name for name, factory in _LOCK_FACTORIES.items()}


def dumps(tree: Any) -> bytes:
    """Pickle a tree of backends."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump(tree)
    return buffer.getvalue()


def loads(payload: bytes) -> Any:
    """The tree that `dumps` was given."""
    return _Unpickler(io.BytesIO(payload)).load()


def home(services: BackendDict[Any]) -> Home:
    """Find where moto keeps a registry, so that it is referred to by name and not copied."""
    module = services.backend.__module__
    for name, value in vars(sys.modules[module]).items():
        if value is services:
            return module, name
    raise pickle.PicklingError(f"no name in {module} for the registry of {services.service_name}")


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> tuple[str, ...] | None:
        if isinstance(obj, BackendDict):
            return ("registry", *home(obj))
        if isinstance(obj, types.ModuleType):
            return ("module", obj.__name__)
        if type(obj) in _LOCK_NAMES:
            return ("lock", _LOCK_NAMES[type(obj)])
        return None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, types.FunctionType) and obj.__name__ == "<lambda>":
            return _reduce_lambda(obj)
        if isinstance(obj, ParameterDict):  # a defaultdict whose constructor wants other arguments
            return type(obj), (obj.account_id, obj.region_name), obj.__dict__, None, iter(list(dict.items(obj)))
        if hasattr(obj, "private_bytes") and not isinstance(obj, type):
            return _private_key, (_pem(obj),)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        kind, name, *rest = pid
        if kind == "registry":
            return getattr(importlib.import_module(name), rest[0])
        if kind == "module":
            return importlib.import_module(name)
        return _LOCK_FACTORIES[name]()


def _reduce_lambda(function: types.FunctionType) -> Any:
    if function.__module__ == "moto.ssm.models":  # the factory of its table of tags
        return getattr, (sys.modules[__name__], "_table_of_tables")
    raise pickle.PicklingError(f"a lambda of {function.__module__}, line {function.__code__.co_firstlineno}")


def _table_of_tables() -> defaultdict[Any, dict[Any, Any]]:
    return defaultdict(dict)


def _pem(key: Any) -> bytes:
    encoding, layout = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem: bytes = key.private_bytes(encoding, layout, serialization.NoEncryption())
    return pem


def _private_key(pem: bytes) -> Any:
    return serialization.load_pem_private_key(pem, None)
