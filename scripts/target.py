"""Which AWS a deployment talks to: the process environment for Terraform and boto3, after checking the account."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from config.errors import UserError
from scripts.aws_endpoints import is_endpoint

if TYPE_CHECKING:
    from config.environment import Environment

STS_TIMEOUT_SECONDS = 10


def aws_environment(environment: Environment) -> dict[str, str]:
    """Return the process environment that leads to the AWS of `environment`, the emulator started if need be.

    Refuses every account but the one that the environment is for.
    """
    if environment.target == "local":
        return _emulator_environment()
    require_no_endpoint(environment.name, os.environ)
    require_no_configured_endpoint(environment.name)
    account = caller_account(environment.region)
    if account != environment.account_id:
        raise UserError(
            f"the credentials are of account {account}, {environment.name} wants {environment.account_id}: "
            "choose the right ones, for example AWS_PROFILE=…"
        )
    return dict(os.environ)


def enter_aws(environment: Environment) -> None:
    """Lead this very process to the AWS of `environment`, for boto3 clients made afterwards."""
    variables = aws_environment(environment)
    os.environ.clear()
    os.environ.update(variables)


def _emulator_environment() -> dict[str, str]:
    # Imported here: a real target has nothing to do with the emulator.
    from scripts.local_aws.client import ACCOUNT_ID, ensure_running, environment_for

    endpoint = ensure_running()
    account = emulator_account(endpoint)
    if account != ACCOUNT_ID:
        raise UserError(
            f"{endpoint} answers as account {account}, not as the embedded AWS: make local-down, then again"
        )
    return environment_for(endpoint, os.environ)


def require_no_endpoint(name: str, variables: Mapping[str, str]) -> None:
    """Refuse to work on a real account through an endpoint override: it would be some other AWS."""
    overrides = sorted(key for key, value in variables.items() if is_endpoint(key) and value)
    if overrides:
        raise UserError(f"{name} is on AWS, but {overrides[0]} leads elsewhere: unset {' '.join(overrides)}")


def require_no_configured_endpoint(name: str) -> None:
    """Refuse an endpoint override in the AWS configuration file too."""
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        found = sorted({"endpoint_url", "services"} & Session().get_scoped_config().keys())
    except BotoCoreError as error:
        raise UserError(f"{error}: set AWS_PROFILE to one that `aws configure list-profiles` shows") from None
    if found:
        raise UserError(
            f"{name} is on AWS, but {found[0]} in the AWS configuration file may lead elsewhere: "
            "choose a profile without it, for example AWS_PROFILE=…"
        )


def emulator_account(endpoint: str) -> str:
    """Account that answers at an endpoint; without boto3, whose import takes longer than all else that is done here."""
    import re
    import urllib.request

    scope = "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0"
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    request = urllib.request.Request(endpoint, data=body, headers={"Authorization": scope})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=STS_TIMEOUT_SECONDS) as answer:
            found = re.search(r"<Account>(\d+)</Account>", answer.read().decode())
    except OSError as error:
        raise UserError(
            f"the embedded AWS at {endpoint} does not answer ({error}): make local-down, then again"
        ) from error
    return found[1] if found else "unknown"


def caller_account(region: str) -> str:
    """Account of the credentials in use."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ProfileNotFound

    limits = Config(
        connect_timeout=STS_TIMEOUT_SECONDS,
        read_timeout=STS_TIMEOUT_SECONDS,
        retries={"total_max_attempts": 2},
    )
    try:
        return boto3.client("sts", region_name=region, config=limits).get_caller_identity()["Account"]
    except NoCredentialsError:
        raise UserError("no AWS credentials: set AWS_PROFILE, or log in with: aws sso login") from None
    except ProfileNotFound as error:
        raise UserError(f"{error}: set AWS_PROFILE to one that `aws configure list-profiles` shows") from None
    except ClientError as error:
        reason = error.response["Error"]["Code"]
        raise UserError(
            f"AWS refuses the credentials ({reason}): log in again, for example with: aws sso login"
        ) from None
    except BotoCoreError as error:
        raise UserError(
            f"AWS cannot tell whose credentials these are ({error}): check the login and the network"
        ) from None
