"""The emulator's process: moto on loopback, its state on disk, stopped by SIGTERM.

Run by `client`, with the folder of the state as its only argument.
"""

from __future__ import annotations

import fcntl
import functools
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.errors import UserError, report_user_errors
from scripts.local_aws.identity import HOST, PORT_VARIABLE, PRODUCT, Folder, Identity, code_version

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

    from scripts.local_aws.gate import Gate
    from scripts.local_aws.kubernetes.server import Listener
    from scripts.local_aws.saver import Saver

WATCH_SECONDS = 2.0

SETTINGS = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "MOTO_ENABLE_AMI_VALIDATION": "true",
    "MOTO_ENABLE_KEYPAIR_VALIDATION": "true",
    "MOTO_DISABLE_GLOBAL_CORS": "true",  # no web page has business here
}
"""Read by moto when it is imported."""


@report_user_errors
def main() -> int:
    """Serve until SIGTERM or SIGINT, then save."""
    folder = Folder(Path(sys.argv[1]).resolve())
    lock = _own(folder)
    listener = _listen(_wanted_port())
    os.environ.update(SETTINGS)
    identity = Identity(PRODUCT, os.getpid(), listener.getsockname()[1], str(folder.path), code_version())
    _serve(folder, identity, listener, lock)
    if _still_owns(folder, lock):
        folder.identity.unlink(missing_ok=True)
    lock.close()
    return 0


def _own(folder: Folder) -> Any:
    """Take the folder for this process; the lock is gone with the process, however it ends."""
    lock = folder.process_lock.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        raise UserError(
            f"another embedded AWS that does not answer uses {folder.path}; end it: kill -9 {lock.read()}"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _wanted_port() -> int:
    value = os.environ.get(PORT_VARIABLE, "0")
    if not value.isdecimal() or int(value) > 65535:
        raise UserError(f"{PORT_VARIABLE} is {value!r}, wanted a port number or nothing; run: unset {PORT_VARIABLE}")
    return int(value)


def _listen(port: int) -> socket.socket:
    """Bind before anything else is done, so that a taken port leaves nothing behind."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        raise UserError(
            f"port {port} of {PORT_VARIABLE} cannot be used ({error.strerror}); "
            f"free it, name another port, or let one be chosen: unset {PORT_VARIABLE}"
        ) from None
    return listener


def _still_owns(folder: Folder, lock: Any) -> bool:
    """Tell whether the folder is the one we started in, and was not removed (and perhaps made anew)."""
    try:
        return folder.process_lock.stat().st_ino == os.fstat(lock.fileno()).st_ino
    except FileNotFoundError:
        return False


def _stop_when_removed(server: BaseWSGIServer, folder: Folder, lock: Any) -> None:
    """End with the folder: nobody could find this process again, nor may it write over its successor's state."""

    def watch() -> None:
        while _still_owns(folder, lock):
            time.sleep(WATCH_SECONDS)
        server.shutdown()

    threading.Thread(target=watch, name="folder", daemon=True).start()


def _serve(folder: Folder, identity: Identity, listener: socket.socket, lock: Any) -> None:
    # Imported late: a taken port or folder is reported before the second that moto's import takes.
    from scripts.local_aws import extensions, state
    from scripts.local_aws.extensions.eks_clusters import clusters
    from scripts.local_aws.extensions.slow import delete_slow_resources
    from scripts.local_aws.gate import Gate
    from scripts.local_aws.middleware import Middleware
    from scripts.local_aws.saver import Saver

    extensions.load()
    state.load(folder.state)
    gate = Gate()
    saver = Saver(folder.state, gate)
    kubernetes_port = _kubernetes(folder, gate, saver)
    application = Middleware(
        _moto(),
        identity=identity,
        gate=gate,
        saver=saver,
        prepare_destroy=delete_slow_resources,
        kubernetes_port=kubernetes_port,
    )
    if any(clusters()):
        kubernetes_port()
    server = _werkzeug(application, listener)
    _stop_on_signals(server)
    saver.start()
    state.write_private(folder.identity, json.dumps(identity.to_dict()).encode())
    print(f"EMULATOR {identity.endpoint} pid {identity.pid}", file=sys.stderr, flush=True)
    _stop_when_removed(server, folder, lock)
    server.serve_forever()
    if _still_owns(folder, lock):
        saver.save()


def _kubernetes(folder: Folder, gate: Gate, saver: Saver) -> Callable[[], int]:
    """How to get the port of the Kubernetes API; of that nothing is loaded before it is wanted."""

    @functools.cache
    def listener() -> Listener:
        from scripts.local_aws.kubernetes.server import Listener

        return Listener(folder.kubernetes, gate, saver)

    return lambda: listener().port()


def _moto() -> Any:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    return DomainDispatcherApplication(create_backend_app)


def _werkzeug(application: Any, listener: socket.socket) -> BaseWSGIServer:
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request would bury what went wrong
    host, port = listener.getsockname()
    listener.listen(128)
    return make_server(host, port, application, threaded=True, request_handler=MotoRequestHandler, fd=listener.fileno())


def _stop_on_signals(server: BaseWSGIServer) -> None:
    def stop(_number: int, _frame: object) -> None:
        # From another thread: shutdown() waits for the loop that this signal interrupted.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


if __name__ == "__main__":
    exit_code = main()
    sys.stderr.flush()
    os._exit(exit_code)  # Python would take moto's objects apart one by one, which `stop` waits for
