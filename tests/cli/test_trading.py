"""Trading end to end: real signatures, real wire formats, the simulated venues' own record as the judge."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from arbkit.app.catalog import sync
from arbkit.app.pairs import match_catalogues
from arbkit.app.reconcile import reconcile
from arbkit.app.result import ExecutionResult
from arbkit.app.room import Room
from arbkit.app.scan import scan
from arbkit.app.settlements import due
from arbkit.app.take import plan, take
from arbkit.cli.trading import ending_in_order
from arbkit.core.breaker import Failure
from arbkit.core.execution import LegState
from arbkit.core.ledger import result as ledger_result
from arbkit.core.markets import Side
from arbkit.core.money import Usd
from arbkit.core.opportunity import Opportunity
from arbkit.core.risk import Mode
from arbkit.core.settlement import settled
from arbkit.store.lock import single_instance
from arbkit.store.store import Store
from arbkit.venues.sim.control import Post
from arbkit.venues.sim.faults import Fault, Target, Trouble
from arbkit.venues.sim.server import SimServer
from arbkit.wiring import Kit, opened, simulation
from arbkit.wiring.trading import policy_of, trading_room
from tests.builders import NOW
from tests.cli.conftest import environment, on_terminal, process

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

LIVE = ("--sim", "--live", "--confirm", "--yes", "--json")


@pytest.fixture
def ready(arbkit, home: Path) -> Path:
    """A state directory with a catalogue and pairs of the embedded simulator."""
    assert arbkit("markets", "sync", "--sim", "-q").code == 0
    assert arbkit("match", "--sim", "-q", "--json").code == 0
    return home


def pairs_worth(arbkit, count: int) -> list[str]:
    rows = arbkit("scan", "--sim", "--json", "--all").rows
    assert len(rows) >= count
    return [row["pair"] for row in rows[:count]]


def test_a_row_of_scan_becomes_two_legs_and_the_books_agree(tmp_path: Path) -> None:
    env = environment(tmp_path)
    pipe = (
        "arbkit markets sync --sim -q >/dev/null; arbkit match --sim -q --json >/dev/null;"
        f"arbkit scan --sim --json --all | head -1 | arbkit trade --stdin {' '.join(LIVE)}"
    )
    [row] = process(shell=pipe, cwd=tmp_path, environ=env).rows
    assert row["success"]
    assert (row["state"], row["slippage_usd"]) == ("hedged", 0)
    legs = [row["buy_execution"], row["sell_execution"]]
    paid = sum(Decimal(leg["cost_usd"]) + Decimal(leg["fee_usd"]) for leg in legs)
    assert Decimal(row["actual_profit_usd"]) == Decimal(row["qty"]) - paid
    checked = process("reconcile", "--sim", "--live", "--confirm", "--json", cwd=tmp_path, environ=env)
    assert (checked.code, checked.out) == (0, "")
    held = process("positions", "--sim", "--json", cwd=tmp_path, environ=env).rows
    assert {(p["venue"], p["qty"]) for p in held} == {("kalshi", row["qty"]), ("polymarket", row["qty"])}


def test_a_fuzzy_pair_is_not_traded_live_before_a_person_approved_it(arbkit, ready: Path) -> None:
    fuzzy = [row for row in arbkit("match", "--sim", "--tradable", "--json").rows if row["method"] == "fuzzy"]
    known = {row["kalshi_ticker"] for row in fuzzy}
    pair = next(row for row in arbkit("scan", "--sim", "--json", "--all").rows if row["kalshi_ticker"] in known)
    asked = ("trade", pair["pair"], "--sim", "--live", "--confirm", "--yes", "--json")
    refused = arbkit(*asked, "--set", "matching.require_review=always")
    assert refused.code == 3
    assert "arbkit match --review" in refused.err
    assert arbkit(*asked).code == 0  # simulated money asks nobody, unless it is told to


@pytest.mark.parametrize(("says", "ends"), [("yes", "hedged"), ("no", "nothing was sent")])
def test_a_person_may_think_longer_than_a_book_is_fresh(
    arbkit, ready: Path, tmp_path: Path, says: str, ends: str
) -> None:
    [pair] = pairs_worth(arbkit, 1)
    command = ("trade", pair, "--sim", "--live", "--confirm", "--set", "data_age.book_max_ms=2000")
    typed = [("Type yes:", says), *[("Type yes:", "no")] * 3]
    environ = environment(tmp_path) | {"ARBKIT_HOME": str(ready)}
    ran = on_terminal(*command, cwd=tmp_path, environ=environ, columns=120, typed=typed, thinks_s=3)
    assert ends in ran.out
    assert ran.code == 0


def test_live_needs_both_words(arbkit, ready: Path) -> None:
    assert arbkit("trade", "x", "--sim", "--live", "--yes").code == 3


def test_a_dry_run_keeps_its_own_books(arbkit, ready: Path) -> None:
    [pair] = pairs_worth(arbkit, 1)
    done = arbkit("trade", pair, "--sim", "--yes", "--json")
    assert (done.code, done.rows[0]["dry_run"], done.rows[0]["state"]) == (0, True, "hedged")
    with Store(ready / "sim" / "arbkit.db") as live, Store(ready / "sim" / "paper.db") as paper:
        assert not live.ledger.transactions()
        assert len(paper.ledger.positions()) == 2


def test_side_files_that_were_emptied_are_not_believed(arbkit, ready: Path) -> None:
    [pair] = pairs_worth(arbkit, 1)
    assert arbkit("trade", pair, *LIVE).code == 0
    before = arbkit("positions", "--sim", "--json").rows
    beside = [path for path in ready.rglob("*") if path.is_file() and ".db" not in path.name]
    assert beside
    for path in beside:
        path.write_bytes(b"")
    assert arbkit("positions", "--sim", "--json").rows == before != []
    refused = arbkit("reconcile", "--sim", "--live", "--confirm", "--json")  # the keys were among them
    assert (refused.code, "belongs to other accounts" in refused.err) == (2, True)


def test_a_client_id_names_the_copy_and_the_run_that_sent_it(arbkit, ready: Path) -> None:
    [pair] = pairs_worth(arbkit, 1)
    assert arbkit("trade", pair, *LIVE).code == 0
    with Store(ready / "sim" / "arbkit.db") as store:
        [trade] = store.trades.recent(count_max=9)
        install = store.operations.fact("install")
        assert install is not None
        assert re.fullmatch(rf"ak1-{install[0]}-{trade.epoch}-[0-9a-f]{{18}}-K", trade.legs[0].client_id)


def test_paused_means_refused_until_somebody_resumes_with_a_reason(arbkit, ready: Path) -> None:
    [pair] = pairs_worth(arbkit, 1)
    assert arbkit("pause", "--sim", "--reason", "looking at something").code == 0
    refused = arbkit("trade", pair, *LIVE)
    assert refused.code == 3
    assert "looking at something" in refused.err
    assert arbkit("resume", "--sim").code == 2
    assert arbkit("resume", "--sim", "--reason", "seen").code == 0
    assert arbkit("trade", pair, *LIVE).code == 0
    assert arbkit("resume", "--sim", "--reason", "again").code == 3


def test_a_halt_file_stops_everything_and_status_says_so(arbkit, ready: Path) -> None:
    [pair] = pairs_worth(arbkit, 1)
    (ready / "sim" / "HALT").touch()
    assert arbkit("trade", pair, *LIVE).code == 3
    assert "HALT" in str(arbkit("status", "--sim", "--json").rows[-1]["halted"])
    assert arbkit("resume", "--sim", "--reason", "x").code == 3


def test_the_ledger_can_be_proven_and_a_second_start_is_refused(arbkit, ready: Path) -> None:
    assert arbkit("ledger", "verify", "--sim").code == 0
    with single_instance(ready / "sim", what="run", now=NOW):
        assert arbkit("balance", "--sim", "--live", "--confirm").code == 73


@pytest.mark.parametrize("mode", ["missing", "readable", "nonsense"])
def test_without_sound_keys_nothing_leaves(arbkit, home: Path, tmp_path: Path, mode: str) -> None:
    key = tmp_path / "kalshi.pem"
    if mode != "missing":
        key.write_text("nonsense")
        key.chmod(0o644 if mode == "readable" else 0o600)
    settings = ("--set", f"kalshi.key_file={key}", "--set", "kalshi.key_id=abc")
    done = arbkit("balance", "--live", "--confirm", *settings)
    assert done.code == 4
    assert "nonsense" not in done.err


def test_no_secret_is_in_any_file_or_word(arbkit, ready: Path) -> None:
    [pair] = pairs_worth(arbkit, 1)
    done = arbkit("trade", pair, *LIVE)
    assert done.code == 0
    secrets = [path.read_text().strip() for path in (ready / "sim" / "keys").iterdir()]
    secrets += [line for text in secrets for line in text.splitlines() if len(line) > 40]
    assert len(secrets) >= 3
    files = [path for path in ready.rglob("*") if path.is_file() and path.parent.name != "keys"]
    spoken = (done.out + done.err).encode() + b"".join(path.read_bytes() for path in files)
    assert not [secret for secret in secrets if secret.encode() in spoken]
    assert all(path.stat().st_mode & 0o077 == 0 for path in ready.rglob("*"))


class Stage:
    """A room over the embedded simulator, and the simulator's own record."""

    def __init__(self, kit: Kit, room: Room) -> None:
        self.kit, self.room = kit, room
        assert kit.embedded is not None
        self.simulation = kit.embedded
        self.unjournaled: list[Post] = []
        self.simulation.control.before_post.append(self._judge)

    def _judge(self, post: Post) -> None:
        """Promise P2: what arrives is durable already, in state SENDING."""
        with Store(self.room.store.path) as other:
            venue = "kalshi" if post.service == "kalshi" else "polymarket"
            legs = [
                leg for trade in other.trades.unfinished() for leg in trade.orders if leg.order.market.venue == venue
            ]
        if not any(leg.client_id in post.keys and leg.state is LegState.SENDING for leg in legs):
            self.unjournaled.append(post)

    def fail(self, on: Target, do: Trouble, **more: object) -> None:
        self.simulation.control.faults.add(Fault(on=on, do=do, **more))

    def trade(self) -> ExecutionResult:
        kit = self.kit
        seen = kit.run(scan(kit.venues, kit.store, kit.clock, policy_of(kit)))
        best = next(one for one in seen.found if isinstance(one.opportunity, Opportunity))
        return kit.run(take(self.room, kit.run(plan(self.room, best.opportunity.pair))))

    @property
    def posts(self) -> int:
        return len(self.simulation.control.posts)

    def close(self) -> None:
        assert not self.unjournaled
        assert all(count == 1 for count in self.simulation.control.counts().values())


