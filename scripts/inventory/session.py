"""One boto3 session for an environment, and clients made for many quick reads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any
from urllib.parse import SplitResult, urlsplit

import botocore.session
from boto3.session import Session as BotoSession
from botocore.config import Config
from botocore.configprovider import ConstantProvider
from botocore.utils import parse_timestamp

from config.environment import Environment
from scripts.inventory.guard import Guard
from scripts.inventory.model_loader import ModelLoader
from scripts.target import aws_environment

_LIMITS: Mapping[str, Any] = {
    "max_pool_connections": 64,
    "parameter_validation": False,  # our arguments are written in this package, and checking them costs time
    "retries": {"mode": "standard", "total_max_attempts": 3},
    "connect_timeout": 5,
    "read_timeout": 20,
    "user_agent": "rayform",  # botocore's own is put together anew for each call, a twelfth of a round's work
}


@dataclass(frozen=True)
class Session:
    """Credentials, region and endpoint of one environment."""

    boto: BotoSession
    endpoint_url: str | None
    config: Config
    guard: Guard | None = None
    """What every call of a session that only reads must pass."""
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)
    """botocore's loader and components are shared by the clients of a session, and not safe to share."""

    def client(self, service: str) -> Any:
        """Make a client."""
        make: Any = self.boto.client  # its stubs know only literal names of services
        with self._lock:
            client = make(service, endpoint_url=self.endpoint_url, config=self.config)
        if self.endpoint_url is not None:
            client.meta.events.register("before-send.s3-control", partial(stay_on_host, urlsplit(self.endpoint_url)))
        return self.guard.lock(client) if self.guard else client

    def read_only(self, guard: Guard) -> Session:
        """The same session, whose clients let pass nothing but declared reads."""
        return replace(self, guard=guard)

    def offers(self, service: str) -> bool:
        """Whether a service has an endpoint in this region, as far as botocore knows."""
        regions = self.boto.get_available_regions(service)
        return not regions or self.boto.region_name in regions


def moment_of(text: Any) -> datetime:
    """Read a time as AWS writes it.

    botocore guesses its form anew each time, which is a third of the work of reading a large list.
    """
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (AttributeError, ValueError):  # a number, or a form of HTTP's
        moment: datetime = parse_timestamp(text)
        return moment


def stay_on_host(endpoint: SplitResult, *, request: Any, **_: Any) -> None:
    """Hook of S3 Control, which puts the account id before the host's name: on loopback there is no such name."""
    request.url = urlsplit(request.url)._replace(netloc=endpoint.netloc).geturl()


def open_session(environment: Environment) -> Session:
    """Make the session of an environment; starts the emulator when the environment lives there."""
    return session_for(aws_environment(environment), environment.region)


def session_for(variables: Mapping[str, str], region: str) -> Session:
    """Make a session from a process environment; the environment of this process stays as it is."""
    endpoint_url = variables.get("AWS_ENDPOINT_URL")
    if endpoint_url is None:
        return Session(BotoSession(region_name=region, botocore_session=_core()), None, Config(**_LIMITS))
    # Loopback never goes through a proxy, and the emulator has no FIPS endpoints.
    config = Config(**_LIMITS, proxies={}, use_fips_endpoint=False, use_dualstack_endpoint=False)
    return Session(_emulator_session(variables, region), endpoint_url, config)


def _core() -> botocore.session.Session:
    core = botocore.session.Session()
    core.register_component("data_loader", ModelLoader())
    core.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=moment_of)
    return core


def _emulator_session(variables: Mapping[str, str], region: str) -> BotoSession:
    core = _core()
    # A profile that the user has chosen for the real AWS means nothing here, and may not even be there.
    core.get_component("config_store").set_config_provider("profile", ConstantProvider(None))
    core.set_config_variable("config_file", os.devnull)
    core.set_config_variable("credentials_file", os.devnull)
    return BotoSession(
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token="",
        region_name=region,
        botocore_session=core,
    )
