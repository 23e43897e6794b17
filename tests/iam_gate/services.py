"""Calls of the other services.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.iam_gate.checks import (
    Call,
    Check,
    Context,
    UntranslatableError,
    as_tags,
    context,
    request_tags,
    resource_tags,
)
from tests.iam_gate.world import World

_ROLE_ACTIONS = frozenset(
    {
        "GetRole",
        "CreateRole",
        "DeleteRole",
        "UpdateRole",
        "UpdateAssumeRolePolicy",
        "TagRole",
        "UntagRole",
        "PutRolePolicy",
        "GetRolePolicy",
        "DeleteRolePolicy",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "ListRolePolicies",
        "ListAttachedRolePolicies",
        "ListInstanceProfilesForRole",
        "PutRolePermissionsBoundary",
        "DeleteRolePermissionsBoundary",
    }
)
_PROFILE_ACTIONS = frozenset(
    {
        "GetInstanceProfile",
        "CreateInstanceProfile",
        "DeleteInstanceProfile",
        "AddRoleToInstanceProfile",
        "RemoveRoleFromInstanceProfile",
    }
)
_IAM_LISTS = frozenset({"ListRoles", "ListInstanceProfiles"})
_SECRET_ACTIONS = frozenset({"GetSecretValue", "DescribeSecret", "PutSecretValue", "UpdateSecret", "DeleteSecret"})
_PARAMETER_ACTIONS = frozenset({"GetParameter", "PutParameter", "DeleteParameter", "GetParameterHistory"})


def iam(call: Call, world: World) -> Iterator[Check]:
    """Roles and instance profiles."""
    if call.operation in _IAM_LISTS:
        yield Check(call.action, "*")
    elif call.operation == "CreateServiceLinkedRole":
        name = call.want("AWSServiceName")
        arn = call.arn(f"role/aws-service-role/{name}/*", region=False)
        yield Check(call.action, arn, context({"iam:AWSServiceName": name}))
    elif call.operation in _ROLE_ACTIONS:
        yield Check(call.action, _role_arn(call, world), _role_keys(call, world))
    elif call.operation in _PROFILE_ACTIONS:
        keys = request_tags(as_tags(call.parameters.get("Tags", [])))
        path = call.parameters.get("Path", "/")
        name = call.want("InstanceProfileName")
        profile = call.arn(f"instance-profile{path}{name}", region=False)
        if call.operation != "CreateInstanceProfile":
            profile = world.profile(name)["Arn"]
        yield Check(call.action, profile, keys)
        if call.operation == "AddRoleToInstanceProfile":
            # To no service yet: a PassRole that is bound to one does not allow it.
            yield Check("iam:PassRole", _role_arn(call, world))
    else:
        raise UntranslatableError(call.action)


def _role_arn(call: Call, world: World) -> str:
    name, path = call.want("RoleName"), call.parameters.get("Path", "/")
    found: str = world.role(name).get("Arn") or call.arn(f"role{path}{name}", region=False)
    return found


def _role_keys(call: Call, world: World) -> Context:
    asked, role = call.parameters, world.role(call.want("RoleName"))
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    tags = as_tags(asked.get("Tags", [])) or dict.fromkeys(asked.get("TagKeys", []), "")
    keys = {
        "iam:PolicyARN": asked.get("PolicyArn"),
        "iam:PermissionsBoundary": asked.get("PermissionsBoundary", boundary),
    }
    return context(keys) | request_tags(tags) | resource_tags(as_tags(role.get("Tags", [])), "iam:")


def sts(call: Call, world: World) -> Iterator[Check]:
    """Taking on a role; its new key is one that the gate does not know until it is registered."""
    if call.operation == "GetCallerIdentity":
        # Nobody needs a permission for it, and a Deny does nothing:
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        return
    if call.operation != "AssumeRole":
        raise UntranslatableError(call.action)
    asked = call.parameters
    keys = {
        "sts:RoleSessionName": asked.get("RoleSessionName"),
        "sts:ExternalId": asked.get("ExternalId"),
        "sts:SourceIdentity": asked.get("SourceIdentity"),
    }
    role = world.role(call.want("RoleArn").rpartition("/")[2])
    tags = resource_tags(as_tags(role.get("Tags", [])), "iam:") | request_tags(as_tags(asked.get("Tags", [])))
    yield Check(call.action, call.want("RoleArn"), context(keys) | tags)


def secretsmanager(call: Call, world: World) -> Iterator[Check]:
    """A secret, by name or ARN."""
    if call.operation == "ListSecrets":
        yield Check(call.action, "*")
        return
    if call.operation not in _SECRET_ACTIONS:
        raise UntranslatableError(call.action)
    wanted = call.want("SecretId")
    found = world.secret(wanted)
    arn = found.get("ARN") or (wanted if wanted.startswith("arn:") else call.arn(f"secret:{wanted}"))
    keys = {"secretsmanager:SecretId": arn, "secretsmanager:VersionStage": call.parameters.get("VersionStage")}
    tags = resource_tags(as_tags(found.get("Tags", [])), "secretsmanager:")
    yield Check(call.action, arn, context(keys) | tags)
    if found.get("KmsKeyId") and call.operation in ("GetSecretValue", "PutSecretValue"):
        yield from _secret_key(call, world, found["KmsKeyId"], arn)


def _secret_key(call: Call, world: World, key_id: str, arn: str) -> Iterator[Check]:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html"""
    key = world.customer_key(key_id)
    if key is None:
        return
    keys = {
        "kms:ViaService": f"secretsmanager.{call.region}.amazonaws.com",
        "kms:CallerAccount": call.account_id,
        "kms:EncryptionContext:SecretARN": arn,
        "kms:EncryptionContextKeys": ["SecretARN", "SecretVersionId"],
        "aws:ViaAWSService": True,
    }
    for action in ("kms:Decrypt", "kms:GenerateDataKey")[: 1 if call.operation == "GetSecretValue" else 2]:
        yield Check(action, key, context(keys))


