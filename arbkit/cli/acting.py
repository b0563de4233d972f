"""Commands that may send orders, or stop and start sending them."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from arbkit.cli.apps import app
from arbkit.cli.options import EVERYWHERE, Options, VenueChoice

Live = Annotated[bool, typer.Option("--live", help="Trade for real; needs --confirm too.")]
Ask = Annotated[bool, typer.Option("--live", help="Ask both venues about your account; needs --confirm too.")]
Confirm = Annotated[bool, typer.Option("--confirm", help="Yes, with real money (with --sim: simulated money).")]


@app.command("trade", short_help="Trade pairs by id; a dry run, unless it is live.", epilog=EVERYWHERE)
def trade(
    ctx: typer.Context,
    *,
    ids: Annotated[list[str] | None, typer.Argument(help="Pairs or opportunities, by id.", metavar="ID")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read rows of `scan --json` from stdin.")] = False,
    live: Live = False,
    confirm: Confirm = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Start in spite of checks, never of the unknown.")] = False,
) -> None:
    """Trade pairs: both books are read again, risk is asked, two fill-or-kill orders go out together.

    Without --live --confirm it is a dry run: filled from the live books, nothing is sent.

    Example: arbkit trade b7dec2d69092 --live --confirm
    """
    from arbkit.cli import trading

    options: Options = ctx.obj
    mode = trading.mode_of(live=live, confirm=confirm)
    wanted = trading.ids_wanted(ids or (), stdin=stdin)
    with options.opened() as kit:
        choices = trading.TradeChoices(live=live, yes=yes, force=force)
        trading.trade(kit, options.output, wanted, mode=mode, choices=choices)


@app.command("run", epilog=EVERYWHERE)
def run(
    ctx: typer.Context,
    *,
    live: Live = False,
    confirm: Confirm = False,
    force: Annotated[bool, typer.Option("--force", help="Start in spite of checks, never of the unknown.")] = False,
    pairs: Annotated[list[str] | None, typer.Option(help="Only this pair, by id.", metavar="ID")] = None,
    max_trades: Annotated[int | None, typer.Option(help="Stop after so many trades.", min=1, metavar="N")] = None,
    span: Annotated[str, typer.Option("--for", help="Stop after 90s, 10m, 2h.", metavar="SPAN")] = "",
    once: Annotated[bool, typer.Option("--once", help="Look at every book once, then stop.")] = False,
    no_live: Annotated[bool, typer.Option("--no-live", help="Lines instead of a screen.")] = False,
    record: Annotated[Path | None, typer.Option(help="Keep what the streams bring in here.", metavar="DIR")] = None,
) -> None:
    """Watch both venues' streams, and take what risk permits. Without --live --confirm it is a dry run.

    With --sim and nothing else it shows the whole job once, on simulated venues, and ends.

    Example: arbkit run --live --confirm --max-trades 1
    """
    from arbkit.cli import running

    options: Options = ctx.obj
    choices = running.RunChoices(
        live=live, confirm=confirm, force=force, pairs=tuple(pairs or ()), max_trades=max_trades, span=span,
        once=once, no_live=no_live, record=record,
    )  # fmt: skip
    with options.opened() as kit:
        running.run(kit, options.output, choices)


@app.command("record", epilog=EVERYWHERE)
def record(
    ctx: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Where the files go; made if it is missing.", metavar="DIR")],
    *,
    pairs: Annotated[list[str] | None, typer.Option(help="Both markets of this pair, by id.", metavar="ID")] = None,
    market: Annotated[list[str] | None, typer.Option(help="This market, by its id.", metavar="ID")] = None,
    span: Annotated[str, typer.Option("--for", help="Stop after 90s, 10m, 2h.", metavar="SPAN")] = "",
) -> None:
    """Keep every frame of both venues' streams, without trading. Without a choice: all pairs that may be traded.

    Example: arbkit record recordings --for 1h
    """
    from arbkit.cli import recording

    options: Options = ctx.obj
    with options.opened() as kit:
        recording.record(kit, options.output, directory, pairs=pairs or (), markets=market or (), span=span)


@app.command("reconcile", short_help="Compare the ledger with what the venues say is ours.", epilog=EVERYWHERE)
def reconcile(
    ctx: typer.Context,
    *,
    live: Ask = False,
    confirm: Confirm = False,
    fix: Annotated[bool, typer.Option("--fix", help="Book what the venues prove.")] = False,
) -> None:
    """Compare the ledger with what both venues say is ours; exit code 1 if they differ.

    Example: arbkit reconcile --live --confirm --json
    """
    from arbkit.cli import trading

    options: Options = ctx.obj
    mode = trading.mode_of(live=live, confirm=confirm)
    with options.opened() as kit:
        clean = trading.put_right(kit, options.output, mode=mode, fix=fix)
    raise typer.Exit(0 if clean else 1)


@app.command("resolve", short_help="Show, or decide on, the trades that wait for a person.", epilog=EVERYWHERE)
def resolve(
    ctx: typer.Context,
    *,
    trade: Annotated[str, typer.Argument(help="A trade to decide on; nothing: show all that wait.")] = "",
    filled: Annotated[VenueChoice | None, typer.Option(help="Its order there was filled.", metavar="VENUE")] = None,
    nothing: Annotated[VenueChoice | None, typer.Option(help="Its order there never was.", metavar="VENUE")] = None,
    sell_back: Annotated[bool, typer.Option("--sell-back", help="Sell the leg that stands alone, once.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="End it as it stands; the position is yours.")] = False,
    reason: Annotated[str, typer.Option(help="What was looked at; kept with your name.", metavar="TEXT")] = "",
    live: Live = False,
    confirm: Confirm = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send the order that sells back.")] = False,
) -> None:
    """Show the trades that wait for a person, with what each way out costs now; decide on one.

    What you say of an order is checked at its venue first; what the venue shows counts. Exit code 1 while any waits.

    Example: arbkit resolve 7-5f0c --accept --reason "closed by hand on the site" --live --confirm
    """
    from arbkit.cli import trading
    from arbkit.cli.resolving import Decision, resolve_trades
    from arbkit.core.markets import VenueName

    options: Options = ctx.obj
    decision = Decision(
        filled=VenueName(filled) if filled else None, nothing=VenueName(nothing) if nothing else None, sell=sell_back,
        accept=accept, reason=reason, yes=yes,
    )  # fmt: skip
    mode = trading.mode_of(live=live, confirm=confirm)
    with options.opened() as kit:
        done = resolve_trades(kit, options.output, trade, decision, mode=mode, who=getpass.getuser())
    raise typer.Exit(0 if done else 1)


@app.command("balance", short_help="Show the cash at both venues.", epilog=EVERYWHERE)
def balance(ctx: typer.Context, *, live: Ask = False, confirm: Confirm = False) -> None:
    """Show the cash at both venues, by shard where a venue keeps it so.

    Example: arbkit balance --live --confirm --json | jq -s 'map(.available_usd) | add'
    """
    from arbkit.cli import trading

    options: Options = ctx.obj
    mode = trading.mode_of(live=live, confirm=confirm)
    with options.opened() as kit:
        trading.show_balances(kit, options.output, mode=mode)


@app.command("pause", short_help="Stop trading until `resume`.", epilog=EVERYWHERE)
def pause(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(help="Why; kept with the time.", metavar="TEXT")] = "Manual pause",
) -> None:
    """Stop trading until `resume`; a running loop stops at its next order.

    Example: arbkit pause --reason "venue announced maintenance"
    """
    from arbkit.cli.standing import pause_all

    options: Options = ctx.obj
    with options.opened() as kit:
        pause_all(kit, options.output, reason=reason)


@app.command("resume", short_help="Trade again after a pause.", epilog=EVERYWHERE)
def resume(
    ctx: typer.Context,
    reason: Annotated[str, typer.Option(help="What was looked at; kept with the time.", metavar="TEXT")],
) -> None:
    """Trade again after a pause; refused while anything is in doubt or under review.

    Example: arbkit resume --reason "both legs checked by hand"
    """
    from arbkit.cli.standing import resume_all

    options: Options = ctx.obj
    with options.opened() as kit:
        resume_all(kit, options.output, by=getpass.getuser(), reason=reason)


@app.command("mode", short_help="Show or set whether live orders may be sent at all.", epilog=EVERYWHERE)
def mode(
    ctx: typer.Context,
    *,
    wanted: Annotated[str, typer.Argument(help="dry-run or live; nothing: show it.", metavar="[MODE]")] = "",
    confirm: Confirm = False,
) -> None:
    """Show or set whether live orders may be sent at all; a running loop obeys at its next order.

    Example: arbkit mode dry-run
    """
    from arbkit.cli.mode import show_or_set

    options: Options = ctx.obj
    with options.opened() as kit:
        show_or_set(kit, options.output, wanted=wanted, confirm=confirm)


@app.command("dry-run", short_help="Allow dry runs only.", epilog=EVERYWHERE)
def dry_run(ctx: typer.Context) -> None:
    """Allow dry runs only: nothing real is sent from now on. The same as `mode dry-run`.

    Example: arbkit dry-run
    """
    from arbkit.cli.mode import show_or_set

    options: Options = ctx.obj
    with options.opened() as kit:
        show_or_set(kit, options.output, wanted="dry-run", confirm=False)


@app.command("live", epilog=EVERYWHERE)
def live_mode(ctx: typer.Context, *, confirm: Confirm = False) -> None:
    """Allow live orders again. The same as `mode live`.

    Example: arbkit live --confirm
    """
    from arbkit.cli.mode import show_or_set

    options: Options = ctx.obj
    with options.opened() as kit:
        show_or_set(kit, options.output, wanted="live", confirm=confirm)


@app.command("init", short_help="Set up accounts, limits and alerts; try each credential.", epilog=EVERYWHERE)
def init(
    ctx: typer.Context,
    *,
    kalshi_key_id: Annotated[str, typer.Option(help="Id of the API key.", metavar="ID")] = "",
    kalshi_key_file: Annotated[str, typer.Option(help="Its private key, PEM.", metavar="FILE")] = "",
    polymarket_key_file: Annotated[str, typer.Option(help="Private key of the wallet.", metavar="FILE")] = "",
    funder: Annotated[str, typer.Option(help="Polymarket address that holds the money.", metavar="ADDRESS")] = "",
    telegram_token_file: Annotated[str, typer.Option(help="Token of the bot.", metavar="FILE")] = "",
    telegram_chat: Annotated[str, typer.Option(help="Id of the chat.", metavar="ID")] = "",
    out: Annotated[Path | None, typer.Option(help="File of settings to write.", metavar="FILE")] = None,
    non_interactive: Annotated[bool, typer.Option("--non-interactive", help="Ask nothing; take defaults.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a file; the old one is kept.")] = False,
) -> None:
    """Set up: ask for accounts, limits and alerts, write the settings, and try each credential by reading.

    Secrets are typed unseen into files of mode 0600, or named as files. Any other setting: --set KEY=VALUE.

    Example: arbkit init --kalshi-key-id 4f0c --kalshi-key-file ~/kalshi.pem
    """
    from arbkit.cli.setup import SetupChoices, setup

    answers = {
        "kalshi.key_id": kalshi_key_id, "kalshi.key_file": kalshi_key_file, "polymarket.key_file": polymarket_key_file,
        "polymarket.funder": funder, "telegram.bot_token_file": telegram_token_file, "telegram.chat_id": telegram_chat,
    }  # fmt: skip
    choices = SetupChoices(answers=answers, out=out, non_interactive=non_interactive, replace=replace)
    raise typer.Exit(0 if setup(ctx.obj, choices) else 1)


@app.command("doctor", short_help="Check everything that live trading needs.", epilog=EVERYWHERE)
def doctor(ctx: typer.Context) -> None:
    """Check everything that live trading needs, and say why it is not possible; exit code 1 if it is not.

    Example: arbkit doctor --json | jq -r 'select(.state != "ok") | "\\(.check): \\(.detail)"'
    """
    from arbkit.cli.health import show_checks
    from arbkit.wiring.doctor import examine

    options: Options = ctx.obj
    with options.opened() as kit:
        ready = show_checks(options.output, examine(kit))
    raise typer.Exit(0 if ready else 1)


@app.command("shell", epilog=EVERYWHERE)
def shell(ctx: typer.Context) -> None:
    """Open a prompt over the same commands.

    Example: arbkit shell --sim
    """
    from arbkit.cli.shell import shell

    options: Options = ctx.obj
    with options.opened() as kit:
        shell(
            kit, options.output, again=options.again, before=options.words, names=options.names,
            words_after=options.words_after,
        )  # fmt: skip
