"""Commands that change nothing: what is listed, what is set, what is served."""

from pathlib import Path
from typing import Annotated

import typer

from arbkit.cli.apps import app, config, ledger, mappings, markets
from arbkit.cli.options import EVERYWHERE, FeeChoice, Options, SortChoice, StatusChoice, VenueChoice


@markets.command("list", epilog=EVERYWHERE)
def markets_list(
    ctx: typer.Context,
    venue: Annotated[VenueChoice | None, typer.Option(help="Only this venue.", metavar="VENUE")] = None,
    search: Annotated[str, typer.Option(help="Words that the id or the texts must hold.", metavar="TEXT")] = "",
    status: Annotated[
        list[StatusChoice] | None, typer.Option(help="Only in this status: open, paused, ...", metavar="STATUS")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1, metavar="N")] = None,
) -> None:
    """List the markets in the catalogue.

    Example: arbkit markets list --venue kalshi --search "fed cut" --json
    """
    from arbkit.cli.lookup import markets_of, none_found
    from arbkit.cli.views import MARKET

    options: Options = ctx.obj
    with options.opened() as kit:
        found = markets_of(kit.store.catalogue, venue, status or (), search=search, limit=limit)
        options.output.show(found, MARKET, nothing=none_found(kit.store.catalogue))


@markets.command("show", epilog=EVERYWHERE)
def markets_show(
    ctx: typer.Context,
    market: Annotated[str, typer.Argument(help="An id, or the beginning of one.", metavar="ID")],
) -> None:
    """Show everything known about one market, its rules included.

    Example: arbkit markets show kalshi:KXFED-26DEC-T3.75
    """
    from arbkit.cli.lookup import one_market
    from arbkit.cli.views import MARKET_DETAILS

    options: Options = ctx.obj
    with options.opened() as kit:
        options.output.facts(one_market(kit.store.catalogue, market), MARKET_DETAILS)


@app.command("scan", short_help="Look once at the books: what is worth trading now?", epilog=EVERYWHERE)
def scan(
    ctx: typer.Context,
    *,
    fees: Annotated[
        FeeChoice | None, typer.Option(help="venue: exact. spec: simple formulas.", metavar="MODEL")
    ] = None,
    min_net: Annotated[str, typer.Option(help="Least profit after fees and gas.", metavar="USD")] = "",
    sort: Annotated[SortChoice, typer.Option(help="net or annualised.", metavar="KEY")] = SortChoice.NET,
    every: Annotated[bool, typer.Option("--all", help="Also below min_profit_threshold and hurdle rate.")] = False,
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1, metavar="N")] = None,
) -> None:
    """Look once at the books of all tradable pairs and show what is worth trading.

    Per contract: gross, fees (with gas), net. In all: size, profit, capital.

    Example: arbkit scan --json | jq -c 'select(.net_usd > 0.5)'
    """
    from arbkit.cli.looking import look

    options: Options = ctx.obj
    with options.opened() as kit:
        look(kit, options.output, fees=fees, sort=sort, min_net=min_net, every=every, limit=limit)


@mappings.command("list", short_help="List what was decided, and whether it still holds.", epilog=EVERYWHERE)
def mappings_list(ctx: typer.Context) -> None:
    """List the pairs that a person has decided on, and whether each decision still holds.

    Example: arbkit mappings list --json | jq 'select(.in_force | not)'
    """
    from arbkit.cli.decisions import DECIDED, decided
    from arbkit.store.mappings import load_mappings

    options: Options = ctx.obj
    with options.opened() as kit:
        rows = decided(load_mappings(kit.mappings), kit.store.pairs.reviews())
        options.output.show(rows, DECIDED, nothing="no decisions yet; see `arbkit mappings add -h`")