def ssm(call: Call, _world: World) -> Iterator[Check]:
    """Parameters, by name or ARN; a version or a label may follow a colon."""
    if call.operation in ("GetParameters", "DeleteParameters"):
        names = call.want("Names")
    elif call.operation in _PARAMETER_ACTIONS:
        names = [call.want("Name")]
    elif call.operation == "GetParametersByPath":
        keys = context({"ssm:Recursive": call.parameters.get("Recursive", False)})
        yield Check(call.action, _parameter_arn(call, call.want("Path").rstrip("/")), keys)
        return
    elif call.operation == "DescribeParameters":
        yield Check(call.action, "*")
        return
    else:
        raise UntranslatableError(call.action)
    for name in names:
        yield Check(call.action, _parameter_arn(call, name))


def _parameter_arn(call: Call, name: str) -> str:
    if name.startswith("arn:"):
        return ":".join(name.split(":")[:6])
    path = name.partition(":")[0].removeprefix("/")
    return call.arn(f"parameter/{path}", account=not path.startswith("aws/"))


def s3(call: Call, _world: World) -> Iterator[Check]:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""
    if call.operation == "ListAllMyBuckets":
        yield Check(call.action, "*")
        return
    asked = call.parameters
    resource = f"{asked['Bucket']}/{asked['Key']}" if asked["Key"] else asked["Bucket"]
    keys = {
        "s3:VersionId": asked.get("versionId"),
        "s3:delimiter": asked.get("delimiter"),
        "s3:max-keys": asked.get("max-keys"),
    }
    if call.operation == "ListBucket":
        # A listing without a prefix is one of the empty prefix, which policies name as "".
        yield Check(call.action, f"arn:aws:s3:::{resource}", context(keys) | {"s3:prefix": (asked.get("prefix", ""),)})
    else:
        yield Check(call.action, f"arn:aws:s3:::{resource}", context(keys))


def route53(call: Call, _world: World) -> Iterator[Check]:
    """https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html"""
    if call.operation.startswith("ListHostedZones"):
        yield Check(call.action, "*")
        return
    kind = "change" if call.operation == "GetChange" else "hostedzone"
    keys = {}
    if call.operation == "ChangeResourceRecordSets":
        changes, prefix = call.parameters["Changes"], "route53:ChangeResourceRecordSets"
        keys = {
            f"{prefix}NormalizedRecordNames": {
                change["Name"].lower().rstrip(".").replace("*", "\\052") for change in changes
            },
            f"{prefix}RecordTypes": {change["Type"] for change in changes},
            f"{prefix}Actions": {change["Action"] for change in changes},
        }
    yield Check(call.action, f"arn:aws:route53:::{kind}/{call.parameters['Id']}", context(keys))


def kms(call: Call, world: World) -> Iterator[Check]:
    """A key that the caller uses itself.

    https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
    """
    if call.operation in ("ListKeys", "ListAliases"):
        yield Check(call.action, "*")
        return
    asked = call.parameters
    wanted = call.want("KeyId")
    encryption = asked.get("EncryptionContext", {})
    keys = {
        "kms:CallerAccount": call.account_id,
        "kms:RequestAlias": wanted[wanted.index("alias/") :] if "alias/" in wanted else None,
        "kms:EncryptionContextKeys": list(encryption) or None,
        "kms:GrantIsForAWSResource": False if call.operation == "CreateGrant" else None,
        "kms:GranteePrincipal": asked.get("GranteePrincipal"),
        "kms:GrantOperations": asked.get("Operations"),
        **{f"kms:EncryptionContext:{key}": value for key, value in encryption.items()},
    }
    yield Check(call.action, world.key(wanted)["Arn"], context(keys))
