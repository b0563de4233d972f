"""A chat endpoint on loopback: well, rude, broken, slow and silent; the key is in one header and no message."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from arbkit.llm import chat
from arbkit.llm.chat import ChatModel
from arbkit.net.posting import Poster
from arbkit.ports import Answered, NotAnswered
from tests.builders import StandingClock

pytestmark = pytest.mark.anyio
KEY = "sk-canary-0123456789"


class Endpoint:
    def __init__(self, status: int, body: bytes, delay_s: float = 0) -> None:
        self.status, self.body, self.delay_s, self.heads = status, body, delay_s, list[bytes]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-le")), 0)
        self.heads.append(head + await reader.readexactly(length))
        await asyncio.sleep(self.delay_s)
        writer.write(b"HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n" % (self.status, len(self.body)) + self.body)
        writer.close()


@asynccontextmanager
async def model(status: int, body: object, delay_s: float = 0) -> AsyncIterator[tuple[ChatModel, Endpoint]]:
    endpoint = Endpoint(status, body if isinstance(body, bytes) else json.dumps(body).encode(), delay_s)
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    reader = ChatModel(Poster("language model", url, clock=StandingClock(), writes=None), model="m-1", key=KEY)
    try:
        yield reader, endpoint
    finally:
        await reader.close()
        server.close()


def completion(text: str, **usage: int) -> dict[str, object]:
    return {"choices": [{"message": {"content": text}}], **({"usage": usage} if usage else {})}


async def test_a_question_is_one_request_and_its_cost_is_told() -> None:
    async with model(200, completion("{}", prompt_tokens=900, completion_tokens=20)) as (reader, endpoint):
        answer = await reader.ask("system", "question")
    assert answer == Answered("{}", 900, 20)
    [request] = endpoint.heads
    assert request.startswith(b"POST /v1/chat/completions")
    assert f"Authorization: Bearer {KEY}".lower().encode() in request.lower()
    assert json.loads(request.partition(b"\r\n\r\n")[2])["temperature"] == 0


async def test_a_cost_that_is_not_told_or_not_honest_is_counted_by_length() -> None:
    async with model(200, completion("x" * 600, prompt_tokens=-5)) as (reader, _):
        answer = await reader.ask("s", "q" * 6_000)
    assert isinstance(answer, Answered)
    assert answer.tokens_in >= 1_000
    assert answer.tokens_out >= 100


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": {"message": f"Incorrect API key: {KEY}"}}),
        (429, {"error": "slow down"}),
        (500, b"<html>"),
        (200, b"<html>"),
        (200, {"choices": []}),
        (200, {"choices": [{"message": {"content": None}}]}),
    ],
)
async def test_any_other_answer_is_none_and_repeats_no_key(status: int, body: object) -> None:
    async with model(status, body) as (reader, _):
        answer = await reader.ask("s", "q")
    assert isinstance(answer, NotAnswered)
    assert KEY not in answer.why


async def test_a_model_that_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "TIMEOUT_MS", 100)
    async with model(200, completion("{}"), delay_s=0.2) as (reader, endpoint):
        answer = await reader.ask("s", "q")
        assert isinstance(answer, NotAnswered)
        assert len(endpoint.heads) == 1
        await asyncio.sleep(0.2)