@config.command("show", epilog=EVERYWHERE)
def config_show(
    ctx: typer.Context,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value came from.")] = False,
) -> None:
    """Show every setting in force. Secrets are shown as fingerprints.

    Example: arbkit config show --origin --json | jq 'select(.origin != "default")'
    """
    from arbkit.cli.settings import SETTING, SETTING_WITH_ORIGIN
    from arbkit.config.load import entries

    options: Options = ctx.obj
    with options.opened() as kit:
        options.output.show(entries(kit.configured), SETTING_WITH_ORIGIN if origin else SETTING)


@config.command("path", short_help="Show which files of settings are read.", epilog=EVERYWHERE)
def config_path(ctx: typer.Context) -> None:
    """Show which files of settings are read, the winning one first, and the state directory.

    Example: arbkit config path
    """
    from arbkit.cli.settings import PLACE, places

    options: Options = ctx.obj
    with options.opened() as kit:
        options.output.show(places(kit), PLACE)


@config.command("sample", epilog=EVERYWHERE)
def config_sample() -> None:
    """Print a file of settings with every key, its default and a comment.

    Example: arbkit config sample > config.yaml
    """
    from arbkit.config.sample import sample

    typer.echo(sample(), nl=False)


@app.command("status", short_help="Show how things stand: mode, profit, what is open.", epilog=EVERYWHERE)
def status(ctx: typer.Context) -> None:
    """Show how things stand: mode, breaker, profit, exposure, what is open. Asks no venue.

    Example: arbkit status --json | jq .circuit_breaker
    """
    from arbkit.cli.standing import show_standing

    options: Options = ctx.obj
    with options.opened(settings_later=True) as kit:
        show_standing(kit, options.output)


@app.command("positions", epilog=EVERYWHERE)
def positions(
    ctx: typer.Context,
    *,
    pairs: Annotated[bool, typer.Option("--pairs", help="The inventory of each pair instead.")] = False,
) -> None:
    """List what the ledgers hold, live and dry run. Asks no venue: see `reconcile` for what the venues say.

    Example: arbkit positions --json | jq -s 'map(.cost_usd) | add'
    """
    from arbkit.cli.holdings import show_positions

    options: Options = ctx.obj
    with options.opened() as kit:
        show_positions(kit, options.output, pairs=pairs)


@app.command("settlements", short_help="List what ended, what it paid, and what is still due.", epilog=EVERYWHERE)
def settlements(ctx: typer.Context) -> None:
    """List what ended of what was held, what it paid, and whose money is still to come. Asks no venue.

    Example: arbkit settlements --json | jq 'select(.state == "receivable")'
    """
    from arbkit.cli.holdings import show_settlements

    options: Options = ctx.obj
    with options.opened() as kit:
        show_settlements(kit, options.output)


@ledger.command("verify", short_help="Replay both ledgers: was anything changed?", epilog=EVERYWHERE)
def ledger_verify(ctx: typer.Context) -> None:
    """Replay both ledgers from their first transaction; exit code 1 if anything was changed.

    Example: arbkit ledger verify
    """
    from arbkit.cli.standing import show_soundness

    options: Options = ctx.obj
    with options.opened() as kit:
        sound = show_soundness(kit, options.output)
    raise typer.Exit(0 if sound else 1)


@mappings.command("export", short_help="Write the decisions made here as a file of mappings.", epilog=EVERYWHERE)
def mappings_export(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Argument(help="A new file; stdout without it.", metavar="[FILE]")] = None,
) -> None:
    """Write the decisions made here as a file of mappings, bound to the rules they were made for.

    Example: arbkit mappings export mappings/fed-2026.yaml
    """
    from arbkit.cli.curation import export

    options: Options = ctx.obj
    with options.opened() as kit:
        export(kit, options.output, out)


@mappings.command("check", short_help="List the decisions that do not hold.", epilog=EVERYWHERE)
def mappings_check(ctx: typer.Context) -> None:
    """List the decisions that do not hold: dangling, over, void or contradicting; exit code 1 if there are any.

    Example: arbkit mappings check --json | jq -r 'select(.problem == "void") | .pair'
    """
    from arbkit.cli.curation import check

    options: Options = ctx.obj
    with options.opened() as kit:
        sound = check(kit, options.output)
    raise typer.Exit(0 if sound else 1)


