"""The tour shows the whole job on any day: the simulated world follows the calendar."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest

from arbkit.cli.render import Output
from arbkit.cli.tour import off_path, tour
from arbkit.config.load import load
from arbkit.venues.sim.world.generator import generate, planted_twins
from arbkit.wiring.kit import Kit, SystemClock

LEAP_DAY = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
DAYS = {
    "over midnight at new year": datetime(2026, 12, 31, 23, 59, 57, tzinfo=UTC),
    "leap day": LEAP_DAY,
    "american clocks go forward": datetime(2027, 3, 14, 7, 0, 1, tzinfo=UTC),
}
MORE = int(os.environ.get("ARBKIT_TOUR_DAYS", "0"))
"""So many days more, spread over a year, at all hours."""
DAYS |= {f"day {n}": LEAP_DAY + timedelta(days=n * 366 / MORE, hours=n * 7 % 24) for n in range(MORE)}


class OtherDay(SystemClock):
    """The machine's clock, set to another day."""

    def __init__(self, start: datetime) -> None:
        self._ahead = start - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


@pytest.mark.slow
@pytest.mark.parametrize("start", DAYS.values(), ids=DAYS)
def test_the_tour_shows_the_whole_job(start: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured = load(flags=(), environ={}, config=None, cwd=tmp_path)
    clock = OtherDay(start)
    kit = Kit(lambda: configured, home=tmp_path / "state", cwd=tmp_path, sim=True, environ={}, clock=clock)
    begun_s = process_time()
    try:
        tour(kit, Output())
    finally:
        kit.close()
    assert process_time() - begun_s < 20  # of this machine's work, whatever else it does
    out, err = capsys.readouterr()
    assert len(re.findall(r'^trap: ".+" and ".+" are refused: (?:only \w+ says|Kalshi says) ', err, re.MULTILINE)) == 3
    assert ("refused: a pair matched by method fuzzy needs approval" in err) == ("The tour approves" in err)
    # provisional: where this machine was held up, the simulated chain may not have confirmed in the time that is given
    assert re.search(r"^\d+-\w+ +hedged(?:_provisional)? +no ", out, re.MULTILINE)
    legs = set(re.findall(r"^live +(kalshi|polymarket) ", out, re.MULTILINE))
    assert legs == {"kalshi", "polymarket"}
    assert re.search(r"^pays +\$[1-9]\d*\.\d\d more than that", out, re.MULTILINE)
    assert re.search(r"hedged trades: [1-9]\d*, locked in: \$[1-9]", err)
    assert len(re.findall(r"^ {2}arbkit ", err, re.MULTILINE)) == 3


@pytest.mark.slow
@pytest.mark.parametrize("day", range(0, 366, 61))
def test_every_day_has_something_planted(day: int) -> None:
    assert len(planted_twins(generate(7, LEAP_DAY + timedelta(days=day)))) >= 8


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_second_tour_goes_on_from_the_first_and_a_third_says_that_nothing_is_left(arbkit, home: Path) -> None:
    tight = ("--set", "trading.max_total_exposure=60", "--set", "trading.max_position_per_event=60")
    first, second = arbkit("run", "--sim", *tight), arbkit("run", "--sim")
    assert (first.code, second.code) == (0, 0)
    assert re.search(r"^\d+-\w+ +hedged +no ", second.out, re.MULTILINE)
    assert re.search(r"hedged trades: [1-9]", second.err)
    status = arbkit("status", "--sim", "--json", "--fields", "circuit_breaker,open_trades").rows[-1]
    assert status == {"circuit_breaker": "active", "open_trades": 0}

    third = arbkit("run", "--sim", *tight)
    assert third.code == 0
    assert f"Nothing was traded: {home / 'sim'} still holds what was bought before" in third.err


def test_who_calls_by_a_path_hears_how_to_do_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called = tmp_path / "arbkit"
    called.touch(mode=0o755)
    (tmp_path / "activate").touch()
    monkeypatch.setenv("PATH", "/nowhere")
    assert off_path(called) == f"`arbkit` alone does it after `. {tmp_path}/activate`"
    assert off_path(tmp_path / "__main__.py") == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert off_path(called) == ""
