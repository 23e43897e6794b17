"""MemoryDB access control lists, which moto lacks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.memorydb.models import MemoryDBBackend
from moto.memorydb.responses import MemoryDBResponse

from scripts.local_aws.extensions.plumbing import AwsError, Params, need, op, table, wrap

OPEN = "open-access"
MINIMUM_ENGINE = "6.2"
PASSWORD_LENGTHS = range(16, 129)
NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")


def acls_of(backend: Any) -> dict[str, Params]:
    """ACLs of a region by name; each account has one that lets everybody in."""
    acls = table(backend, "acls")
    if OPEN not in acls:
        acls[OPEN] = _new(backend, OPEN, ["default"])
    return acls


def need_acl(backend: Any, name: str | None) -> Params:
    """One ACL; refused when there is none."""
    return need(acls_of(backend), name, "ACLNotFoundFault", f"ACL {name} not found.")


@op(MemoryDBResponse)
def create_acl(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateACL.html"""
    backend, name = self.memorydb_backend, params["ACLName"]
    if name in acls_of(backend):
        raise AwsError("ACLAlreadyExistsFault", f"ACL {name} already exists.")
    if not NAME.fullmatch(name):
        raise AwsError("InvalidParameterValueException", f"Invalid ACL name: {name}")
    acls_of(backend)[name] = _new(backend, name, _existing_users(backend, params.get("UserNames") or []))
    backend.tag_resource(acls_of(backend)[name]["ARN"], params.get("Tags") or [])
    return {"ACL": _described(backend, name)}


@op(MemoryDBResponse)
def describe_ac_ls(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_DescribeACLs.html

    The name is moto's snake case of `DescribeACLs`.
    """
    backend, name = self.memorydb_backend, params.get("ACLName")
    if name:
        need_acl(backend, name)
    return {"ACLs": [_described(backend, found) for found in ([name] if name else acls_of(backend))]}


@op(MemoryDBResponse)
def update_acl(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_UpdateACL.html"""
    backend = self.memorydb_backend
    acl = need_acl(backend, params["ACLName"])
    removed = params.get("UserNamesToRemove") or []
    added = _existing_users(backend, params.get("UserNamesToAdd") or [])
    acl["UserNames"] = [name for name in acl["UserNames"] if name not in removed] + added
    return {"ACL": _described(backend, acl["Name"])}


@op(MemoryDBResponse)
def delete_acl(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_DeleteACL.html"""
    backend, name = self.memorydb_backend, params["ACLName"]
    need_acl(backend, name)
    acl = _described(backend, name)
    if acl["Clusters"]:
        raise AwsError("InvalidACLStateFault", f"ACL {name} is attached to a cluster.")
    del acls_of(backend)[name]
    return {"ACL": {**acl, "Status": "deleting"}}


@wrap(MemoryDBResponse, "describe_users")
def describe_users(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_DescribeUsers.html"""
    backend = self.memorydb_backend
    for user in backend.users.values():
        user.acl_names = [acl["Name"] for acl in acls_of(backend).values() if user.user_name in acl["UserNames"]]
    return original(self)


@wrap(MemoryDBBackend, "create_user")
def create_user(
    original: Callable[..., Any], self: Any, user_name: str, authentication_mode: Params, *args: Any, **kwargs: Any
) -> Any:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateUser.html"""
    passwords = authentication_mode.get("Passwords") or []
    if any(len(password) not in PASSWORD_LENGTHS for password in passwords):
        raise AwsError("InvalidParameterValueException", "Passwords must be 16 to 128 characters long")
    return original(self, user_name, authentication_mode, *args, **kwargs)


@wrap(MemoryDBBackend, "delete_user")
def delete_user(original: Callable[..., Any], self: Any, user_name: str) -> Any:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_DeleteUser.html"""
    for acl in acls_of(self).values():
        acl["UserNames"] = [name for name in acl["UserNames"] if name != user_name]
    return original(self, user_name)


@wrap(MemoryDBBackend, "_list_arns")
def list_arns(original: Callable[[Any], list[str]], self: Any) -> list[str]:
    """moto tags only what is listed here."""
    return [*original(self), *(acl["ARN"] for acl in acls_of(self).values())]


def _new(backend: Any, name: str, users: list[str]) -> Params:
    return {
        "Name": name,
        "Status": "active",
        "UserNames": users,
        "MinimumEngineVersion": MINIMUM_ENGINE,
        "ARN": f"arn:aws:memorydb:{backend.region_name}:{backend.account_id}:acl/{name}",
    }


def _described(backend: Any, name: str) -> Params:
    clusters = [cluster.cluster_name for cluster in backend.clusters.values() if cluster.acl_name == name]
    return {**acls_of(backend)[name], "Clusters": clusters}


def _existing_users(backend: Any, names: list[str]) -> list[str]:
    for name in names:
        need(backend.users, name, "UserNotFoundFault", f"User {name} not found.")
    return names
