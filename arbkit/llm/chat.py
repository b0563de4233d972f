"""Any chat endpoint that speaks the OpenAI form: one question, one answer, what it cost. Nothing is repeated."""

from typing import Final

import msgspec

from arbkit.core.text import clean
from arbkit.net.posting import NoAnswer, NotSent, Poster
from arbkit.ports import Answered, NotAnswered

TIMEOUT_MS: Final = 60_000
ANSWER_TOKENS_MAX: Final = 600
_CHARACTERS_A_TOKEN: Final = 3
_SAID_MAX: Final = 120


class _Usage(msgspec.Struct):
    prompt_tokens: int = -1
    completion_tokens: int = -1


class _Message(msgspec.Struct):
    content: str


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None


class ChatModel:
    """A model behind an endpoint. The key goes into one header and nowhere else."""

    def __init__(self, poster: Poster, *, model: str, key: str) -> None:
        self.model, self._poster, self._key = model, poster, key

    async def ask(self, system: str, question: str) -> Answered | NotAnswered:
        """Ask one question. Never raises for what the other side does."""
        messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
        body = msgspec.json.encode(
            {"model": self.model, "temperature": 0, "max_tokens": ANSWER_TOKENS_MAX, "messages": messages}
        )
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            reply = await self._poster.send_once(
                "POST", "/chat/completions", headers=headers, body=body, timeout_ms=TIMEOUT_MS
            )
        except (NotSent, NoAnswer) as error:
            return NotAnswered(self._hidden(f"no answer: {error}"))
        if reply.status != 200:
            return NotAnswered(self._hidden(f"answered {reply.status}: {reply.body[:200].decode(errors='replace')}"))
        try:
            completion = msgspec.json.decode(reply.body, type=_Completion)
            text = completion.choices[0].message.content
        except (msgspec.MsgspecError, IndexError):
            return NotAnswered("what came is not a chat completion")
        usage = completion.usage or _Usage()
        asked, told = usage.prompt_tokens, usage.completion_tokens
        # What is not told is counted by length, and never less than that: a budget must not depend on honesty.
        return Answered(
            text,
            tokens_in=max(asked, (len(system) + len(question)) // _CHARACTERS_A_TOKEN // 2),
            tokens_out=max(told, len(text) // _CHARACTERS_A_TOKEN // 2),
        )

    async def close(self) -> None:
        """Close the connection."""
        await self._poster.close()

    def _hidden(self, text: str) -> str:
        return clean(text.replace(self._key, "[hidden]") if self._key else text, _SAID_MAX)
