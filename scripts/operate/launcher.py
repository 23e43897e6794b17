"""Whose credentials launch and end nodes for `ray up` and `ray down`: the launcher role's, or the caller's own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from boto3.session import Session as BotoSession
from botocore.exceptions import ClientError

from config.ec2_cluster import Ec2ClusterConfig
from scripts.inventory.session import Session
from scripts.operate.refusals import explained

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE")
CALLERS = "RAYFORM_CALLER_"
"""Begins the names under which Ray's client carries the caller's own credentials, for SSH over SSM."""


@dataclass(frozen=True)
class Launcher:
    """Credentials of who launches."""

    session: Session
    variables: Mapping[str, str] = field(repr=False)
    """Process environment for Ray's client: it holds secrets."""


def launcher_of(environment: Ec2ClusterConfig, session: Session, outputs: Mapping[str, Any]) -> Launcher:
    """The launcher role where there is one and the caller may assume it, else the caller; says which."""
    arn: str | None = outputs.get("role_arns", {}).get("launcher")
    credentials = _assume(arn, session) if arn else None
    if credentials is None:
        return Launcher(session, dict(os.environ))
    boto = BotoSession(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=environment.region,
    )
    return Launcher(replace(session, boto=boto), _variables(credentials))


def _assume(arn: str, session: Session) -> Mapping[str, str] | None:
    with explained(f"the launcher role {arn} cannot be assumed", "sts:AssumeRole on it"):
        try:
            answer = session.client("sts").assume_role(RoleArn=arn, RoleSessionName="rayform")
        except ClientError as error:
            if error.response["Error"]["Code"] != "AccessDenied":
                raise
            print(f"with your own credentials: {arn} does not trust you (iam.launcher_principal_arns)", file=sys.stderr)
            return None
    print(f"as the launcher: {arn}", file=sys.stderr)
    credentials: Mapping[str, str] = answer["Credentials"]
    return credentials


def _variables(credentials: Mapping[str, Any]) -> dict[str, str]:
    callers = {f"{CALLERS}{name}": os.environ[name] for name in CREDENTIALS if name in os.environ}
    return {
        **{name: value for name, value in os.environ.items() if name not in CREDENTIALS},
        **callers,
        f"{CALLERS}USED": "1",
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
