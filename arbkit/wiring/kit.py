"""Kit: what a command is given. Everything in it is made on first use and given back at the end."""

import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

# Imports that cost start-up time stand in the functions that need them.
if TYPE_CHECKING:
    import asyncio

    from arbkit.config.load import Configured
    from arbkit.config.settings import Settings
    from arbkit.core.markets import VenueName
    from arbkit.core.spread import Cores
    from arbkit.net import Http, Rate
    from arbkit.ports import CatalogueParser, Venue
    from arbkit.store.store import Store
    from arbkit.venues.sim.server import SimUrls
    from arbkit.venues.sim.simulation import Simulation

Result = TypeVar("Result")


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present time in UTC, aware."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> int:
        """Milliseconds since some start, never backwards."""
        return time.monotonic_ns() // 1_000_000

    async def sleep(self, ms: int) -> None:
        """Let so many milliseconds pass."""
        import asyncio

        await asyncio.sleep(ms / 1_000)


def quickest_loop() -> "Callable[[], asyncio.AbstractEventLoop] | None":
    """What makes event loops: uvloop where it is installed, else the one of the standard library."""
    try:
        import uvloop
    except ImportError:  # slower without it; `doctor` says so
        return None
    return uvloop.new_event_loop


def home_directory(asked: Path | None, *, environ: Mapping[str, str]) -> Path:
    """The state directory: --home, ARBKIT_HOME, or arbkit in the user's state directory. It need not exist yet."""
    if asked or environ.get("ARBKIT_HOME"):
        return (asked or Path(environ["ARBKIT_HOME"])).expanduser().absolute()
    state = environ.get("XDG_STATE_HOME", "")
    base = Path(state) if Path(state).is_absolute() else Path.home() / ".local" / "state"
    return base / "arbkit"


def write_report(text: str, home: Path) -> Path:
    """Keep the report of a bug, readable by its owner alone; raises StoreError and OSError."""
    from arbkit.store.files import own_directory

    reports = home / "reports"
    own_directory(home)
    own_directory(reports)
    path = reports / f"{SystemClock().now():%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
    return path


