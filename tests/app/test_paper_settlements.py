"""A dry run over the wire, from the loop to the ledger: what ended is booked as in live trading, a void among it.

The loop is wired as `arbkit run` wires it, in virtual time, and the venues tell in their own formats how markets ended.
"""

import json
from functools import partial
from pathlib import Path

import pytest

from arbkit.cli.holdings import show_positions, show_settlements
from arbkit.cli.render import Output
from arbkit.cli.report import ReportChoices, report
from arbkit.core.ledger import Account, balances
from arbkit.core.markets import VenueName
from arbkit.core.money import Usd
from arbkit.core.risk import Mode
from arbkit.store.store import Store
from tests import days
from tests.crash.loopback import condition, ticker
from tests.days import Day, without_sockets

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
DOLLAR = 10_000


def end(day: Day, number: int, *, kalshi: int, polymarket: int | None) -> None:
    """A pair ends at both venues: what YES pays at Kalshi, and which outcome wins at Polymarket, None for half each."""
    now = day.clock.now()
    day.sim.kalshi.settle(ticker(number), kalshi, now)
    day.sim.polymarket.resolve(condition(number), polymarket, now)


def test_a_dry_run_books_what_ended_with_the_profit_that_a_hand_computes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "_SIZE", 20)  # so that each pair can be taken once
    day = Day(tmp_path, pairs=4, mode=Mode.DRY_RUN)
    with without_sockets(day):
        day.prepare()
        start_s = day.clock.seconds()
        plan = [(60 * number, day.plant) for number in range(1, 5)]
        ends = [(0, DOLLAR, 0), (1, 0, 1), (2, DOLLAR // 2, None)]  # yes, no, void
        plan += [(400, partial(end, day, number, kalshi=yes, polymarket=won)) for number, yes, won in ends]
        day.happenings.extend((start_s + at_s, what) for at_s, what in plan)
        day.run_until(start_s + 1_600)
        with day.process() as (kit, _):
            show_settlements(kit, Output(json=True))
            show_positions(kit, Output(json=True), pairs=False)
            report(kit, Output(json=True), ReportChoices())
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    # Each pair: 20 YES at 0.45 at Kalshi, fee 0.07 * 20 * 0.45 * 0.55 = 0.3465, and 20 NO at 0.45 at Polymarket, fee
    # 0.05 * 20 * 0.45 * 0.55 = 0.2475; 20 come back, whoever won, also as 10 and 10. The fourth has not ended.
    [summary] = [row for row in told if row.get("section") == "summary"]
    assert (summary["hedged"], summary["fees_usd"], summary["capital_now_usd"]) == (4, 2.376, 18)
    assert summary["realised_usd"] == 3 * (20 - 18) - 2.376
    ended = {(row["venue"], row["market"]): row for row in told if "paid_each_usd" in row}
    for number, each in enumerate([(1, 0), (0, 1), (0.5, 0.5)]):
        rows = ended["kalshi", ticker(number)], ended["polymarket", condition(number)]
        assert tuple(row["paid_each_usd"] for row in rows) == each
        assert [row["profit_usd"] for row in rows] == [20 * paid - 9 for paid in each]
        assert [row["state"] for row in rows] == ["received" if paid else "worthless" for paid in each]
    still = [row["market"] for row in told if "unrealised_pnl_usd" in row]
    assert still == [ticker(3), condition(3)]
    with Store(day.home / "paper.db") as store:
        assert store.ledger.verify() == []
        assert not store.operations.breaker().is_open
        booked = balances(store.ledger.transactions())
    # 50 at each venue, less four purchases, plus what came back: 30 at either
    cash = {venue: booked[venue, Account.CASH] for venue in VenueName}
    assert cash == {VenueName.KALSHI: Usd.parse("42.614"), VenueName.POLYMARKET: Usd.parse("43.01")}
    assert not any(booked[venue, Account.RECEIVABLE] for venue in VenueName)
