"""`run` until there is a trading loop: sync, match and scan once on simulated venues, each step in plain sight."""

from arbkit.app.catalog import sync
from arbkit.cli.looking import look, pair_up
from arbkit.cli.progress import counting, shown_or_failed
from arbkit.cli.render import Output
from arbkit.errors import RefusedError
from arbkit.wiring import Kit

_PAIRS_SHOWN = 12


def tour(kit: Kit, output: Output) -> None:
    """Walk through the main job. Raises RefusedError without --sim: there is no trading loop yet."""
    if not kit.sim:
        raise RefusedError(
            "there is no trading loop on the real venues yet; `arbkit run --sim` shows the job on simulated ones, and"
            " `arbkit markets sync`, `arbkit match` and `arbkit scan` look at the real ones without trading"
        )
    _say(output, "Simulated: both venues, their markets, prices and depth (made up from a seed, on this machine).")
    _say(output, "Real: the wire formats, fees, matching, arithmetic. No account, no money, no request leaves.")
    _step(output, 1, f"read both catalogues over HTTP into {kit.store.path}")
    with counting(output) as counted:
        results = kit.run(sync(kit.chosen(None), kit.store, kit.clock, counted, source=kit.source))
    shown_or_failed(results, output)
    _step(output, 2, "match: which markets pay alike? (look-alikes are listed too, and not traded)")
    pair_up(kit, output, limit=_PAIRS_SHOWN)
    _step(output, 3, "scan: buy YES at one venue and NO at the other for less than $1, all fees paid")
    seen = look(kit, output)
    profit = max((one.opportunity.net for one in seen.found), default=None)
    _say(output, "")
    _say(output, f"Done: {len(seen.found)} opportunities" + (f", the best worth ${profit}." if profit else "."))
    _say(output, "Next: arbkit markets list --sim | arbkit match --sim --tradable | arbkit scan --sim --json")


def _step(output: Output, number: int, what: str) -> None:
    _say(output, "")
    _say(output, f"{number}/3 {what}")


def _say(output: Output, text: str) -> None:
    output.say(text or " ")
