"""What the emulator knows of the resources that a request names; read past the gate, with its administrator's key."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.iam_gate.checks import UntranslatableError, as_tags

Found = dict[str, Any]


class World:
    """Look-ups in one region. What is not there is an empty mapping: it has no tags and no keys."""

    def __init__(self, upstream: str, region: str) -> None:
        self._upstream, self._region = upstream, region
        self._clients: dict[str, Any] = {}
        self._session, self._making = boto3.session.Session(), threading.Lock()  # makes clients in one thread only

    def client(self, service: str) -> Any:
        """A boto3 client of the emulator."""
        with self._making:
            if service not in self._clients:
                self._clients[service] = self._session.client(  # type: ignore[call-overload]  # a service by its variable
                    service,
                    endpoint_url=self._upstream,
                    region_name=self._region,
                    aws_access_key_id="test",
                    aws_secret_access_key="test",
                    config=Config(proxies={}, retries={"total_max_attempts": 1}),
                )
            return self._clients[service]

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            client.close()

    def one(self, operation: str, result: str, **parameters: Any) -> Found:
        """The only thing that a Describe operation of EC2 finds."""
        found = _or_none(getattr(self.client("ec2"), operation), **parameters) or {}
        things: list[Found] = found.get(result) or []
        return things[0] if things else {}

    def instance(self, id_: str) -> Found:
        """An instance."""
        reservation = self.one("describe_instances", "Reservations", InstanceIds=[id_])
        found: Found = (reservation.get("Instances") or [{}])[0]
        return found

    def subnet(self, id_: str) -> Found:
        """A subnet."""
        return self.one("describe_subnets", "Subnets", SubnetIds=[id_])

    def default_subnet(self, zone: str | None) -> Found:
        """Where an instance goes that names no subnet."""
        filters = [{"Name": "default-for-az", "Values": ["true"]}]
        filters += [{"Name": "availability-zone", "Values": [zone]}] if zone else []
        return self.one("describe_subnets", "Subnets", Filters=filters)

    def group_id(self, name: str, vpc_id: str) -> str:
        """Id of a security group by its name."""
        filters = [{"Name": "group-name", "Values": [name]}, {"Name": "vpc-id", "Values": [vpc_id]}]
        group = self.one("describe_security_groups", "SecurityGroups", Filters=filters)
        return str(group.get("GroupId") or "unknown")

    def image(self, id_: str) -> Found:
        """An AMI."""
        return self.one("describe_images", "Images", ImageIds=[id_])

    def tags(self, id_: str) -> dict[str, str]:
        """Tags of anything in EC2, by its id."""
        filters = [{"Name": "resource-id", "Values": [id_]}]
        return as_tags(self.client("ec2").describe_tags(Filters=filters)["Tags"])

    def template(self, wanted: Found) -> tuple[str, Found]:
        """Id and data of a launch template; `wanted` as RunInstances names it. Raises UntranslatableError."""
        by = {key: wanted[key] for key in ("LaunchTemplateId", "LaunchTemplateName") if key in wanted}
        version = str(wanted.get("Version") or "$Default")
        found = self.one("describe_launch_template_versions", "LaunchTemplateVersions", Versions=[version], **by)
        if not found:
            raise UntranslatableError(f"launch template {wanted} is not there")
        return found["LaunchTemplateId"], found["LaunchTemplateData"]

    def volumes(self, instance_id: str) -> list[Found]:
        """Volumes of an instance."""
        filters = [{"Name": "attachment.instance-id", "Values": [instance_id]}]
        found: list[Found] = self.client("ec2").describe_volumes(Filters=filters)["Volumes"]
        return found

    def profile(self, name: str) -> Found:
        """An instance profile with its roles. Raises UntranslatableError when it is not there."""
        found = _or_none(self.client("iam").get_instance_profile, InstanceProfileName=name)
        if found is None:
            raise UntranslatableError(f"instance profile {name} is not there")
        profile: Found = found["InstanceProfile"]
        return profile

    def role(self, name: str) -> Found:
        """A role."""
        found = _or_none(self.client("iam").get_role, RoleName=name) or {"Role": {}}
        role: Found = found["Role"]
        return role

    def key(self, name: str) -> Found:
        """A KMS key by id, ARN or alias. Raises UntranslatableError when it is not there."""
        found = _or_none(self.client("kms").describe_key, KeyId=name)
        if found is None:
            raise UntranslatableError(f"key {name} is not there")
        key: Found = found["KeyMetadata"]
        return key

    def customer_key(self, name: str) -> str | None:
        """ARN of a key that the account manages itself; None for one of AWS's, which asks for no permission.

        The emulator calls all keys the customer's: AWS's have an alias of theirs.
        """
        found = self.key(name)
        aliases = self.client("kms").list_aliases(KeyId=found["KeyId"])["Aliases"]
        theirs = name.rpartition(":")[2].startswith("alias/aws/") or found.get("KeyManager") == "AWS"
        if theirs or any(alias["AliasName"].startswith("alias/aws/") for alias in aliases):
            return None
        return str(found["Arn"])

    def secret(self, name: str) -> Found:
        """A secret by name or ARN, without its value."""
        return _or_none(self.client("secretsmanager").describe_secret, SecretId=name) or {}


def _or_none(operation: Callable[..., Any], **parameters: Any) -> Any:
    try:
        return operation(**parameters)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise
        return None
