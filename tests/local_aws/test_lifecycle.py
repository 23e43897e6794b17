"""Start, find, stop, kill and reset a real emulator process."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from config.errors import UserError
from config.paths import ROOT
from scripts.local_aws import client, control, daemon
from scripts.local_aws.folder import MARKER
from scripts.local_aws.identity import PORT_VARIABLE, PRODUCT, Folder, code_version, moto_version
from scripts.local_aws.state import FORMAT
from tests.local_aws.conftest import aws_client, noted


def test_second_start_finds_the_first(folder: Folder) -> None:
    began = time.monotonic()
    endpoint = client.ensure_running()
    assert client.running() == endpoint
    assert client.ensure_running() == endpoint
    assert endpoint.startswith("http://127.0.0.1:")
    assert time.monotonic() - began < 20


def test_concurrent_starts_make_one_process(folder: Folder) -> None:
    with ThreadPoolExecutor(4) as pool:
        endpoints = list(pool.map(lambda _: client.ensure_running(), range(4)))
    assert len(set(endpoints)) == 1
    assert folder.log.read_text().count("EMULATOR http") == 1


def test_files_are_private(folder: Folder) -> None:
    endpoint = client.ensure_running()
    aws_client(endpoint, "sns").create_topic(Name="private")
    client.save()
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    for path in (folder.state, folder.identity, folder.log):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_stop_keeps_the_state(folder: Folder) -> None:
    aws_client(client.ensure_running(), "sns").create_topic(Name="kept")
    assert client.stop()
    assert client.running() is None
    assert not client.stop()
    assert topics(client.ensure_running()) == ["kept"]


def test_kill_loses_nothing_that_went_quiet(folder: Folder) -> None:
    endpoint = client.ensure_running()
    aws_client(endpoint, "sns").create_topic(Name="quiet")
    wait_for(folder.state.exists)
    kill(noted(folder).pid)
    assert client.running() is None
    assert topics(client.ensure_running()) == ["quiet"]


def test_explicit_save_is_on_disk_when_it_returns(folder: Folder) -> None:
    aws_client(client.ensure_running(), "sns").create_topic(Name="saved")
    assert client.save()
    kill(noted(folder).pid)
    assert topics(client.ensure_running()) == ["saved"]


def test_sigterm_saves(folder: Folder) -> None:
    aws_client(client.ensure_running(), "sns").create_topic(Name="last")
    os.kill(noted(folder).pid, signal.SIGTERM)
    wait_for(lambda: not folder.identity.exists())
    assert folder.state.exists()


def test_reset_removes_both_states(folder: Folder) -> None:
    client.ensure_running()
    tfstate = folder.path / "terraform" / "demo.tfstate"
    tfstate.parent.mkdir()
    tfstate.write_text("{}")
    assert client.reset()
    assert not folder.path.exists()
    assert not client.reset()


def test_emulator_ends_when_its_folder_is_removed(folder: Folder) -> None:
    client.ensure_running()
    pid = noted(folder).pid
    shutil.rmtree(folder.path)
    wait_for(lambda: not daemon.is_alive(pid))
    assert not folder.path.exists()


def test_reset_leaves_a_folder_that_is_not_ours(folder: Folder) -> None:
    folder.path.mkdir()
    (folder.path / "thesis.tex").touch()
    for command in (client.reset, client.ensure_running):
        with pytest.raises(UserError, match="holds other files; set RAYFORM_LOCAL_AWS to a new folder"):
            command()
    assert (folder.path / "thesis.tex").exists()


def test_port_of_the_users_choice(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv(PORT_VARIABLE, str(port))
    assert client.ensure_running() == f"http://127.0.0.1:{port}"


def test_port_taken(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv(PORT_VARIABLE, str(port))
        with pytest.raises(UserError) as refused:
            client.ensure_running()
    assert str(refused.value) == (
        f"port {port} of RAYFORM_LOCAL_AWS_PORT cannot be used (Address already in use); "
        "free it, name another port, or let one be chosen: unset RAYFORM_LOCAL_AWS_PORT"
    )
    assert not folder.identity.exists()


def test_port_that_is_none(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PORT_VARIABLE, "http")
    with pytest.raises(UserError, match="RAYFORM_LOCAL_AWS_PORT is 'http', wanted a port number"):
        client.ensure_running()


def test_a_foreign_program_on_the_noted_port_is_not_ours(folder: Folder) -> None:
    with foreign({"product": "other"}) as port:
        note(folder, port)
        assert client.running() is None
        assert client.ensure_running() != f"http://127.0.0.1:{port}"


def test_the_emulator_of_another_checkout_is_not_ours(folder: Folder) -> None:
    other = {"product": PRODUCT, "pid": os.getpid(), "folder": "/elsewhere", "version": code_version()}
    with foreign(other) as port:
        note(folder, port)
        assert client.running() is None


def test_an_emulator_of_older_code_is_restarted(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = client.ensure_running()
    aws_client(endpoint, "sns").create_topic(Name="kept")
    pid = noted(folder).pid
    monkeypatch.setattr(client, "code_version", lambda: "newer")
    assert topics(client.ensure_running()) == ["kept"]
    assert noted(folder).pid != pid


def test_a_hung_emulator_is_named(folder: Folder) -> None:
    client.ensure_running()
    pid = noted(folder).pid
    folder.identity.rename(folder.path / "aside")
    try:
        with pytest.raises(UserError, match=f"that does not answer uses {folder.path}; end it: kill -9 {pid}$"):
            client.ensure_running()
    finally:
        kill(pid)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"garbage", "it is not a state of the embedded AWS"),
        (b"", "it is not a state of the embedded AWS"),
        (b'{"product": "x", "format": 1, "moto": "1", "sha256": ""}\n', f"its product is x, wanted {PRODUCT}"),
    ],
)
def test_unusable_state(folder: Folder, document: bytes, why: str) -> None:
    put_state(folder, document)
    with pytest.raises(UserError) as refused:
        client.ensure_running()
    message = f"the state of the embedded AWS cannot be used: {folder.state}: {why}; run: make local-reset"
    assert str(refused.value) == message
    assert folder.state.read_bytes() == document


def test_state_of_an_older_rayform(folder: Folder) -> None:
    header = {"product": PRODUCT, "format": 1, "moto": moto_version(), "sha256": ""}
    put_state(folder, json.dumps(header).encode() + b"\n")
    with pytest.raises(UserError, match="its format is 1, wanted 2; run: make local-reset"):
        client.ensure_running()


def test_state_of_another_moto(folder: Folder) -> None:
    header = {"product": PRODUCT, "format": FORMAT, "moto": "4.0.0", "sha256": ""}
    put_state(folder, json.dumps(header).encode() + b"\n")
    with pytest.raises(UserError, match=f"its moto is 4.0.0, wanted {moto_version()}; run: make local-reset"):
        client.ensure_running()


def test_truncated_state(folder: Folder) -> None:
    aws_client(client.ensure_running(), "sns").create_topic(Name="cut")
    client.stop()
    folder.state.write_bytes(folder.state.read_bytes()[:-10])
    with pytest.raises(UserError, match=r"its sha256 is .*; run: make local-reset"):
        client.ensure_running()


def test_state_that_others_may_write(folder: Folder) -> None:
    put_state(folder, b"x")
    folder.state.chmod(0o666)
    with pytest.raises(UserError, match="others may write to it; run: make local-reset"):
        client.ensure_running()


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("status", "embedded AWS is not running; run: make local-up"),
        ("down", "embedded AWS was not running"),
        ("save", "embedded AWS is not running; its last state is kept"),
        ("reset", "embedded AWS had no state"),
    ],
)
def test_commands_print_one_line(folder: Folder, command: str, line: str) -> None:
    assert run(folder, command) == (0, f"{line}\n", "")


def test_command_error_is_one_line(folder: Folder) -> None:
    put_state(folder, b"garbage")
    code, printed, complaint = run(folder, "up")
    assert (code, printed, complaint.count("\n")) == (2, "", 1)
    assert complaint.startswith("error: the state of the embedded AWS cannot be used")


def test_client_imports_nothing_heavy() -> None:
    program = (
        "import sys, scripts.local_aws.client; print([m for m in ('moto', 'boto3', 'botocore') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_environment_leads_to_the_emulator_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "corp.example")
    base = {"PATH": "/bin", "AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "t", "AWS_ENDPOINT_URL_S3": "http://x"}
    environment = client.environment_for("http://127.0.0.1:1", base)
    assert environment.keys() - client.environment_variables("").keys() == {"PATH"}
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert environment["NO_PROXY"] == "corp.example,127.0.0.1,localhost"


def topics(endpoint: str) -> list[str]:
    found = aws_client(endpoint, "sns").list_topics()["Topics"]
    return [topic["TopicArn"].rpartition(":")[2] for topic in found]


def put_state(folder: Folder, document: bytes) -> None:
    folder.path.mkdir(mode=0o700)
    (folder.path / MARKER).touch()
    folder.state.write_bytes(document)
    folder.state.chmod(0o600)


def note(folder: Folder, port: int) -> None:
    folder.path.mkdir()
    (folder.path / MARKER).touch()
    identity = {"product": PRODUCT, "pid": os.getpid(), "folder": str(folder.path), "version": code_version()}
    folder.identity.write_text(json.dumps({**identity, "port": port}))


class foreign:  # noqa: N801  # used as a context manager
    """Another program on a port, that answers everything with one document."""

    def __init__(self, document: dict[str, object]) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps({**document, "port": self.server.server_address[1]}).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self) -> int:
        self.thread.start()
        return int(self.server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not daemon.is_alive(pid))


def wait_for(done, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def run(folder: Folder, command: str) -> tuple[int, str, str]:
    environment = {**os.environ, "RAYFORM_LOCAL_AWS": str(folder.path)}
    arguments = [sys.executable, "-m", "scripts.local_aws", command]
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_control_answers_nobody_else(folder: Folder) -> None:
    endpoint = client.ensure_running()
    with pytest.raises(UserError, match="did not answer"):
        control.post(endpoint + "/rayform/unknown")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        aws_client(endpoint, "s3").get_object(Bucket="rayform", Key="identity")
