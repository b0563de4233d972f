"""Commands that change something: the catalogue, the pairs, the decisions on them; and the simulated venues."""

from pathlib import Path
from typing import Annotated

import typer

from arbkit.cli.apps import app, mappings, markets, sim
from arbkit.cli.options import EVERYWHERE, FlowChoice, Options, VenueChoice


@markets.command("sync", epilog=EVERYWHERE)
def markets_sync(
    ctx: typer.Context,
    venue: Annotated[list[VenueChoice] | None, typer.Option(help="Only this venue.", metavar="VENUE")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything, not only what changed.")] = False,
) -> None:
    """Bring the catalogue up to date. Interrupted, it goes on where it stopped.

    Example: arbkit markets sync --json | jq '{venue, new, reworded}'
    """
    from arbkit.app.catalog import sync
    from arbkit.cli.progress import counting, shown_or_failed
    from arbkit.cli.rewording import tell_rewordings

    options: Options = ctx.obj
    with options.opened() as kit, counting(options.output) as counted:
        results = kit.run(sync(kit.chosen(venue), kit.store, kit.clock, counted, full=full, source=kit.source))
        tell_rewordings(kit.store, results, options.output)
    shown_or_failed(results, options.output)


@markets.command("import", epilog=EVERYWHERE)
def markets_import(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="JSON lines, an array or a page of the venue; gzip too.", metavar="FILE")
    ],
    venue: Annotated[VenueChoice, typer.Option(help="Whose objects the file holds.", metavar="VENUE")],
) -> None:
    """Read a file of a venue's own objects into the catalogue.

    Example: arbkit markets import --venue kalshi saved/events.jsonl.gz
    """
    from arbkit.app.catalog import import_file
    from arbkit.cli.progress import counting, shown_or_failed

    options: Options = ctx.obj
    with options.opened() as kit, counting(options.output) as counted:
        name, parse = kit.parser(venue)
        result = import_file(name, file, parse=parse, store=kit.store, clock=kit.clock, progress=counted)
    shown_or_failed([result], options.output)


@app.command("match", short_help="Find the markets of both venues that pay alike.", epilog=EVERYWHERE)
def match(
    ctx: typer.Context,
    *,
    tradable: Annotated[bool, typer.Option("--tradable", help="Only pairs that may be traded.")] = False,
    limit: Annotated[int | None, typer.Option(help="At most so many rows.", min=1, metavar="N")] = None,
    review: Annotated[bool, typer.Option("--review", help="Decide on the pairs found, one a screen.")] = False,
) -> None:
    """Find the markets of both venues that pay alike, and say why or why not.

    Example: arbkit match --json | jq -c 'select(.tradable)'
    """
    from arbkit.cli.looking import match_or_review

    options: Options = ctx.obj
    with options.opened() as kit:
        match_or_review(kit, options.output, limit=limit, tradable=tradable, review=review)


@mappings.command("add", epilog=EVERYWHERE)
def mappings_add(
    ctx: typer.Context,
    kalshi: Annotated[str, typer.Argument(help="Kalshi ticker.", metavar="TICKER")],
    polymarket: Annotated[str, typer.Argument(help="Polymarket condition id, or its beginning.", metavar="ID")],
    *,
    inverted: Annotated[bool, typer.Option("--inverted", help="YES here pays when NO pays there.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Never pair these two.")] = False,
    note: Annotated[str, typer.Option(help="Why.", metavar="TEXT")] = "",
) -> None:
    """Decide that two markets pay alike (or, with --reject, do not). Read both rules first.

    Example: arbkit mappings add KXFED-26DEC-T3.75 0x1f0c --note "same meeting"
    """
    from arbkit.cli.looking import record_decision

    options: Options = ctx.obj
    with options.opened() as kit:
        record_decision(kit, options.output, kalshi, polymarket, inverted=inverted, approved=not reject, note=note)


