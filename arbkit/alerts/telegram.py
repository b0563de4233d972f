"""Telegram: alerts to one chat, as plain text (Bot API, sendMessage). Nothing is ever read from the chat."""

from typing import Final
from urllib.parse import urlencode

import msgspec

from arbkit.core.text import clean
from arbkit.net.posting import NoAnswer, NotSent, Poster
from arbkit.ports import Delivered, Delivery, Later, Never

TIMEOUT_MS: Final = 10_000
_SAID_MAX: Final = 200
_NOT_OURS_TO_REPEAT_MS: Final = 300_000
"""After an answer that only a person can change: a wrong token, a chat that does not know the bot."""


class _Parameters(msgspec.Struct):
    retry_after: int = 0


class _Answer(msgspec.Struct):
    ok: bool = False
    description: str = ""
    parameters: _Parameters = msgspec.field(default_factory=_Parameters)


class _Bot(msgspec.Struct):
    username: str


class _Me(msgspec.Struct):
    result: _Bot


class TelegramSink:
    """One chat of one bot. The token is part of every path and of no message."""

    name = "telegram"

    def __init__(self, poster: Poster, *, token: str, chat_id: str) -> None:
        self._poster, self._token, self._chat_id = poster, token, chat_id

    async def deliver(self, text: str, *, urgent: bool) -> Delivery:
        """Send a message: plain, without a preview of links, silent unless it is urgent."""
        body = msgspec.json.encode(
            {
                "chat_id": self._chat_id,
                "text": text,
                "link_preview_options": {"is_disabled": True},
                "disable_notification": not urgent,
            }
        )
        try:
            reply = await self._poster.send_once(
                "POST", f"/bot{self._token}/sendMessage", headers={}, body=body, timeout_ms=TIMEOUT_MS
            )
        except (NotSent, NoAnswer) as error:
            return Later(self._hidden(f"no answer: {error}"))
        return self._judged(reply.status, reply.body)

    async def check(self) -> str:
        """The name of the bot, which knows the chat; a sentence that begins with "refused" or "no answer" otherwise."""
        me = await self._asked("getMe")
        if isinstance(me, str):
            return me
        chat = await self._asked("getChat", chat_id=self._chat_id)
        if isinstance(chat, str):
            return f"{chat} (telegram.chat_id; say something to the bot first)"
        try:
            return clean(msgspec.json.decode(me, type=_Me).result.username, _SAID_MAX)
        except msgspec.MsgspecError:
            return "no answer: what came is not the answer of a bot"

    async def _asked(self, method: str, **query: str) -> bytes | str:
        """The body of an answer, or a sentence about why there is none."""
        path = f"/bot{self._token}/{method}{'?' if query else ''}{urlencode(query)}"
        try:
            reply = await self._poster.send_once("GET", path, headers={}, timeout_ms=TIMEOUT_MS)
        except (NotSent, NoAnswer) as error:
            return self._hidden(f"no answer: {error}")
        if reply.status != 200:
            return self._hidden(f"refused ({reply.status}): {_answer(reply.body).description}")
        return reply.body

    async def close(self) -> None:
        """Close the connection."""
        await self._poster.close()

    def _judged(self, status: int, body: bytes) -> Delivery:
        answer = _answer(body)
        why = self._hidden(f"answered {status}: {answer.description}")
        if status == 200 and answer.ok:
            return Delivered()
        if status == 429:
            return Later(why, at_least_ms=max(answer.parameters.retry_after, 1) * 1_000)
        if status == 400 and "chat not found" not in answer.description.lower():
            return Never(why)
        if status in {400, 401, 403, 404}:
            return Later(f"{why}; check the token and telegram.chat_id", at_least_ms=_NOT_OURS_TO_REPEAT_MS)
        return Later(why)

    def _hidden(self, text: str) -> str:
        return clean(text.replace(self._token, "[hidden]"), _SAID_MAX)


def _answer(body: bytes) -> _Answer:
    try:
        return msgspec.json.decode(body, type=_Answer)
    except msgspec.MsgspecError:
        return _Answer(description="(no JSON)")