@contextmanager
def on_stage(home: Path, tmp_path: Path, *more: str) -> Iterator[Stage]:
    settings = ("matching.require_review=never", "trading.execution_timeout_ms=400", *more)
    with opened(environ={}, cwd=tmp_path, home=home, sim=True, flags=settings) as kit:
        kit.run(sync(kit.chosen(None), kit.store, kit.clock, lambda _: None, source=kit.source))
        match_catalogues(kit.store, kit.mappings, kit.clock)
        with trading_room(kit, mode=Mode.LIVE, what="test") as room:
            kit.run(reconcile(room, fix=False))
            stage = Stage(kit, room)
            yield stage
            stage.close()


@pytest.mark.parametrize("on", [Target.KALSHI_ORDER, Target.POLY_ORDER])
@pytest.mark.parametrize("do", [Trouble.ACCEPT_THEN_5XX, Trouble.ACCEPT_THEN_TIMEOUT, Trouble.MALFORMED_JSON])
def test_an_answer_that_is_lost_is_asked_for_and_never_sent_again(
    home: Path, tmp_path: Path, on: Target, do: Trouble
) -> None:
    with on_stage(home, tmp_path) as stage:
        stage.fail(on, do, status=502, ms=900)
        result = stage.trade()
        assert result.state == "hedged", result.errors
        assert stage.posts == 2
        assert stage.kit.run(reconcile(stage.room, fix=False)).clean