@mappings.command("approve", epilog=EVERYWHERE)
def mappings_approve(
    ctx: typer.Context,
    pair: Annotated[str, typer.Argument(help="A pair's id, or its beginning.", metavar="PAIR")],
    *,
    flip: Annotated[bool, typer.Option("--flip", help="The other way round than matching found.")] = False,
    note: Annotated[str, typer.Option(help="Why.", metavar="TEXT")] = "",
) -> None:
    """Approve a pair that `match` has found. Read both rules first (`arbkit match --review` shows them).

    Example: arbkit mappings approve b7dec2d69092 --note "same meeting, same bound"
    """
    from arbkit.cli.curation import decide_on

    options: Options = ctx.obj
    with options.opened() as kit:
        decide_on(kit, options.output, pair, decision="approved", flip=flip, note=note)


@mappings.command("reject", epilog=EVERYWHERE)
def mappings_reject(
    ctx: typer.Context,
    pair: Annotated[str, typer.Argument(help="A pair's id, or its beginning.", metavar="PAIR")],
    note: Annotated[str, typer.Option(help="Why.", metavar="TEXT")] = "",
) -> None:
    """Reject a pair that `match` has found: it is never traded.

    Example: arbkit mappings reject b7dec2d69092 --note "one counts extra time"
    """
    from arbkit.cli.curation import decide_on

    options: Options = ctx.obj
    with options.opened() as kit:
        decide_on(kit, options.output, pair, decision="rejected", flip=False, note=note)


@sim.command("serve", short_help="Serve both simulated venues until Ctrl-C.", epilog=EVERYWHERE)
def sim_serve(
    ctx: typer.Context,
    *,
    port: Annotated[
        int, typer.Option(help="First of four ports; 0 takes free ones.", metavar="N", min=0, max=65_532)
    ] = 8700,
    seed: Annotated[int, typer.Option(help="Which generated world to show.", metavar="N", min=0)] = 7,
    catalog: Annotated[Path | None, typer.Option(help="Serve recorded catalogues instead.", metavar="DIR")] = None,
    markets: Annotated[
        int | None,
        typer.Option(help="About how many markets a venue lists; 150 unless said.", metavar="N", min=1, max=200_000),
    ] = None,
    flow: Annotated[FlowChoice, typer.Option(help="How lively the books are.", metavar="off|calm|busy")] = (
        FlowChoice.CALM
    ),
    replay: Annotated[
        list[Path] | None, typer.Option(help="Play this recording, or a directory of them, instead.", metavar="FILE")
    ] = None,
    speed: Annotated[
        float, typer.Option(help="How many times as fast as it was recorded.", metavar="N", min=0.1, max=1_000)
    ] = 1,
    faults: Annotated[
        Path | None, typer.Option(help="Let these faults happen (JSON; see `sim faults`).", metavar="FILE")
    ] = None,
) -> None:
    """Serve both simulated venues on this machine until Ctrl-C: Kalshi on the port, then CLOB, Gamma, Data API.

    A replay, and the moments of a fault plan, begin when the first client listens to books.

    Example: arbkit sim serve --port 8700 --markets 600 --flow busy
    """
    from arbkit.cli.views import ADDRESSES
    from arbkit.wiring import SimChoices, serve_simulation

    options: Options = ctx.obj
    choices = SimChoices(
        seed=seed, catalog=catalog, markets=markets, flow=flow, replay=tuple(replay or ()), speed=speed,
        faults=faults,
    )  # fmt: skip
    serve_simulation(choices, port=port, started=lambda urls: options.output.facts(urls, ADDRESSES))


@sim.command("faults", short_help="List what can go wrong at the simulated venues.", epilog=EVERYWHERE)
def sim_faults(ctx: typer.Context) -> None:
    """List what can go wrong at the simulated venues, for `sim serve --faults` and POST /sim/faults.

    Example: arbkit sim faults --json | jq -c 'select(.do | startswith("ws."))'
    """
    from arbkit.cli.views import KNOB
    from arbkit.venues.sim.knobs import KNOBS

    options: Options = ctx.obj
    options.output.show(KNOBS, KNOB)
