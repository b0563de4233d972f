"""SimServer: the simulated venues on four loopback ports, in a thread of their own that stops with its owner."""

import asyncio
import ipaddress
import socket
import struct
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request as OpeningRequest

from arbkit.errors import UsageError
from arbkit.ports import Clock
from arbkit.venues.sim.simulation import Service, Simulation
from arbkit.venues.sim.streams import Line, Sending
from arbkit.venues.sim.wire.message import Answer, Request

LOOPBACK = "127.0.0.1"
_METHODS = ["GET", "POST", "PUT", "DELETE"]
_PORT_TRIES_MAX = 50
_BODY_BYTES_MAX = 4_000_000
_HANG_S_MAX = 60.0
_START_S_MAX = 30.0
_KEEP_ALIVE_S = 600
_PIECES = 20
_AT_ONCE = struct.pack("ii", 1, 0)
"""How a socket lingers that is closed by a reset."""
_DEAFEN = "deafen"
"""The key of a connection's state under which it can be made half-open."""
_LOOK_EVERY_S = 0.02
"""How often a stream looks for news: no change of a book is told later than this."""


@dataclass(frozen=True, slots=True)
class SimUrls:
    """Where the four services of a simulator are; `base` is what ARBKIT_SIM holds."""

    base: str
    kalshi: str
    clob: str
    gamma: str
    positions: str


def sim_urls(base: str) -> SimUrls:
    """The addresses of the simulator at `base`, such as http://127.0.0.1:8700; raises UsageError for anything else.

    Only loopback is accepted: what is sent to a simulator may be signed with real keys.
    """
    scheme, _, rest = base.rstrip("/").partition("://")
    host, _, port = rest.rpartition(":")
    wanted = "write http://127.0.0.1:PORT, the first of four consecutive ports"
    if scheme != "http" or not port.isascii() or not port.isdecimal() or not 0 < int(port) <= 65_532:
        raise UsageError(f"{base!r} is not the address of a simulator; {wanted}")
    checked = loopback(host.strip("[]"))
    shown = f"[{checked}]" if ":" in checked else checked
    at = [f"http://{shown}:{int(port) + service}" for service in Service]
    return SimUrls(at[0], f"{at[0]}/trade-api/v2", at[1], at[2], at[3])


def loopback(host: str) -> str:
    """The host, if it is a loopback address; raises UsageError: the simulator must not be reachable from outside."""
    if host == "localhost":
        return LOOPBACK
    with suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return host
    raise UsageError(f"{host!r} is not a loopback address; the simulator listens and is asked on 127.0.0.1 only")