@pytest.mark.parametrize(("on", "do"), [(Target.KALSHI_ORDER, Trouble.HTTP_429), (Target.POLY_ORDER, Trouble.HTTP_425)])
def test_one_leg_refused_pauses_tells_and_sends_nothing_more(
    home: Path, tmp_path: Path, on: Target, do: Trouble
) -> None:
    with on_stage(home, tmp_path) as stage:
        stage.fail(on, do)
        result = stage.trade()
        assert (result.state, result.circuit_breaker_triggered) == ("asymmetric", True)
        assert Failure.ASYMMETRIC_EXECUTION in stage.room.store.operations.breaker().trips
        alerts = stage.room.store.operations.due_alerts(at=stage.kit.clock.now(), count_max=9)
        assert any(re.search("paused", alert.text) for _, alert, _ in alerts)
        before = stage.posts
        assert stage.trade().state == "refused"
        assert stage.posts == before


def test_a_trade_that_fails_on_chain_is_taken_back_and_pauses(home: Path, tmp_path: Path) -> None:
    with on_stage(home, tmp_path) as stage:
        stage.fail(Target.POLY_TRADE, Trouble.STATUS_PATH, path=("MATCHED", "RETRYING", "FAILED"), ms=300)
        result = stage.trade()
        assert result.state == "asymmetric", result
        assert Failure.GHOST_FILL in stage.room.store.operations.breaker().trips
        held = stage.room.store.ledger.positions()
        assert [key[0].venue for key, position in held.items() if position.qty] == ["kalshi"]


