"""The token that Ray asks for, from Secrets Manager."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from config.errors import UserError
from scripts.inventory.session import Session
from scripts.operate.deployed import Deployed


def read_token(cluster: Deployed, session: Session) -> str | None:
    """The token; None when the environment asks for none.

    Raises UserError when it cannot be read.
    """
    name, arn = cluster.environment_name, cluster.token_secret_arn
    if not cluster.has_token:
        return None
    if arn is None:
        steps = f"{cluster.make('plan')}, then {cluster.make('apply')}"
        raise UserError(f"{name} has no token deployed, and its file wants one: {steps}")
    try:
        return str(session.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        wanted = "secretsmanager:GetSecretValue on it, and kms:Decrypt on its key"
        raise UserError(f"the token {arn} cannot be read ({code}): you need {wanted}") from None
    except BotoCoreError as error:
        raise UserError(f"the token {arn} cannot be read: {error}") from None


def print_token(cluster: Deployed, session: Session) -> None:
    """Print the token, alone, on stdout."""
    token = read_token(cluster, session)
    if token is None:
        raise UserError(f"{cluster.environment_name} has no token: its file says access.allow_unauthenticated: true")
    print(token)
