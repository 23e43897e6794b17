"""EC2 of a run: what the embedded AWS calls an instance is a machine, which boots from the instance's own user data."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from config.ec2_cluster import Ec2ClusterConfig
from config.security_rules import Group
from tests.ray.commands import wait_until
from tests.ray.deployment import RESOLVER, TOOLS
from tests.ray.disk import Disk, add_login, install
from tests.ray.emulated import Emulated
from tests.ray.machine import Machine
from tests.ray.security_groups import SecurityGroups
from tests.ray.surroundings import ENDPOINT

_ON = ("pending", "running")
MACHINE_ENVIRONMENT = {"AWS_ENDPOINT_URL": ENDPOINT}


@dataclass(frozen=True)
class Instance:
    """An instance as EC2 tells of it."""

    instance_id: str
    instance_type: str
    state: str
    address: str
    profile: str
    """ARN of the instance profile."""
    group: Group
    tags: Mapping[str, str]
    spot: bool
    key_name: str | None
    """Key pair of the login user."""

    @property
    def is_on(self) -> bool:
        """Whether it boots or runs."""
        return self.state in _ON


class Fleet:
    """The instances of one environment."""

    def __init__(
        self,
        emulated: Emulated,
        *,
        environment: Ec2ClusterConfig,
        group_ids: Mapping[Group, str],
        when_launched: Callable[[Instance], None],
    ) -> None:
        self._emulated, self._ec2, self._environment = emulated, emulated.ec2, environment
        self._groups_by_id = {id_: group for group, id_ in group_ids.items()}
        self._when_launched = when_launched
        self.instances: dict[str, Instance] = {}
        self.machines: dict[str, Machine] = {}
        self._firewall = SecurityGroups(environment, lambda: self._members(), resolver=RESOLVER)

    def sync(self) -> None:
        """Boot what was launched since, end what was stopped or terminated, know names. Only from the main thread."""
        self._emulated.zones.sync()
        self.instances = {instance.instance_id: instance for instance in self._described()}
        for instance in self.instances.values():
            machine = self.machines.get(instance.instance_id)
            if instance.is_on and machine is None:
                self._boot(instance)
            elif not instance.is_on and machine is not None and machine.is_on:
                machine.kill()

    def reboot(self, instance_id: str) -> None:
        """Pull the plug of a machine and boot it again from its disk."""
        machine = self.machines[instance_id]
        machine.kill()
        self._start(self.instances[instance_id], machine.disk)

    def wait_until(self, what: str, condition: Callable[[], bool], *, seconds: float) -> float:
        """Wait, and let machines come and go meanwhile."""

        def met() -> bool:
            self.sync()
            return condition()

        return wait_until(what, met, seconds=seconds)

    def on(self, **tags: str) -> list[Instance]:
        """Instances that run and have these tags (`ray_user_node_type="cpu"`)."""
        wanted = {name.replace("_", "-"): value for name, value in tags.items()}
        return [it for it in self.instances.values() if it.is_on and wanted.items() <= it.tags.items()]

    def journals(self) -> list[tuple[str, str]]:
        """The last lines of what the machines' units say, for a test that failed."""
        show = ("journalctl", "--no-pager", "--lines=60", "--unit=user-data", "--unit=ray-*", "--unit=rayform-*")
        logs = ("sh", "-c", "tail -n 80 /var/lib/ray/tmp/session_latest/logs/monitor.* /var/log/rayform-*.log || true")
        on = {name: machine for name, machine in self.machines.items() if machine.is_on}
        return [(f"{part[-1]} of {name}", it.run(*part)) for name, it in on.items() for part in (show, logs)]

    def _members(self) -> dict[Group, list[str]]:
        members: dict[Group, list[str]] = {}
        for instance in self.instances.values():
            if instance.is_on:
                members.setdefault(instance.group, []).append(instance.address)
        return members

    def _boot(self, instance: Instance) -> None:
        self._when_launched(instance)
        around = self._emulated.around
        around.add_instance(instance.address, instance.instance_id, instance_type=instance.instance_type)
        disk = Disk(self._emulated.state, instance.instance_id)
        install(
            disk,
            host_name=f"ip-{instance.address.replace('.', '-')}",
            user_data=self._user_data(instance.instance_id),
            resolver=RESOLVER,
            environment=MACHINE_ENVIRONMENT,
            authority="",
        )
        if instance.key_name is not None:
            add_login(disk, user=self._environment.head.ssh_user, public_key=self._public_key(instance.key_name))
        self._start(instance, disk)

    def _start(self, instance: Instance, disk: Disk) -> None:
        namespace = self._emulated.vpc.attach(instance.instance_id, [instance.address])
        self._firewall.add(instance.group, namespace)
        self.machines[instance.instance_id] = Machine(
            self._emulated.state,
            instance.instance_id,
            namespace=namespace,
            disk=disk,
            tools=TOOLS,
            environment=MACHINE_ENVIRONMENT,
        )

    def _public_key(self, name: str) -> str:
        (pair,) = self._ec2.describe_key_pairs(KeyNames=[name], IncludePublicKey=True)["KeyPairs"]
        return str(pair["PublicKey"])

    def _user_data(self, instance_id: str) -> str:
        answer = self._ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="userData")
        given = base64.b64decode(answer["UserData"]["Value"])
        # As cloud-init does.
        return (gzip.decompress(given) if given.startswith(b"\x1f\x8b") else given).decode()

    def _described(self) -> list[Instance]:
        of_cluster = {"Name": "tag:ray-cluster-name", "Values": [self._environment.label.cluster]}
        pages = self._ec2.get_paginator("describe_instances").paginate(Filters=[of_cluster])
        found = [it for page in pages for each in page["Reservations"] for it in each["Instances"]]
        return [self._instance(it) for it in found]

    def _instance(self, said: Mapping[str, Any]) -> Instance:
        groups = [group["GroupId"] for each in said["NetworkInterfaces"] for group in each["Groups"]]
        before = self.instances.get(said["InstanceId"])
        return Instance(
            instance_id=said["InstanceId"],
            instance_type=said["InstanceType"],
            state=said["State"]["Name"],
            address=said.get("PrivateIpAddress") or (before.address if before else ""),
            profile=said.get("IamInstanceProfile", {}).get("Arn", ""),
            group=self._groups_by_id[groups[0]] if groups else (before.group if before else "worker"),
            tags={tag["Key"]: tag["Value"] for tag in said.get("Tags", [])},
            spot=said.get("InstanceLifecycle") == "spot",
            key_name=said.get("KeyName"),
        )