def test_a_start_that_was_stopped_while_sitting_down_at_the_simulator_is_completed(arbkit, monkeypatch) -> None:
    with SimServer(simulation(seed=7)) as server:
        monkeypatch.setenv("ARBKIT_SIM", server.urls.base)
        assert arbkit("balance", "--sim", "--live", "--confirm").code == 0
        wallets = server.simulation.polymarket.wallets
        [address] = wallets
        del wallets[address]
        assert arbkit("balance", "--sim", "--live", "--confirm").code == 0
        assert list(wallets) == [address]


def test_what_ends_is_booked_due_until_it_is_redeemed_and_then_clean(home: Path, tmp_path: Path) -> None:
    with on_stage(home, tmp_path) as stage:
        result = stage.trade()
        assert result.success
        assert result.buy_execution is not None
        assert result.sell_execution is not None
        legs = {leg.venue: leg for leg in (result.buy_execution, result.sell_execution)}
        now, sim = stage.kit.clock.now(), stage.simulation
        with sim.lock:
            sim.kalshi.settle(legs["kalshi"].market, 5_000, now)
            sim.polymarket.resolve(legs["polymarket"].market, None, now)
        found = stage.kit.run(reconcile(stage.room, fix=True))
        assert found.clean, found
        [one] = due(stage.room)
        assert (one.market.key, one.paid) == (legs["polymarket"].market, Usd(result.qty.micros // 2))
        assert not stage.room.store.operations.breaker().is_open
        with sim.lock:
            for owner in sim.polymarket.wallets.values():
                sim.polymarket.redeem(owner, legs["polymarket"].market, now)
        assert stage.kit.run(reconcile(stage.room, fix=True)).clean
        assert due(stage.room) == []
        earned = ledger_result(stage.room.store.ledger.transactions()).realised
        assert earned == result.actual_profit


def test_a_void_that_pays_less_than_whole_cents_is_booked_as_it_is_paid(home: Path, tmp_path: Path) -> None:
    with on_stage(home, tmp_path) as stage:
        result = stage.trade()
        assert result.success
        [leg] = [leg for leg in (result.buy_execution, result.sell_execution) if leg and leg.venue == "kalshi"]
        with stage.simulation.lock:
            stage.simulation.kalshi.settle(leg.market, 4_975, stage.kit.clock.now())
        found = stage.kit.run(reconcile(stage.room, fix=True))
        assert found.clean, found
        [ended] = settled(stage.room.store.ledger.transactions())
        assert ended.paid == Usd(result.qty.micros * (4_975 if ended.side is Side.YES else 5_025) // 10_000)


def test_an_order_to_end_is_taken_like_ctrl_c() -> None:
    with pytest.raises(KeyboardInterrupt), ending_in_order():
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize(("on", "do"), [(Target.KALSHI_ORDER, Trouble.HTTP_429), (Target.POLY_ORDER, Trouble.HTTP_425)])
def test_a_lonely_leg_is_sold_back_in_the_venue_s_own_words(
    home: Path, tmp_path: Path, on: Target, do: Trouble
) -> None:
    bounds = ("risk.on_asymmetric=unwind", "trading.max_slippage=0.1", "risk.max_quantity_per_trade=10")
    with on_stage(home, tmp_path, *bounds) as stage:
        stage.fail(on, do)
        result = stage.trade()
        assert result.state == "unwound", (result, stage.room.store.trades.recent(count_max=1)[0].notes)
        assert stage.posts == 3
        assert not [p for p in stage.room.store.ledger.positions().values() if p.qty]
        assert result.actual_profit == ledger_result(stage.room.store.ledger.transactions()).realised
        assert stage.kit.run(reconcile(stage.room, fix=False)).clean  # cash to a tenth of a cent, positions exactly
        assert Failure.ASYMMETRIC_EXECUTION in stage.room.store.operations.breaker().trips
        before = stage.posts
        assert stage.trade().state == "refused"
        assert stage.posts == before


def test_a_state_directory_meets_no_other_accounts(arbkit, home: Path) -> None:
    assert arbkit("balance", "--sim", "--live", "--confirm").code == 0
    (home / "sim" / "keys" / "kalshi.pem").unlink()
    refused = arbkit("balance", "--sim", "--live", "--confirm")
    assert refused.code == 2
    assert "belongs to other accounts" in refused.err
