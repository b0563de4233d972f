"""Progress on stderr while a catalogue is read, and its outcome afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from arbkit.app.catalog import PageStored, Progress, VenueSync, silent
from arbkit.app.pairs import silent as unseen
from arbkit.app.remembering import Progress as Judging
from arbkit.app.remembering import Stage
from arbkit.cli.render import Field, Output

SYNC: Sequence[Field[VenueSync]] = (
    Field("venue", lambda s: s.venue, "venue"),
    Field("kind", lambda s: s.kind, "pass"),
    Field("resumed", lambda s: s.resumed),
    Field("pages", lambda s: s.pages, "pages", right=True),
    Field("seen", lambda s: s.seen, "markets", right=True),
    Field("new", lambda s: s.new, "new", right=True),
    Field("changed", lambda s: s.changed, "changed", right=True),
    Field("unchanged", lambda s: s.unchanged),
    Field("closed", lambda s: s.closed, "closed", right=True),
    Field("reworded", lambda s: s.reworded, "reworded", text=lambda s: str(len(s.reworded)), right=True),
    Field("voided", lambda s: s.voided),
    Field("unusable", lambda s: s.unusable.total(), "unusable", right=True),
    Field("unusable_reasons", lambda s: dict(s.unusable)),
    Field("duration_ms", lambda s: s.duration_ms, "ms", right=True),
    Field("error", lambda s: str(error) if (error := s.error or s.barren) else None),
)

_COUNTED = {Stage.READ: "markets", Stage.JUDGED: "candidates"}


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


@contextmanager
def judging(output: Output) -> Iterator[Judging]:
    """Count markets read and candidates judged on a terminal's stderr; nothing is shown elsewhere."""
    if not output.progress:
        yield unseen
        return
    with output.console(stderr=True).status("looking for candidates") as status:
        yield lambda stage, done, of: status.update(f"{stage} {done} of {of} {_COUNTED[stage]}")


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
        if error := result.error or result.barren:
            raise error
