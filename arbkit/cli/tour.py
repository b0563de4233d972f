"""`run --sim`, and nothing else said: the whole job once on simulated venues, each step in plain sight."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from shutil import which

from arbkit.app.catalog import sync
from arbkit.app.pairs import decide, match_catalogues
from arbkit.app.reporting import report_of
from arbkit.app.result import ExecutionResult
from arbkit.app.scan import Scan
from arbkit.cli.holdings import show_positions
from arbkit.cli.looking import look, second_reading
from arbkit.cli.opportunities import stale
from arbkit.cli.progress import counting, shown_or_failed
from arbkit.cli.reasons import asked, worded
from arbkit.cli.render import Field, Output
from arbkit.cli.report_tables import Named, cents, paid, yearly
from arbkit.cli.trading import TradeChoices, attempt, conclude
from arbkit.config.policy import is_worth_it
from arbkit.core.markets import Market, Method, Pair, Relation
from arbkit.core.report import percent
from arbkit.core.risk import Mode
from arbkit.store.pairs import Decision
from arbkit.wiring import Kit

_PAIRS_SHOWN = 4
_TRAPS_SHOWN = 3
_TRADES_SHOWN = 2
_LOOKS_MORE = 4
_NEXT = (
    ("arbkit run --sim --for 1m", "the live loop: a screen, a dry run"),
    ("arbkit scan --sim", "look at the books again"),
    ("arbkit report --sim --html report.html", "what it came to, with charts"),
)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A pair in words."""

    pair: Pair
    kalshi: str
    polymarket: str
    why: str


