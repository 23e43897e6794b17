"""moto is not made for threads: what comes at the same time goes through it one after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from scripts.local_aws.gate import Gate
from scripts.local_aws.middleware import Middleware

TOGETHER = 8


class NotMadeForThreads:
    """Stands where moto stands, and notices when somebody comes while another is still there."""

    def __init__(self) -> None:
        self.busy = threading.Lock()
        self.met = 0
        self.answered = 0

    def __call__(self, _environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self.busy.acquire(blocking=False):
            self.met += 1
            return []
        threading.Event().wait(0.02)  # others would come in now
        self.answered += 1
        self.busy.release()
        start_response("200 OK", [])
        return []


class NoSaver:
    def note_change(self) -> None:
        pass


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_requests_do_not_meet(method: str) -> None:
    moto = NotMadeForThreads()
    middleware = Middleware(
        moto,
        identity=cast(Any, None),
        gate=Gate(),
        saver=cast(Any, NoSaver()),
        prepare_destroy=lambda _prefix: 0,
        kubernetes_port=lambda: 0,
    )
    begin = threading.Barrier(TOGETHER)

    def ask(_: int) -> None:
        begin.wait()
        middleware({"REQUEST_METHOD": method, "PATH_INFO": "/", "HTTP_HOST": "localhost"}, lambda *_: None)

    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(ask, range(TOGETHER)))
    assert (moto.met, moto.answered) == (0, TOGETHER)


def test_instances_may_start_at_the_same_time(aws: Callable[..., Any]) -> None:
    ec2 = aws("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]

    def start(_: int) -> str:
        return str(ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["PrivateIpAddress"])

    with ThreadPoolExecutor(TOGETHER) as pool:
        addresses = list(pool.map(start, range(3 * TOGETHER)))
    assert len(set(addresses)) == len(addresses)
