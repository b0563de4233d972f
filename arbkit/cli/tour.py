"""`run --sim`, and nothing else said: the whole job once on simulated venues, each step in plain sight."""

from collections.abc import Sequence

from arbkit.app.catalog import sync
from arbkit.app.pairs import decide
from arbkit.app.result import ExecutionResult
from arbkit.cli.looking import look, pair_up
from arbkit.cli.progress import counting, shown_or_failed
from arbkit.cli.render import Output
from arbkit.cli.standing import show_positions
from arbkit.cli.trading import TradeChoices, attempt
from arbkit.core.markets import Method, Pair
from arbkit.core.money import ZERO_USD
from arbkit.core.risk import Mode
from arbkit.store.pairs import Decision
from arbkit.wiring import Kit

_PAIRS_SHOWN = 12
_TRADES_SHOWN = 3


def tour(kit: Kit, output: Output) -> None:
    """Walk through the main job once; the same steps that the live loop takes by itself."""
    _say(output, "Simulated: both venues, their markets, prices and depth (made up from a seed, on this machine).")
    _say(
        output, "Real: wire formats, signatures, fees, matching, risk, ledger. No account, no money, no request leaves."
    )
    _step(output, 1, f"read both catalogues over HTTP into {kit.store.path}")
    with counting(output) as counted:
        results = kit.run(sync(kit.chosen(None), kit.store, kit.clock, counted, source=kit.source))
    shown_or_failed(results, output)
    _step(output, 2, "match: which markets pay alike? (look-alikes are listed too, and not traded)")
    pair_up(kit, output, limit=_PAIRS_SHOWN)
    _step(output, 3, "scan: buy YES at one venue and NO at the other for less than $1, all fees paid")
    seen = look(kit, output)
    pairs = [one.opportunity.pair for one in seen.found][:_TRADES_SHOWN]
    _step(output, 4, "trade: risk is asked, both orders are signed, journaled, then sent together (fill or kill)")
    done = _attempt(kit, output, pairs)
    if waiting := [pair for pair in pairs if pair.method is Method.FUZZY]:
        _say(output, "Live, a pair found by matching waits for a person. The tour approves these, and tries again:")
        for pair in waiting:
            decide(
                kit.store, pair.kalshi, pair.polymarket, Decision.APPROVED,
                polarity=pair.polarity, who="tour", note="approved by the tour, on simulated venues", clock=kit.clock,
            )  # fmt: skip
        done += _attempt(kit, output, waiting)
    _step(output, 5, "positions: equal contracts of both outcomes; one of each pair will pay a dollar")
    show_positions(kit, output)
    hedged = [result for result in done if result.success]
    profit = sum((result.actual_profit for result in hedged if result.actual_profit), start=ZERO_USD)
    _say(output, "")
    _say(output, f"Done: {len(hedged)} trades hedged; they pay ${profit} more than they cost, fees included.")
    _say(output, "Next: arbkit run --sim --live --confirm --for 1m | arbkit status --sim | arbkit scan --sim --json")


def _attempt(kit: Kit, output: Output, pairs: Sequence[Pair]) -> list[ExecutionResult]:
    choices = TradeChoices(live=True, yes=True, force=True)
    return attempt(kit, output, iter([pair.id for pair in pairs]), mode=Mode.LIVE, choices=choices)


def _step(output: Output, number: int, what: str) -> None:
    _say(output, "")
    _say(output, f"{number}/5 {what}")


def _say(output: Output, text: str) -> None:
    output.say(text or " ")
