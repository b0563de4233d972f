"""Progress on stderr while a catalogue is read, and its outcome afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from arbkit.app.catalog import PageStored, Progress, VenueSync, silent
from arbkit.cli.render import Output
from arbkit.cli.views import SYNC


@contextmanager
def counting(output: Output) -> Iterator[Progress]:
    """Count stored markets on a terminal's stderr; nothing is shown elsewhere."""
    if not output.progress:
        yield silent
        return
    counts: dict[str, str] = {}
    with output.console(stderr=True).status("asking both venues") as status:

        def show(page: PageStored) -> None:
            resumed = " (resumed)" if page.resumed else ""
            counts[page.venue] = f"{page.venue}: {page.seen} markets, page {page.pages}{resumed}"
            status.update("  ".join(counts.values()))

        yield show


def shown_or_failed(results: Sequence[VenueSync], output: Output) -> None:
    """Show what each venue brought; raise the first error afterwards, so that the exit code tells it."""
    output.show(results, SYNC)
    for result in results:
        for reason, count in result.unusable.most_common():
            output.say(f"{result.venue}: {count} not usable: {reason}")
        if result.reworded:
            output.say(
                f"{result.venue}: rules of {len(result.reworded)} markets changed; {result.voided} verdicts void"
            )
    for result in results:
        if result.error:
            raise result.error
