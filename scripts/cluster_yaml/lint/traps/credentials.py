"""Secrets in the file and in what it copies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import Cluster, mapping, shown
from scripts.cluster_yaml.lint.registry import Hit, Severity, trap
from scripts.cluster_yaml.lint.secret_kinds import secret_kinds

_CREDENTIAL_FILES = re.compile(
    r"(?:^|/)(?:\.aws|\.ssh|\.kube|\.docker|\.gnupg|\.config/gcloud|\.netrc|\.git-credentials|\.pgpass|\.env"
    r"|\.huggingface|\.ray/auth_token|credentials(?:\.json)?|id_(?:rsa|ed25519|ecdsa)|[^/]*\.pem)(?:/|$)"
)


@trap("secret-in-file", Severity.HIGH, "autoscaler/_private/commands.py")
def secret_in_file(cluster: Cluster) -> Iterator[Hit]:
    """A secret stands in the file.

    Why: the file goes to version control, into /tmp of whoever runs `ray up`, and onto the head as
    ~/ray_bootstrap_config.yaml, where every job reads it. What is in a command is in the process list too.

    Want: a role for AWS, Secrets Manager for the rest; and make that secret anew.
    """
    for number, line in enumerate(cluster.document.text.splitlines(), start=1):
        if kinds := secret_kinds(line):
            yield Hit((), f"{kinds[0]} (not shown)", line=number)


@trap("aws-credentials-in-file", Severity.HIGH, "autoscaler/_private/aws/config.py")
def aws_credentials_in_file(cluster: Cluster) -> Iterator[Hit]:
    """`provider.aws_credentials` puts keys onto the head.

    Why: Ray copies the whole file to the head and uses these keys there in place of the head's role.

    Want: no `aws_credentials`: a profile of the AWS CLI on your side, `IamInstanceProfile` on the head's.
    """
    if cluster.provider.get("aws_credentials"):
        yield Hit(("provider", "aws_credentials"), "aws_credentials (not shown)", "provider")


@trap("credentials-mounted", Severity.HIGH, "autoscaler/_private/commands.py")
def credentials_mounted(cluster: Cluster) -> Iterator[Hit]:
    """`file_mounts` copies credentials to every node.

    Why: every task on every node reads them, and they outlive the cluster in volumes that are kept.

    Want: an instance profile, Secrets Manager, or a file that holds no secret.
    """
    for target, source in mapping(cluster.fields.get("file_mounts")).items():
        names = [name for name in (target, source) if isinstance(name, str)]
        if any(_CREDENTIAL_FILES.search(name) for name in names):
            yield Hit(("file_mounts", target), shown(source), "file_mounts")
