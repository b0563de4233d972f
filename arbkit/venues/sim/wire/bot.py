"""A Telegram of the simulator's own, on Kalshi's port below /sim/telegram: takes messages, keeps them, and fails.

Set `telegram.api_base` to http://127.0.0.1:8700/sim/telegram and any token. GET /sim/telegram lists what came.
"""

import re
from collections import deque
from typing import Final

import msgspec

from arbkit.venues.sim.faults import Fault, FaultPlan, Target, Trouble
from arbkit.venues.sim.wire.message import Answer, Request, json_answer
from arbkit.venues.sim.world.model import JsonObject

PREFIX: Final = "/sim/telegram"
_KEPT_MAX: Final = 1_000
_CALL: Final = re.compile(r"/bot[^/]+/(\w+)")
_RETRY_MS: Final = 1_000


class Bot:
    """The methods of the Bot API that arbkit uses."""

    def __init__(self) -> None:
        self.messages: deque[JsonObject] = deque(maxlen=_KEPT_MAX)
        """What was taken, in order."""
        self._count = 0

    def answer(self, request: Request, faults: FaultPlan) -> Answer:
        """Answer one request below the prefix."""
        path = request.path.removeprefix(PREFIX)
        if not path.strip("/"):
            return json_answer({"messages": list(self.messages)})
        call = _CALL.fullmatch(path)
        if call is None:
            return _refused(404, "Not Found")
        if call.group(1) == "getMe":
            return json_answer({"ok": True, "result": {"id": 1, "is_bot": True, "username": "simulated_bot"}})
        if call.group(1) != "sendMessage":
            return _refused(404, "Not Found")
        fault = faults.hit(Target.TELEGRAM)
        if fault is not None and fault.do is not Trouble.TG_SLOW:
            return _failed(fault)
        return self._taken(request.body, after_ms=fault.ms if fault is not None else 0)

    def _taken(self, body: bytes, *, after_ms: int) -> Answer:
        try:
            message = msgspec.json.decode(body, type=dict[str, object])
        except msgspec.MsgspecError:
            return _refused(400, "Bad Request: can't parse JSON")
        if not message.get("chat_id") or not message.get("text"):
            return _refused(400, "Bad Request: message text is empty")
        self._count += 1
        self.messages.append(message)
        told = msgspec.json.encode({"ok": True, "result": {"message_id": self._count}})
        return Answer(body=told, after_ms=after_ms)


def _failed(fault: Fault) -> Answer:
    if fault.do is Trouble.TG_400_PARSE:
        return _refused(400, "Bad Request: can't parse entities: can't find end of the entity")
    if fault.do is Trouble.TG_429:
        wait_s = -(-(fault.ms or _RETRY_MS) // 1_000)
        return _refused(429, f"Too Many Requests: retry after {wait_s}", parameters={"retry_after": wait_s})
    return Answer(status=fault.status or 502, body=b"<html>Bad Gateway</html>", content_type="text/html")


def _refused(status: int, why: str, **more: object) -> Answer:
    return json_answer({"ok": False, "error_code": status, "description": why, **more}, status)
