"""One boto3 session for an environment, and clients made for many quick reads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import botocore.session
from boto3.session import Session as BotoSession
from botocore.config import Config
from botocore.configprovider import ConstantProvider

from config.environment import Environment
from scripts.target import aws_environment

_LIMITS: Mapping[str, Any] = {
    "max_pool_connections": 64,
    "parameter_validation": False,  # our arguments are written in this package, and checking them costs time
    "retries": {"mode": "standard", "total_max_attempts": 3},
    "connect_timeout": 5,
    "read_timeout": 20,
}


@dataclass(frozen=True)
class Session:
    """Credentials, region and endpoint of one environment."""

    boto: BotoSession
    endpoint_url: str | None
    config: Config

    def client(self, service: str) -> Any:
        """Make a client. Not to be called by two threads at once: botocore's loader is shared."""
        make: Any = self.boto.client  # its stubs know only literal names of services
        return make(service, endpoint_url=self.endpoint_url, config=self.config)


def open_session(environment: Environment) -> Session:
    """Make the session of an environment; starts the emulator when the environment lives there."""
    return session_for(aws_environment(environment), environment.region)


def session_for(variables: Mapping[str, str], region: str) -> Session:
    """Make a session from a process environment; the environment of this process stays as it is."""
    endpoint_url = variables.get("AWS_ENDPOINT_URL")
    if endpoint_url is None:
        return Session(BotoSession(region_name=region), None, Config(**_LIMITS))
    # Loopback never goes through a proxy, and the emulator has no FIPS endpoints.
    config = Config(**_LIMITS, proxies={}, use_fips_endpoint=False, use_dualstack_endpoint=False)
    return Session(_emulator_session(variables, region), endpoint_url, config)


def _emulator_session(variables: Mapping[str, str], region: str) -> BotoSession:
    core = botocore.session.Session()
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