class Kit:
    """Everything a command may use, made on first use and given back by `close`."""

    def __init__(
        self,
        configure: "Callable[[], Configured]",
        *,
        home: Path,
        cwd: Path,
        sim: bool,
        environ: Mapping[str, str],
        clock: SystemClock,
    ) -> None:
        self._configure = configure
        self.home = home / "sim" if sim else home
        self.clock = clock
        self.sim = sim
        self._cwd = cwd
        self.environ = environ
        self._asked_sim = environ.get("ARBKIT_SIM", "")
        self.embedded: Simulation | None = None
        self.rehearses = False
        """Whether simulated money is to be asked about as real money would be."""
        self.seated = False
        """Whether our accounts were opened at the simulator."""
        self.beside: dict[str, Callable[[], Awaitable[None]]] = {}
        """What has to run beside a loop that lasts: desks that keep their connections open."""
        self._closing = ExitStack()

    @cached_property
    def configured(self) -> "Configured":
        """The settings and where they came from; raises ConfigError and BadFile."""
        return self._configure()

    @property
    def settings(self) -> "Settings":
        """The settings in force."""
        return self.configured.settings

    def run(self, work: Coroutine[object, object, Result]) -> Result:
        """Run one piece of asynchronous work to its end, on the one event loop of this command."""
        return self._runner.run(work)

    @cached_property
    def store(self) -> "Store":
        """The database of the state directory; created on first use."""
        from arbkit.store.store import Store

        return self._closing.enter_context(Store(self.home / "arbkit.db"))

    @cached_property
    def venues(self) -> Mapping["VenueName", "Venue"]:
        """Both venues, or the simulated ones."""
        from arbkit.core.markets import VenueName
        from arbkit.venues.kalshi.client import KalshiVenue
        from arbkit.venues.polymarket.client import PolymarketVenue

        hosts = self.hosts
        made: dict[VenueName, Venue] = {
            VenueName.KALSHI: KalshiVenue(hosts["kalshi"], self.clock),
            VenueName.POLYMARKET: PolymarketVenue(hosts["clob"], hosts["gamma"], self.clock),
        }
        return made

    @cached_property
    def hosts(self) -> "Mapping[str, Http]":
        """Where reads go: kalshi, clob, gamma, data and site."""
        _ = self._runner  # before the connections, so that it is closed after them
        made = self._sim_hosts() if self.sim else self._real_hosts()
        for http in made.values():
            self.later(http.close)
        return made

    def crowded(self) -> "set[VenueName]":
        """The venues at which more than 80 % of what our own limits of reading allow was used since this was asked."""
        from arbkit.core.markets import VenueName

        return {VenueName(http.venue) for http in self.hosts.values() if http.was_crowded()}

    def later(self, close: "Callable[[], Coroutine[object, object, None]]") -> None:
        """Have something closed, on the event loop, when the kit is."""
        _ = self._runner  # opened before, so that it is closed after
        self._closing.callback(lambda: self._runner.run(close()))

    @property
    def mappings(self) -> Path:
        """The directory of curated pairs: by settings, else ./mappings if there is one, else in the state directory.

        What is curated beside us names markets of the real venues: with --sim it counts only if it was asked for.
        """
        asked = self.settings.matching.mappings_dir
        beside = self._cwd / "mappings"
        return asked or (beside if beside.is_dir() and not self.sim else self.home / "mappings")

    @property
    def needs_review(self) -> bool:
        """Whether a fuzzy pair also needs a person's approval before it counts."""
        return self.reviews and (
            self.settings.matching.require_review == "always" or self.settings.operating_mode.mode == "live"
        )

    @property
    def reviews(self) -> bool:
        """Whether live trading asks for a person's approval of fuzzy pairs; simulated money, by itself, needs none."""
        asked = self.settings.matching.require_review
        return asked == "always" or (asked == "auto" and (not self.sim or self.rehearses))

    @contextmanager
    def cores(self) -> "Iterator[Cores]":
        """Where work that divides is done, for the length of a block; the processes for it are started when there is
        much of it, and end with the block: a loop that runs for days does not keep them."""
        from arbkit.core.spread import Cores
        from arbkit.processes.crew import Crew, threads

        with closing(Crew(self.settings.matching.processes)) as crew:
            yield Cores(crew.count, crew, threads(crew.count))

    def chosen(self, names: Sequence[str] | None) -> "list[Venue]":
        """These venues, or all."""
        return [venue for name, venue in self.venues.items() if not names or name in names]

    @property
    def source(self) -> str:
        """What answers in the name of the venues: "" is they themselves, else the address of a simulator."""
        return self.sim_urls.kalshi if self.sim else ""

    def parser(self, name: str) -> "tuple[VenueName, CatalogueParser]":
        """A venue by its name, and what reads a saved file of it."""
        from arbkit.core.markets import VenueName
        from arbkit.venues.kalshi.wire.catalogue import parse_file as kalshi
        from arbkit.venues.polymarket.wire.catalogue import parse_file as polymarket

        venue = VenueName(name)
        return venue, {VenueName.KALSHI: kalshi, VenueName.POLYMARKET: polymarket}[venue]

    @cached_property
    def sim_urls(self) -> "SimUrls":
        """The simulated venues: those of ARBKIT_SIM, or embedded ones, started on first use."""
        from arbkit.venues.sim.server import SimServer, sim_urls
        from arbkit.wiring.simulated import SimChoices, simulated

        if self._asked_sim:
            return sim_urls(self._asked_sim)
        self.embedded = simulated(SimChoices(), now=self.clock.now())
        return self._closing.enter_context(SimServer(self.embedded, clock=self.clock)).urls

    def close(self) -> None:
        """Give back connections, the database, the simulator and the event loop, in the order opposite to opening."""
        self._closing.close()

    @cached_property
    def _runner(self) -> "asyncio.Runner":
        import asyncio

        return self._closing.enter_context(asyncio.Runner(loop_factory=quickest_loop()))

    def _real_hosts(self) -> dict[str, "Http"]:
        settings = self.settings
        polymarket, kalshi = settings.rate_limits.polymarket, settings.rate_limits.kalshi
        reads = per(polymarket.market_data_per_minute, 60, polymarket.min_request_interval_ms)
        return {
            "kalshi": self._http(
                "kalshi", settings.kalshi.api_base, per(kalshi.read_per_second, 1, kalshi.min_request_interval_ms)
            ),
            "clob": self._http("polymarket", settings.polymarket.clob_base, reads),
            "gamma": self._http("polymarket", settings.polymarket.gamma_base, reads),
            "data": self._http("polymarket", settings.polymarket.data_base, reads),
            "site": self._http("polymarket", "https://polymarket.com", reads),
        }

    def _sim_hosts(self) -> dict[str, "Http"]:
        urls = self.sim_urls
        return {
            "kalshi": self._http("kalshi", urls.kalshi, None),
            "clob": self._http("polymarket", urls.clob, None),
            "gamma": self._http("polymarket", urls.gamma, None),
            "data": self._http("polymarket", urls.positions, None),
            "site": self._http("polymarket", urls.gamma, None),
        }

    def _http(self, venue: str, base_url: str, reads: "Rate | None") -> "Http":
        from arbkit.net import Http, RetryPolicy

        retry = self.settings.retry
        policy = RetryPolicy(
            retries=retry.api_max_retries,
            delay_initial_s=retry.api_initial_delay_ms / 1000,
            multiplier=retry.api_backoff_multiplier.ppm / 1_000_000,
            delay_max_s=retry.api_max_delay_ms / 1000,
        )
        return Http(venue, base_url, clock=self.clock, rates={"read": reads} if reads else {}, retry=policy)


def per(per_period: int, period_s: int, min_interval_ms: int) -> "Rate":
    """A rate of requests."""
    from arbkit.net import Rate

    return Rate(per_period, period_s, min_interval_ms)


@contextmanager
def opened(
    *,
    environ: Mapping[str, str],
    cwd: Path,
    home: Path | None = None,
    config: Path | None = None,
    flags: Sequence[str] = (),
    sim: bool = False,
    settings_later: bool = False,
) -> Iterator[Kit]:
    """Read the settings and hand out a Kit; everything it opened is closed at the end. Raises ConfigError, BadFile.

    `settings_later`: only when they are first asked for, which may be never. Reading them takes longer than some
    commands do.
    """

    def configure() -> "Configured":
        from arbkit.config.load import load

        return load(flags=flags, environ=environ, config=config, cwd=cwd)

    kit = Kit(
        configure, home=home_directory(home, environ=environ), cwd=cwd, sim=sim, environ=environ, clock=SystemClock()
    )
    try:
        if not settings_later or config or flags:  # what was said is checked, even where nothing needs it
            _ = kit.configured
        yield kit
    finally:
        kit.close()
