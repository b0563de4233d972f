"""The tree of commands, empty; read.py and act.py hang their commands into it."""

import typer

from arbkit.cli.options import EVERYWHERE

_PLAIN = {"help_option_names": ["-h", "--help"], "max_content_width": 88}


def _group(meaning: str, *, last: str = EVERYWHERE) -> typer.Typer:
    return typer.Typer(
        help=meaning,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        pretty_exceptions_show_locals=False,
        context_settings=_PLAIN,
        epilog=last,
    )


app = _group(
    "Find, vet and execute arbitrage between Polymarket and Kalshi, with strict limits.\n\n"
    "First time? arbkit run --sim. With your own accounts: arbkit init.",
    last="NAME --help says more, with an example. Times are UTC. Pages: docs/README.md",
)
markets = _group("The catalogue of both venues' markets.")
mappings = _group("Pairs that a person has decided on.")
config = _group("The settings in force, and where they come from.")
sim = _group("Simulated venues on this machine.")
ledger = _group("The double-entry ledger of every trade.")

app.add_typer(markets, name="markets")
app.add_typer(mappings, name="mappings")
app.add_typer(config, name="config")
app.add_typer(sim, name="sim")
app.add_typer(ledger, name="ledger")
