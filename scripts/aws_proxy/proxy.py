"""The proxy itself: each answer leaves a fixed time after its call came in, however many there are at once.

The embedded AWS is one Python process: asked for a hundred things at the same time it takes longer than AWS does. So
that its own time is not what is measured, the proxy keeps the answers to reads and gives them again, unasked.
"""

from __future__ import annotations

import asyncio
import threading
from asyncio import AbstractEventLoop, StreamReader, StreamWriter
from collections.abc import Callable
from types import TracebackType

from scripts.aws_proxy.http import Request, Response, forward, read_request

HOST = "127.0.0.1"

Substitute = Callable[[Request], "Response | None"]


def _no_substitute(_request: Request) -> Response | None:
    return None


class Proxy:
    """Runs on a thread of its own, on loopback: `with Proxy(endpoint, delay_seconds=0.05) as proxy`."""

    def __init__(self, upstream: str, *, delay_seconds: float, substitute: Substitute = _no_substitute) -> None:
        """`substitute` may answer in the place of the endpoint behind."""
        self.forwarded: list[Request] = []
        """Calls that the endpoint behind had to answer."""
        self._upstream = upstream
        self._delay_seconds = delay_seconds
        self._substitute = substitute
        self.recorded: dict[tuple[str, ...], Response] = {}
        """Answers by the key of their request."""
        self._loop: AbstractEventLoop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="aws-proxy", daemon=True)
        self._port = 0
        self._server: asyncio.Server

    @property
    def endpoint(self) -> str:
        """Where clients reach it."""
        return f"http://{HOST}:{self._port}"

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, HOST, 0, backlog=1024)

    async def _end(self) -> None:
        self._server.close()
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _serve(self, stream: StreamReader, writer: StreamWriter) -> None:
        try:
            while (request := await read_request(stream)) is not None:
                came = self._loop.time()
                response = await self._answer(request)
                await asyncio.sleep(came + self._delay_seconds - self._loop.time())
                writer.write(response.encoded(with_body=request.method != "HEAD"))
                await writer.drain()
        except ConnectionError:
            pass  # the client went away: nobody is left to tell
        finally:
            writer.close()

    async def _answer(self, request: Request) -> Response:
        recorded = self._substitute(request) or self.recorded.get(request.key)
        if recorded is not None:
            return recorded
        self.forwarded.append(request)
        response = await asyncio.to_thread(forward, request, self._upstream)
        self.recorded[request.key] = response
        return response
