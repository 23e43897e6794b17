"""Boot scripts of the nodes that Ray's autoscaler runs on, and of those that it makes."""

from __future__ import annotations

import base64
import gzip
import subprocess
from pathlib import Path

import pytest

from config.errors import UserError
from config.ray import RayConfig
from scripts.rendering.bootstrap import launched_user_data
from scripts.rendering.user_data import USER_DATA_BYTES, unpacking_script
from tests.rendering.scripts import BARE, BY_RAY_UP, FED, SCRIPTS, head, known_type, worker, written
from tests.rendering.test_bootstrap import SHELLCHECK


def test_autoscaler_on_the_head_is_the_one_that_reads_its_file_again() -> None:
    script = SCRIPTS["autoscaling-head"]()
    assert "--autoscaling-config=/etc/rayform/autoscaling.yaml" in script
    assert "Environment=RAY_enable_autoscaler_v2=1\n" in script
    assert "Environment=RAY_NODE_TYPE_NAME=head\n" in script
    for other in (head(), worker(), SCRIPTS["launched-spot-worker"]()):
        assert "RAY_enable_autoscaler_v2" not in other
        assert "--autoscaling-config" not in other


def test_head_has_the_configuration_before_ray_starts_and_looks_each_minute() -> None:
    files = written(SCRIPTS["autoscaling-head"]())
    assert "ExecStartPre=+/opt/rayform/bin/update-autoscaling at-start\n" in files["ray-head.service"]
    assert "OnUnitInactiveSec=60\n" in files["rayform-autoscaling.timer"]
    assert "read-secret ray-test-autoscaling | base64 -d | gunzip" in files["update-autoscaling"]
    assert "systemctl enable --now ray-head.service rayform-autoscaling.timer\n" in SCRIPTS["autoscaling-head"]()


def test_head_reads_its_configuration_without_a_token_too() -> None:
    script = head(ray_type=known_type("head"), autoscaling=FED, token_secret=None, **BARE)
    assert "read-secret" in written(script)


def test_head_of_ray_up_waits_for_it() -> None:
    script = SCRIPTS["ray-up-head"]()
    assert "systemctl enable --now" not in script.replace("systemctl enable --now rayform-bootstrap.service", "")
    assert 'touch "${HOME_DIR}/ready"\n' in script
    assert "install_packages mdadm rsync\n" in script
    files = written(script)
    assert "ExecStartPre=+/opt/rayform/bin/publish-address\n" in files["ray-head.service"]
    assert "systemctl start ray-head.service" in files["start-head"]
    assert 'NAME = "head.test.ray.internal"' in files["publish-address"]
    assert 'HostedZoneId="Z0123456789ABCDEFGHIJ"' in files["publish-address"]
    assert "update-autoscaling" not in files


def test_head_of_ray_up_keeps_no_key_of_whoever_ran_it() -> None:
    assert 'rm -f "$(dirname "${config}")/ray_bootstrap_key.pem"' in written(SCRIPTS["ray-up-head"]())["start-head"]


def test_ray_stop_of_ray_down_stops_the_unit() -> None:
    assert "exec sudo systemctl stop ray-head.service" in written(SCRIPTS["ray-up-head"]())["ray"]
    assert "/usr/local/bin/ray" not in SCRIPTS["autoscaling-head"]()


def test_launched_worker_says_which_instance_it_is() -> None:
    script = SCRIPTS["launched-spot-worker"]()
    assert "NODE_NAME=gpu-$(curl -fsS " in script
    assert "RAY_CLOUD_INSTANCE_ID=$(metadata instance-id)\n" in written(script)["start-ray"]
    assert "Environment=RAY_NODE_TYPE_NAME=gpu\n" in written(script)["ray-worker.service"]
    assert "RAY_CLOUD" not in worker()


def test_drained_worker_of_the_autoscaler_does_not_come_back() -> None:
    assert "Restart=on-failure\n" in written(SCRIPTS["launched-spot-worker"]())["ray-worker.service"]
    for script, unit in ((worker(), "ray-worker.service"), (SCRIPTS["autoscaling-head"](), "ray-head.service")):
        assert "Restart=always\n" in written(script)[unit]


def test_fallback_does_not_wait_for_a_spot_interruption() -> None:
    assert "watch-spot" in written(SCRIPTS["launched-spot-worker"]())
    assert "watch-spot" not in written(SCRIPTS["launched-fallback-worker"]())


def test_user_data_of_a_launched_head_is_text_at_any_size() -> None:
    small, large = "#!/bin/bash\n", "#!/bin/bash\n" + "# a long script\n" * 2000
    assert launched_user_data("head", small, "local.x") == "${local.x}"
    # The head packs it: Secrets Manager takes 64 KiB of configuration.
    assert launched_user_data("worker", large, "local.x") == "${local.x}"
    text = launched_user_data("head", large, "local.x")
    assert text.startswith("#!/bin/bash\n")
    assert "base64 -d <<<'${base64gzip(local.x)}' | gunzip >/opt/rayform/bootstrap\n" in text


def test_packed_script_is_the_script(tmp_path: Path) -> None:
    script = SCRIPTS["launched-spot-worker"]()
    packed = base64.b64encode(gzip.compress(script.encode())).decode()
    text = unpacking_script(packed).replace("/opt/rayform", str(tmp_path / "opt"))
    assert len(text) < USER_DATA_BYTES
    file = tmp_path / "user-data"
    file.write_text(text.replace("exec ", "cat "), encoding="utf-8")
    shown = subprocess.run(["bash", file], capture_output=True, text=True, check=True).stdout
    assert shown == script
    assert subprocess.run([SHELLCHECK, file], check=False).returncode == 0


def test_launched_script_that_ec2_would_refuse_is_one_line() -> None:
    """As text it is longer by a third than what Terraform hands to EC2."""
    packages = [f"package-{number**7:x}-{number**9:x}==1.{number}.{number**3}" for number in range(330)]
    ray = RayConfig(packages=packages)
    head(ray=ray)
    with pytest.raises(UserError, match=r"the boot script of head-node has [0-9]+ bytes compressed, EC2 takes 16384"):
        head(ray=ray, ray_type=known_type("head"), autoscaling=BY_RAY_UP)
