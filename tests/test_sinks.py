"""Where alerts go: a Telegram that is down, slow, rude or well; and a command of the operator."""

import sys
from pathlib import Path

import pytest

from arbkit.alerts import command
from arbkit.alerts.command import CommandSink
from arbkit.alerts.telegram import TelegramSink
from arbkit.net.posting import Poster
from arbkit.ports import Delivered, Delivery, Later, Never
from tests.builders import StandingClock
from tests.chats import TOKEN, telegram

pytestmark = pytest.mark.anyio


async def test_a_message_is_plain_text_without_a_preview_and_quiet_unless_urgent() -> None:
    async with telegram() as (sink, bot):
        assert await sink.deliver("*hello* <b>", urgent=False) == Delivered()
        await sink.deliver("now", urgent=True)
    [(path, first), (_, second)] = bot.requests
    assert path == f"/bot{TOKEN}/sendMessage"
    assert first == {
        "chat_id": "-100",
        "text": "*hello* <b>",
        "link_preview_options": {"is_disabled": True},
        "disable_notification": True,
    }
    assert "parse_mode" not in first
    assert second["disable_notification"] is False


@pytest.mark.parametrize(
    ("status", "body", "kind", "at_least_ms"),
    [
        (429, {"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 17}}, Later, 17_000),
        (429, {"ok": False}, Later, 1_000),
        (400, {"ok": False, "description": "Bad Request: message is too long"}, Never, 0),
        (400, {"ok": False, "description": "Bad Request: chat not found"}, Later, 300_000),
        (401, {"ok": False, "description": "Unauthorized"}, Later, 300_000),
        (404, {"ok": False, "description": "Not Found"}, Later, 300_000),
        (500, b"<html>oops", Later, 0),
        (200, b"<html>a proxy", Later, 0),
        (200, {"ok": False}, Later, 0),
    ],
)
async def test_each_answer_means_now_later_or_never(
    status: int, body: object, kind: type[Delivery], at_least_ms: int
) -> None:
    async with telegram(status, body) as (sink, _):
        answer = await sink.deliver("x", urgent=True)
    assert isinstance(answer, kind)
    assert getattr(answer, "at_least_ms", 0) == at_least_ms


async def test_a_telegram_that_is_down_is_asked_later_and_the_token_is_in_no_message() -> None:
    sink = TelegramSink(
        Poster("telegram", "http://127.0.0.1:9", clock=StandingClock(), writes=None), token=TOKEN, chat_id="1"
    )
    answer, name = await sink.deliver("x", urgent=True), await sink.check()
    await sink.close()
    assert isinstance(answer, Later)
    assert name.startswith("no answer")
    assert TOKEN not in answer.why + name


async def test_the_token_is_hidden_even_when_telegram_repeats_it() -> None:
    async with telegram(400, {"ok": False, "description": f"bad path /bot{TOKEN}/x"}) as (sink, _):
        answer = await sink.deliver("x", urgent=True)
    assert isinstance(answer, Never)
    assert TOKEN not in answer.why


async def test_the_bot_is_asked_for_its_name_and_whether_it_knows_the_chat() -> None:
    async with telegram(200, {"ok": True, "result": {"username": "arb_bot"}}) as (sink, bot):
        assert await sink.check() == "arb_bot"
    assert [path.removeprefix(f"/bot{TOKEN}/") for path, _ in bot.requests] == ["getMe", "getChat?chat_id=-100"]
    async with telegram(401, {"ok": False, "description": "Unauthorized"}) as (sink, _):
        assert (await sink.check()).startswith("refused (401)")


async def test_a_chat_that_does_not_know_the_bot_is_told_with_what_to_do() -> None:
    async with telegram(200, {"ok": True, "result": {"username": "arb_bot"}}) as (sink, bot):
        bot.then = [(400, {"ok": False, "description": "Bad Request: chat not found"})]
        told = await sink.check()
    assert told.startswith("refused (400): Bad Request: chat not found")
    assert "telegram.chat_id" in told


def script(path: Path, text: str) -> CommandSink:
    path.write_text(text)
    return CommandSink([sys.executable, str(path)])


@pytest.mark.slow
async def test_a_command_gets_the_text_on_stdin_and_none_of_our_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KALSHI_PRIVATE_KEY", "canary")
    out = tmp_path / "out"
    sink = script(
        tmp_path / "s.py",
        f"import os, sys; open({str(out)!r}, 'w').write(sys.stdin.read() + repr(dict(os.environ)))",
    )
    assert await sink.deliver("`rm -rf /` $(x)", urgent=True) == Delivered()
    assert out.read_text().startswith("`rm -rf /` $(x)")
    assert "'ARBKIT_ALERT_URGENT': '1'" in out.read_text()
    assert "canary" not in out.read_text()


@pytest.mark.slow
async def test_a_command_that_fails_hangs_or_is_not_there_is_tried_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "TIMEOUT_S", 0.2)
    failing = await script(tmp_path / "a.py", "import sys; sys.exit('no mail')").deliver("x", urgent=True)
    hanging = await script(tmp_path / "b.py", "import time; time.sleep(60)").deliver("x", urgent=True)
    missing = await CommandSink([str(tmp_path / "nothing")]).deliver("x", urgent=True)
    assert isinstance(failing, Later)
    assert "ended with 1: no mail" in failing.why
    assert isinstance(hanging, Later)
    assert isinstance(missing, Later)