class SimServer:
    """Both simulated venues behind HTTP. Use as a context manager, or `start` and `stop`.

    Port 0 takes four consecutive free ports. `simulation` may be looked at from other threads between requests.
    """

    def __init__(
        self, simulation: Simulation, *, port: int = 0, host: str = LOOPBACK, clock: Clock | None = None
    ) -> None:
        self.simulation = simulation
        self._host = loopback(host)
        self._port = port
        self._now = clock.now if clock is not None else _present
        self._thread: threading.Thread | None = None
        self._servers: list[uvicorn.Server] = []
        self._stopping = threading.Event()
        self._urls: SimUrls | None = None

    @property
    def urls(self) -> SimUrls:
        """Where it listens; UsageError before the start."""
        if self._urls is None:
            raise UsageError("the simulator has not been started")
        return self._urls

    def start(self) -> Self:
        """Bind the ports and serve; returns once all four answer. Raises UsageError when a port is taken."""
        sockets = _bound(self._host, self._port)
        self._urls = sim_urls(f"http://{self._host}:{sockets[0].getsockname()[1]}")
        self._servers = [_server(self._app(service)) for service in Service]
        self._thread = threading.Thread(target=self._run, args=(sockets,), name="arbkit-sim", daemon=True)
        self._thread.start()
        waited = threading.Event()
        for _ in range(round(_START_S_MAX / 0.005)):
            if all(server.started for server in self._servers):
                return self
            if not self._thread.is_alive():
                break
            waited.wait(0.005)
        raise UsageError("the simulator did not start")

    def stop(self) -> None:
        """Close every connection and end the thread; harmless when it does not run."""
        self._stopping.set()
        for server in self._servers:
            server.should_exit = True
            server.force_exit = True
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, sockets: list[socket.socket]) -> None:
        asyncio.run(self._serve(sockets))

    async def _serve(self, sockets: list[socket.socket]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for server, bound in zip(self._servers, sockets, strict=True):
                tasks.create_task(server.serve(sockets=[bound]))

    def _app(self, service: Service) -> Starlette:
        routes = [Route("/{path:path}", self._endpoint(service), methods=_METHODS)]
        streams = [WebSocketRoute("/{path:path}", self._streaming)]
        return Starlette(routes=[*streams, *routes])

    async def _streaming(self, socket: WebSocket) -> None:
        """Serve one WebSocket until either side has enough."""
        stream = self.simulation.stream(socket.url.path, dict(socket.headers), self._now())
        if isinstance(stream, Answer):
            await socket.send_denial_response(Response(stream.body, stream.status))
            return
        await socket.accept()
        heard = asyncio.ensure_future(socket.receive_text())
        waiting: deque[Sending] = deque()
        with suppress(WebSocketDisconnect, RuntimeError):
            while not self._stopping.is_set():
                await asyncio.wait({heard}, timeout=_LOOK_EVERY_S)
                waiting += self.simulation.hear(stream, None, self._now())
                if heard.done():
                    waiting += self.simulation.hear(stream, heard.result(), self._now())
                    heard = asyncio.ensure_future(socket.receive_text())
                if not await self._sent(socket, waiting):
                    break
        heard.cancel()
        if socket.client_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError):
                await socket.close(1001)

    async def _sent(self, socket: WebSocket, waiting: deque[Sending]) -> bool:
        """Send what is due, in order; False when the connection is to be cut."""
        while waiting and (waiting[0].due is None or waiting[0].due <= self._now()):
            what = waiting.popleft().what
            if what is Line.CUT:
                return False
            if what is Line.HALF_OPEN:
                socket.scope["state"][_DEAFEN]()
            if isinstance(what, str):
                await socket.send_text(what)
        return True

    def _endpoint(self, service: Service) -> Callable[[HttpRequest], Awaitable[Response]]:
        async def endpoint(http: HttpRequest) -> Response:
            if int(http.headers.get("content-length", "0")) > _BODY_BYTES_MAX:
                return Response(status_code=413)
            request = Request(
                method=http.method,
                path=http.url.path,
                at=self._now(),
                query=tuple(http.query_params.multi_items()),
                headers=dict(http.headers),
                body=await http.body(),
            )
            answer = self.simulation.answer(service, request)
            wait_s = _HANG_S_MAX if answer.hang else answer.after_ms / 1000
            if wait_s and not await self._held(http, wait_s):
                return Response(status_code=503)
            if answer.later is not None:
                answer = await self._known(answer.later)
            if answer.reset:
                self._reset(service, http)
            headers = dict(answer.headers) | {"content-type": answer.content_type}
            if answer.dribble_ms:
                return StreamingResponse(_pieces(answer), answer.status, headers)
            return Response(answer.body, answer.status, headers)

        return endpoint

    async def _known(self, later: Callable[[], Answer | None]) -> Answer:
        """Wait for an answer whose time has come."""
        while (answer := later()) is None:
            if self._stopping.is_set():
                return Answer(status=503)
            await asyncio.sleep(0.005)
            self.simulation.advance(self._now())
        return answer

    def _reset(self, service: Service, http: HttpRequest) -> None:
        """Break the connection of a request off, so that the client is told of a reset."""
        for connection in self._servers[service].server_state.connections:
            if http.client is not None and getattr(connection, "client", None) == tuple(http.client):
                transport = connection.transport
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                transport.abort()

    async def _held(self, http: HttpRequest, wait_s: float) -> bool:
        """Wait in small steps; False when the client has gone or the server stops."""
        ends = asyncio.get_running_loop().time() + wait_s
        while (left := ends - asyncio.get_running_loop().time()) > 0:
            if self._stopping.is_set() or await http.is_disconnected():
                return False
            await asyncio.sleep(min(left, 0.02))
        return True


def serve(simulation: Simulation, port: int, *, host: str = LOOPBACK, started: Callable[[SimUrls], None]) -> None:
    """Serve until interrupted; `started` is told the addresses. Prints nothing itself."""
    with SimServer(simulation, port=port, host=host) as server:
        started(server.urls)
        threading.Event().wait()


class _Deafenable(WebSocketsSansIOProtocol):
    """A connection that can be made half-open: pings are no longer answered, and nobody hangs up."""

    def handle_connect(self, event: OpeningRequest) -> None:
        """Hand the application the means."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["state"][_DEAFEN] = self._deafen

    def _deafen(self) -> None:
        self.stop_keepalive()
        self.transport.pause_reading()


async def _pieces(answer: Answer) -> AsyncIterator[bytes]:
    """A body in pieces, the last of them after the whole time."""
    size = max(len(answer.body) // _PIECES, 1)
    for start in range(0, len(answer.body), size):
        await asyncio.sleep(answer.dribble_ms / 1000 / _PIECES)
        yield answer.body[start : start + size]


def _present() -> datetime:
    return datetime.now(UTC)


def _server(app: Starlette) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws=_Deafenable,
            ws_ping_interval=10,
            ws_max_size=_BODY_BYTES_MAX,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=1,
        )
    )


def _bound(host: str, port: int) -> list[socket.socket]:
    """Four listening sockets on consecutive ports, from `port` on, or from any if it is 0."""
    for _ in range(_PORT_TRIES_MAX if port == 0 else 1):
        sockets: list[socket.socket] = []
        try:
            sockets.append(_socket(host, port))
            first = sockets[0].getsockname()[1]
            sockets.extend(_socket(host, first + offset) for offset in range(1, len(Service)))
        except (OSError, OverflowError):
            for opened in sockets:
                opened.close()
            continue
        return sockets
    ports = f"ports {port} to {port + len(Service) - 1}" if port else "four consecutive ports"
    raise UsageError(f"{ports} on {host} are not free; name another with --port")


def _socket(host: str, port: int) -> socket.socket:
    # Without the protocol asyncio does not turn Nagle's algorithm off, and every answer takes 40 ms longer.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(128)
    except BaseException:
        bound.close()
        raise
    return bound