_VERDICT: Sequence[Field[_Verdict]] = (
    Field("pair", lambda v: v.pair.id, "pair"),
    Field("kalshi", lambda v: v.kalshi, "Kalshi asks", width_min=20),
    Field("polymarket", lambda v: v.polymarket, "Polymarket asks", width_min=20),
    Field("confidence", lambda v: percent(v.pair.confidence_ppm // 100), "sure", right=True),
)
_OUTCOME: Sequence[Field[Named]] = (
    Field("capital", lambda n: f"${paid(n.report.capital.now)} for contracts, ${paid(n.report.fees)} for fees"),
    Field("pays", lambda n: f"${cents(n.report.locked)} more than that, whatever happens"),
    Field("expected", lambda n: f"${cents(n.report.expected)}: slippage ${cents(n.report.slippage)}"),
    Field("a year", lambda n: f"{yearly(n.report.locked_annualised_bps)} on the capital, until it pays"),
)


def tour(kit: Kit, output: Output) -> None:
    """Walk through the main job once; the same steps that the live loop takes by itself."""
    kit.rehearses = True
    begun = kit.clock.now()
    output.say("Simulated: both venues, with their markets, prices and depth, made up from a seed on this machine.")
    output.say("Real: wire formats, signatures, fees, matching, risk, ledger. No account, no money; nothing leaves.")
    _step(output, 1, f"sync: read both catalogues over HTTP into {kit.store.path}")
    with counting(output) as counted:
        results = kit.run(sync(kit.chosen(None), kit.store, kit.clock, counted, source=kit.source))
    shown_or_failed(results, output)
    _step(output, 2, "match: which markets pay alike? Traps are refused, with a reason")
    _show_verdicts(kit, output)
    _step(output, 3, "scan: buy YES at one venue and NO at the other for less than $1, all fees paid")
    seen = _look(kit, output)
    worth = [one.opportunity.pair for one in seen.found if is_worth_it(one.opportunity, kit.settings)]
    _step(output, 4, "trade: risk is asked, both orders are signed, written down, then sent together, fill or kill")
    trades = _trade(kit, output, worth[:_TRADES_SHOWN])
    _step(output, 5, "positions: equal contracts of both outcomes; one of each pair will pay a dollar")
    show_positions(kit, output, pairs=False)
    _step(output, 6, "ledger: double entry, to the micro-dollar")
    made = report_of(kit.store, kit.store, since=begun - timedelta(seconds=1), until=kit.clock.now())
    output.facts(Named("live", made), _OUTCOME)
    seconds = (kit.clock.now() - begun) // timedelta(seconds=1)
    output.say(" ")
    output.say(f"Done in {seconds} s: hedged trades: {len(made.hedged)}, locked in: ${cents(made.locked)}. Next:")
    following = {output.typed(command): meaning for command, meaning in _NEXT}
    for command, meaning in following.items():
        output.say(f"  {command:<{max(map(len, following))}}  {meaning}")
    if not trades and kit.store.ledger.exposure().micros:
        output.say(f"Nothing was traded: {kit.home} still holds what was bought before; `--home DIR` begins anew.")
    if said := off_path(Path(sys.argv[0])):
        output.say(said)
    conclude([one for one in trades if one.in_doubt], Mode.LIVE)  # what risk refused is shown, and is no failure


def off_path(called: Path) -> str:
    """How to put the command on the path, where it was called by another one."""
    activate = called.with_name("activate")
    if called.name != "arbkit" or which("arbkit") or not activate.is_file():
        return ""
    return f"`arbkit` alone does it after `. {activate}`"


def _look(kit: Kit, output: Output) -> Scan:
    """Look at all books, and again where this machine was too slow to judge them while they were fresh."""
    seen = look(kit, output)
    for _ in range(_LOOKS_MORE):
        if not stale(seen) or any(is_worth_it(one.opportunity, kit.settings) for one in seen.found):
            break
        seen = look(kit, output)
    return seen


def _show_verdicts(kit: Kit, output: Output) -> None:
    """A few pairs, and a few traps with the reason why each is one."""
    with kit.cores() as cores:
        matched = match_catalogues(kit.store, kit.mappings, kit.clock, cores=cores)
    found = second_reading(kit, output, matched.pairs)
    good = [pair for pair in found if pair.tradable]
    refused = {pair.reasons[0]: pair for pair in found if pair.relation is not Relation.EQUAL}
    traps = [refused[reason] for reason in sorted(refused, reverse=True)]
    shown = [*good[:_PAIRS_SHOWN], *traps[:_TRAPS_SHOWN]]
    named = kit.store.catalogue.named(market for pair in shown for market in (pair.kalshi, pair.polymarket))
    rows = [_verdict(pair, named[pair.kalshi], named[pair.polymarket]) for pair in shown]
    output.show(rows[:_PAIRS_SHOWN], _VERDICT)
    for row in rows[_PAIRS_SHOWN:]:
        output.say(f'trap: "{row.kalshi}" and "{row.polymarket}" are refused: {row.why}')
    output.say(
        f"{matched.kalshi_markets} x {matched.polymarket_markets} markets in {matched.duration_ms} ms:"
        f" {len(found)} pairs look alike, {len(good)} may be traded (`arbkit match --sim` lists them all)"
    )


def _verdict(pair: Pair, kalshi: Market, polymarket: Market) -> _Verdict:
    return _Verdict(pair, asked(kalshi), asked(polymarket), worded(pair.reasons[0], kalshi, polymarket))


def _trade(kit: Kit, output: Output, pairs: Sequence[Pair]) -> list[ExecutionResult]:
    """Live, a pair found by matching waits for a person: show the refusal, approve as one would, and try again."""
    waiting = [pair for pair in pairs if pair.method is Method.FUZZY]
    for refused in _attempt(kit, replace(output, quiet=True), waiting[:1], shown=False):
        output.say(f"refused: {'; '.join(refused.errors)}")
    if waiting:
        output.say("The tour approves these pairs, as you would after reading both rules, and tries again:")
    for pair in waiting:
        decide(
            kit.store, pair.kalshi, pair.polymarket, Decision.APPROVED,
            polarity=pair.polarity, who="tour", note="approved by the tour, on simulated venues", clock=kit.clock,
        )  # fmt: skip
    return _attempt(kit, output, pairs)


def _attempt(kit: Kit, output: Output, pairs: Sequence[Pair], *, shown: bool = True) -> list[ExecutionResult]:
    choices = TradeChoices(live=True, yes=True, force=True)
    ids = iter([pair.id for pair in pairs])
    return attempt(kit, output, ids, mode=Mode.LIVE, choices=choices, shown=shown)


def _step(output: Output, number: int, what: str) -> None:
    output.say(" ")
    output.say(f"{number}/6 {what}")
