from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.errors import UserError
from scripts.operate.job import client_variables, job_of
from scripts.operate.jobs_api import JobResult


def test_a_file_is_run_in_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "train it.py"
    file.touch()
    job = job_of(str(file), ("--lr", "0.1"))
    assert (job.folder, job.entrypoint) == (tmp_path, ["python", "train it.py", "--lr", "0.1"])
    assert re.fullmatch(r"train-it-\d{8}-\d{6}-[0-9a-f]{4}", job.id)


def test_a_folder_is_run_by_its_main(tmp_path: Path) -> None:
    (tmp_path / "main.py").touch()
    assert job_of(str(tmp_path), ()).entrypoint == ["python", "main.py"]


def test_what_is_no_job_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    wanted = "want a Python file, or a folder with a main.py"
    for path, line in {
        None: "which job? make submit JOB=<Python file, or folder with a main.py> [-- arguments of the job]",
        "nope.py": f"JOB: there is no file nope.py, {wanted}",
        str(tmp_path): f"JOB: {tmp_path} has no main.py, {wanted}",
        f"{tmp_path}/notes.txt": f"JOB: got {tmp_path}/notes.txt, want a Python file (.py), or a folder with a main.py",
    }.items():
        with pytest.raises(UserError) as raised:
            job_of(path, ())
        assert raised.value.lines == (line,)


def test_rays_client_hears_of_no_other_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAY_ADDRESS", "RAY_AUTH_TOKEN_PATH", "RAY_AUTH_MODE"):
        monkeypatch.setenv(name, "of another cluster")
    monkeypatch.setenv("NO_PROXY", "example.com")
    variables = client_variables("secret", tunnelled=True)
    assert {name: value for name, value in variables.items() if name.startswith("RAY_")} == {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": "secret",
    }
    assert variables["NO_PROXY"] == variables["no_proxy"] == "example.com,127.0.0.1"
    assert not any(name.startswith("RAY_") for name in client_variables(None, tunnelled=False))


@pytest.mark.parametrize(
    ("status", "exit_code", "code"),
    [("SUCCEEDED", 0, 0), ("FAILED", 7, 7), ("FAILED", None, 1), ("STOPPED", None, 1), ("FAILED", 0, 1)],
)
def test_the_exit_status_is_the_jobs(status: str, exit_code: int | None, code: int) -> None:
    assert JobResult(status, exit_code).code == code
