"""A Telegram Bot API on loopback that answers as it was told to: at once, late, with a refusal, or not at all."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from arbkit.alerts.telegram import TelegramSink
from arbkit.net.posting import Poster
from tests.builders import StandingClock

TOKEN = "123456:AAF-abcdefghijklmnopqrstuvwxyz012345"


class Bot:
    """What it answers, and what it was sent."""

    def __init__(self, status: int, body: object) -> None:
        self.status, self.body, self.wait_s = status, body, 0.0
        self.then: list[tuple[int, object]] = []
        """What it answers after the next request."""
        self.requests: list[tuple[str, object]] = []
        self.texts: list[str] = []
        """The messages that it took, and said so in time."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-le")), 0)
        body = await reader.readexactly(length)
        asked = json.loads(body) if body else None
        self.requests.append((head.split(b" ")[1].decode(), asked))
        await asyncio.sleep(self.wait_s)
        if asked and self.status == 200 and not reader.at_eof():
            self.texts.append(asked["text"])
        text = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        writer.write(b"HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (self.status, len(text)))
        writer.write(text)
        if self.then:
            self.status, self.body = self.then.pop(0)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def telegram(status: int = 200, body: object = b'{"ok":true}') -> AsyncIterator[tuple[TelegramSink, Bot]]:
    bot = Bot(status, body)
    server = await asyncio.start_server(bot.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    sink = TelegramSink(
        Poster("telegram", url, clock=StandingClock(), writes=None), token=TOKEN, chat_id="-100"
    )  # fmt: skip
    try:
        yield sink, bot
    finally:
        await sink.close()
        server.close()
