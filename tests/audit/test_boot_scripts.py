"""What the audit reads in the boot scripts of nodes, and what it does not take for what it is not."""

from __future__ import annotations

import pytest

from config.ec2_cluster import Ec2ClusterConfig
from config.hooks import HOOK_END
from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, Result, judge
from scripts.audit.node_script import node_script
from scripts.audit.secret_forms import secrets_in
from scripts.inventory import Inventory
from scripts.inventory.reading import readable
from tests.audit.change import REMOVED, change
from tests.audit.environments import load
from tests.audit.faults import BOOT
from tests.audit.healthy import STATE_VOLUME_ID, healthy

SMALL, ROCKSDB = load("small"), load("rocksdb")
BY_ID = {check.id: check for check in CHECKS}
STATE_VOLUME = "nodes.volumes.2"
"""Of the RocksDB environment: after the root volumes of the head and of a worker."""


def results_of(check_id: str, inventory: Inventory, environment: Ec2ClusterConfig) -> list[Result]:
    return judge(inventory, environment, [BY_ID[check_id]])


def script_of(inventory: Inventory, instance_id: str = "i-0") -> str:
    return readable(inventory.nodes.user_data[instance_id]).text


@pytest.mark.parametrize(
    ("path", "value", "detail"),
    [
        (f"{STATE_VOLUME}.encrypted", False, f"volume {STATE_VOLUME_ID} is not encrypted"),
        (f"{STATE_VOLUME}.kms_key_arn", "arn:aws:kms:us-west-2:123456789012:key/aws", "key is arn"),
        (STATE_VOLUME, REMOVED, f"volume of the store is {STATE_VOLUME_ID}, want one that is attached"),
        (f"{STATE_VOLUME}.instance_id", "i-1", f"volume of the store is {STATE_VOLUME_ID}, want one that is attached"),
        (BOOT, "", "kind of the store is none, want rocksdb"),
    ],
)
def test_the_volume_of_the_store_is_attached_to_the_head_and_encrypted(path: str, value: object, detail: str) -> None:
    results = results_of("nodes.head_storage_declared", change(healthy(ROCKSDB), path, value), ROCKSDB)
    failed = [result for result in results if result.outcome is Outcome.FAIL]
    assert any(result.detail.startswith(detail) for result in failed), results


def test_a_head_without_volumes_was_not_seen() -> None:
    unseen = change(healthy(ROCKSDB), "nodes.volumes", ())
    assert Outcome.UNKNOWN in {result.outcome for result in results_of("nodes.head_storage_declared", unseen, ROCKSDB)}


@pytest.mark.parametrize(
    "check_id",
    [
        "nodes.ray_token_on",
        "nodes.ray_flags_match_ports",
        "nodes.no_secret_in_user_data",
        "nodes.head_storage_declared",
    ],
)
def test_a_node_that_the_state_does_not_know_is_unknown(check_id: str) -> None:
    results = results_of(check_id, change(healthy(SMALL), "nodes.user_data", {}), SMALL)
    assert {result.outcome for result in results} == {Outcome.UNKNOWN}
    assert results[0].detail == ("ec2:DescribeInstanceAttribute i-0 gave no answer: nothing is known of its user data")


def test_no_token_is_wanted_where_none_is_declared() -> None:
    assert judge(healthy(ROCKSDB), ROCKSDB, [BY_ID["nodes.ray_token_on"]]) == []


def test_what_is_missing_and_what_is_too_much_is_named() -> None:
    inventory = healthy(ROCKSDB)
    script = script_of(inventory, "i-1").replace("--min-worker-port=25000", "--min-worker-port=25001")
    results = results_of("nodes.ray_flags_match_ports", change(inventory, "nodes.user_data.i-1.text", script), ROCKSDB)
    assert [result.detail for result in results] == [
        "exactly the 13 flags and variables of the table",
        "missing: --min-worker-port=25000; not of the table: --min-worker-port=25001",
    ]


HOOK = f"""write "${{HOME_DIR}}/bin/bootstrap-hook" 0700 <<'{HOOK_END}'
#!/bin/bash
write /etc/systemd/system/ray-head.service 0644 <<'RAYFORM_EOF'
Environment=RAY_AUTH_MODE=disabled
RAYFORM_EOF
ray start --head --port=1
{HOOK_END}
"""


def test_a_hook_is_not_taken_for_what_starts_ray() -> None:
    text = script_of(healthy(SMALL))
    with_hook = node_script(text + HOOK)
    assert with_hook.variables("head") == node_script(text).variables("head")
    assert with_hook.port_pins("head") == node_script(text).port_pins("head")
    assert node_script(HOOK).variables("head") == {}


# Put together here, so that no scanner takes this file for a leak.
@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("export AWS_ACCESS_KEY_ID=" + "AKIA" + "IOSFODNN7EXAMPLE", "an AWS access key"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----", "a private key"),
        ("git clone https://me:" + "hunter2@git.example/x", "an address with a password"),
        ("pip install git+https://" + "ghp_" + "a" * 36 + "@github.com/x/y", "a token of GitHub"),
        ("huggingface-cli login --token " + "hf_" + "a" * 34, "a token of Hugging Face"),
        ("curl -H 'x: " + "sk-" + "a" * 30 + "'", "a key of OpenAI or Anthropic"),
        ("curl -d @x https://slack.example/" + "xoxb-" + "1" * 12, "a token of Slack"),
        ("key " + "AIza" + "a" * 35, "a key of Google"),
        ("curl -H 'Authorization: Bearer " + "eyJ" + "a" * 20 + ".eyJ" + "b" * 20 + ".c'", "a signed token (JWT)"),
        ("DB_PASSWORD=hunter22", "a value for a secret"),
        ('mysql --password="hunter22"', "a value for a secret"),
        ("  api_key: 'hunter22'", "a value for a secret"),
        ("  password: hunter22", "a value for a secret"),
        ("RAY_AUTH_TOKEN=0123456789abcdef0123456789abcdef", "a value for a secret"),
    ],
)
def test_what_looks_like_a_secret_is_found_and_not_shown(line: str, kind: str) -> None:
    found = list(secrets_in(f"#!/bin/bash\n{line}\n"))
    assert f"line 2 has {kind}" in found
    assert "hunter2" not in "".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "PASSWORD=$(aws secretsmanager get-secret-value --secret-id db)",
        "DB_PASSWORD_FILE=/run/secrets/db",
        "TOKEN=/run/ray/token",
        "SECRET=arn:aws:secretsmanager:us-west-2:123456789012:secret:db",
        "aws ec2 modify-instance-metadata-options --http-tokens required",
        'curl -H "X-aws-ec2-metadata-token: ${session}" http://169.254.169.254/latest',
        "git clone https://github.com/ray-project/ray",
        "# the token: see the handbook",
    ],
)
def test_what_names_a_secret_is_none(line: str) -> None:
    assert list(secrets_in(line)) == []