@app.command("opportunities", short_help="List what was seen, for how long, and why not taken.", epilog=EVERYWHERE)
def opportunities(
    ctx: typer.Context,
    since: Annotated[str, typer.Option(help="How far back.", metavar="SPAN")] = "1d",
    limit: Annotated[int | None, typer.Option(help="At most so many.", min=1, metavar="N")] = None,
) -> None:
    """List the opportunities that were seen, how long they lasted, and why each was not taken.

    Example: arbkit opportunities --since 2h --json | jq -s 'group_by(.why_not) | map({why: .[0].why_not, n: length})'
    """
    from arbkit.cli.logbook import show_opportunities

    options: Options = ctx.obj
    with options.opened() as kit:
        show_opportunities(kit, options.output, since=since, limit=limit)


@app.command("logs", epilog=EVERYWHERE)
def logs(
    ctx: typer.Context,
    *,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on with what is written.")] = False,
    level: Annotated[str, typer.Option(help="At least debug, info, warn or error.", metavar="LEVEL")] = "info",
    limit: Annotated[int, typer.Option(help="So many lines to begin with.", min=1, metavar="N")] = 50,
) -> None:
    """Show the log of the live loop.

    Example: arbkit logs --level warn --json | jq -r '.text'
    """
    from arbkit.cli.logbook import show_log

    options: Options = ctx.obj
    with options.opened() as kit:
        show_log(kit, options.output, level=level, limit=limit, follow=follow)


@app.command("health", short_help="Say whether anything needs a person.", epilog=EVERYWHERE)
def health(ctx: typer.Context) -> None:
    """Say whether anything needs a person, from the store alone; exit code 1 if so.

    Example: arbkit health --json | jq -c 'select(.state != "ok")'
    """
    from arbkit.cli.health import show_health

    options: Options = ctx.obj
    with options.opened() as kit:
        healthy = show_health(kit, options.output)
    raise typer.Exit(0 if healthy else 1)


@app.command("report", short_help="Add up profit, fees, slippage, capital, refusals.", epilog=EVERYWHERE)
def report(
    ctx: typer.Context,
    *,
    since: Annotated[str, typer.Option(help="A span back such as 30d, or a day.", metavar="WHEN")] = "30d",
    until: Annotated[str, typer.Option(help="The same; now by default.", metavar="WHEN")] = "",
    mode: Annotated[str, typer.Option(help="live or dry-run; live if it has trades.", metavar="MODE")] = "",
    html: Annotated[Path | None, typer.Option(help="Write one page with charts.", metavar="FILE")] = None,
    csv: Annotated[
        str,
        typer.Option(
            help="days, venues, pairs, trades, lots, opportunities or reasons alone, as CSV or --json.", metavar="WHAT"
        ),
    ] = "",
    lots: Annotated[
        bool, typer.Option("--lots", help="The same as --csv lots: tax lots, first in, first out.")
    ] = False,
) -> None:
    """Add up profit, fees, slippage, capital, and why opportunities were not taken.

    Locked is what hedged trades make in the end; realised is what is booked so far.

    Example: arbkit report --since 7d --json | jq 'select(.section == "pair")'
    """
    from arbkit.cli.report import ReportChoices
    from arbkit.cli.report import report as show

    options: Options = ctx.obj
    with options.opened() as kit:
        choices = ReportChoices(since=since, until=until, mode=mode, html=html, csv=csv, lots=lots)
        show(kit, options.output, choices)


@app.command("completion", short_help="Print a script that completes commands and ids.", epilog=EVERYWHERE)
def completion(
    ctx: typer.Context,
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish; pairs: the ids to complete.", metavar="SHELL")],
) -> None:
    """Print a script that completes commands, options and ids of pairs.

    Example: arbkit completion bash > ~/.local/share/bash-completion/completions/arbkit
    """
    from arbkit.cli.completion import show_completion

    show_completion(ctx.obj, shell, ctx.find_root().command)
