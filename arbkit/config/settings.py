"""Every setting: name, kind, default, bounds, meaning. config.yaml and docs/config.md are made from this file."""

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from arbkit.config.beside import Llm, Logging, Monitoring, Section, Telegram
from arbkit.config.ratio import Ratio
from arbkit.config.values import Contracts, File, Flag, Money, Share, Text, Url, Whole
from arbkit.core.money import Qty, Usd

usd, ratio, contracts = Usd.parse, Ratio.parse, Qty.parse

EXPOSURE_BEFORE_ACKNOWLEDGEMENT = usd("100")
"""Specification, section 9.4: more total exposure needs fifty successful live trades and a person who says so."""


class Polymarket(Section):
    """Polymarket: hosts and account. Reading needs no account."""

    clob_base: Url = Field(default="https://clob.polymarket.com", description="Order books and orders (CLOB).")
    gamma_base: Url = Field(default="https://gamma-api.polymarket.com", description="Catalogue of markets (Gamma).")
    data_base: Url = Field(default="https://data-api.polymarket.com", description="Positions and trades (Data API).")
    ws_base: Url = Field(
        default="wss://ws-subscriptions-clob.polymarket.com/ws", description="WebSocket of books and orders."
    )
    key_file: File = Field(default=None, description="File (mode 0600) with the private key of the signing wallet.")
    funder: Text = Field(
        default="", description="Address that holds the money, when it is not the signing wallet's own."
    )
    signature_type: Whole = Field(default=3, ge=0, le=3, description="0 wallet, 1 proxy, 2 Safe, 3 deposit wallet.")
    session_key: Flag = Field(
        default=False, description="The key is a session key: that the funder is its wallet cannot be checked."
    )


class Kalshi(Section):
    """Kalshi: hosts and account. Reading needs no account."""

    api_base: Url = Field(
        default="https://external-api.kalshi.com/trade-api/v2", description="Catalogue, books and orders."
    )
    ws_base: Url = Field(default="wss://external-api-ws.kalshi.com/trade-api/ws/v2", description="WebSocket.")
    key_id: Text = Field(default="", description="Id of the API key (made at the venue; not a secret).")
    key_file: File = Field(default=None, description="File (mode 0600) with the private key of that API key, PEM.")


class Trading(Section):
    """What makes a trade worth it, and how large it may be."""

    min_profit_threshold: Share = Field(
        default=ratio("0.03"),
        ge=ratio("0"),
        le=ratio("1"),
        description="Least profit after fees, as a share of the cost.",
    )
    max_position_per_event: Money = Field(
        default=usd("100"), gt=usd("0"), le=usd("1000"), description="Most money in a pair."
    )
    max_total_exposure: Money = Field(
        default=usd("100"), gt=usd("0"), le=usd("1000"), description="Most money at work."
    )
    min_liquidity: Contracts = Field(
        default=contracts("50"), ge=contracts("0"), description="Least depth a book must show near its best price."
    )
    max_slippage: Share = Field(
        default=ratio("0.01"),
        ge=ratio("0"),
        le=ratio("0.1"),
        description="Worst fill beyond the price seen, as a share of it.",
    )
    execution_timeout_ms: Whole = Field(default=1000, ge=100, le=10_000, description="How long an order may take.")
    order_type: Literal["FOK"] = Field(default="FOK", description="Fill or kill; there is no other.")
    hurdle_rate: Share = Field(
        default=ratio("0"),
        ge=ratio("0"),
        le=ratio("100"),
        description="Least yearly return on locked capital; 0 is no hurdle.",
    )
    fee_model: Literal["venue", "spec"] = Field(
        default="venue",
        description="venue: the venues' exact fees. spec: the simple formulas of the specification, to compare.",
    )


class Matching(Section):
    """When two markets count as one event."""

    min_confidence_threshold: Share = Field(
        default=ratio("0.95"),
        ge=ratio("0.95"),
        le=ratio("1"),
        description="Least probability that both contracts pay alike.",
    )
    require_date_validation: Literal["true"] = Field(
        default="true", description="Event dates must agree, always: no other value is taken."
    )
    require_category_match: Literal["true"] = Field(
        default="true", description="What is asked must not contradict, always: no other value is taken."
    )
    max_date_difference_hours: Literal["24"] = Field(
        default="24", description="Events more than a day apart are never one: no other value is taken."
    )
    require_review: Literal["auto", "always", "never"] = Field(
        default="auto", description="Whether a person must approve a fuzzy pair; auto: with real money, live."
    )
    mappings_dir: File = Field(
        default=None, description="Directory of curated pairs; nothing: ./mappings, or mappings in the state directory."
    )
    processes: Whole = Field(
        default=0, ge=0, le=64, description="How many share the work of a match; 0: one a core, at most 8."
    )


class Risk(Section):
    """Limits; fees included, reservations and unknown orders counted."""

    profile: Literal["standard", "strict"] = Field(
        default="standard",
        description="strict: smaller caps, full loss counted, every pair approved; for the first live weeks.",
    )
    max_imbalance: Money = Field(default=usd("10"), ge=usd("0"), le=usd("100"), description="Most unhedged money.")
    daily_loss_limit: Money = Field(
        default=usd("20"), gt=usd("0"), le=usd("200"), description="Stop for the day beyond this."
    )
    per_trade_loss_limit: Money = Field(
        default=usd("10"), gt=usd("0"), le=usd("100"), description="Most a trade may lose."
    )
    max_quantity_per_trade: Contracts = Field(
        default=contracts("50"), gt=contracts("0"), le=contracts("500"), description="Most contracts a trade."
    )
    on_asymmetric: Literal["pause", "unwind"] = Field(
        default="pause",
        description="After a one-legged trade: pause and ask, or sell the leg back once, within bounds.",
    )
    loss_at_risk: Literal["exit", "full"] = Field(
        default="exit", description="A possible single leg counts at what selling it back costs, or at its full cost."
    )
    accept_exposure_above_100_usd: Flag = Field(
        default=False,
        description="Say true to raise max_total_exposure above 100; live, it also needs 50 successful trades.",
    )


class CircuitBreaker(Section):
    """When trading stops by itself. It never starts again by itself."""

    max_consecutive_failures: Whole = Field(
        default=3, ge=1, le=10, description="Pause after so many failures in a row."
    )
    max_asymmetric_executions: Whole = Field(
        default=1, ge=1, le=3, description="Pause after so many one-legged trades."
    )
    auto_resume: Literal["false"] = Field(
        default="false", description="Resuming is a person's act: no other value is taken."
    )


class Websocket(Section):
    """Reconnection of the price feeds."""

    max_reconnect_attempts: Whole = Field(default=5, ge=1, le=100, description="Attempts before the breaker trips.")
    initial_delay_ms: Whole = Field(default=1000, ge=10, le=60_000, description="First wait.")
    max_delay_ms: Whole = Field(default=30_000, ge=10, le=600_000, description="Longest wait.")
    backoff_multiplier: Share = Field(
        default=ratio("2"), ge=ratio("1"), le=ratio("10"), description="Growth of the wait."
    )
    heartbeat_interval_ms: Whole = Field(
        default=5000, ge=1000, le=60_000, description="A sign of life is sent so often."
    )
    heartbeat_timeout_ms: Whole = Field(default=30_000, ge=1000, le=300_000, description="No answer for so long: dead.")


class PolymarketRates(Section):
    """Our own limits at Polymarket; the venue allows more."""

    market_data_per_minute: Whole = Field(default=60, ge=1, le=6000, description="Requests that read.")
    orders_per_minute: Whole = Field(default=30, ge=1, le=600, description="Requests that trade.")
    min_request_interval_ms: Whole = Field(
        default=1000, ge=0, le=60_000, description="Least time between two requests."
    )


class KalshiRates(Section):
    """Our own limits at Kalshi; the venue allows more."""

    read_per_second: Whole = Field(default=5, ge=1, le=100, description="Requests that read.")
    write_per_second: Whole = Field(default=2, ge=1, le=50, description="Requests that trade.")
    min_request_interval_ms: Whole = Field(default=500, ge=0, le=60_000, description="Least time between two requests.")


class RateLimits(Section):
    """Requests a venue gets from us."""

    polymarket: PolymarketRates = PolymarketRates()
    kalshi: KalshiRates = KalshiRates()


class Latency(Section):
    """How long things should and may take."""

    orderbook_fetch_target_ms: Whole = Field(default=100, ge=1, description="Reading a book: aim.")
    orderbook_fetch_max_ms: Whole = Field(
        default=500, ge=1, le=60_000, description="Reading a book: beyond it a warning."
    )
    detection_target_ms: Whole = Field(default=50, ge=1, description="Finding an opportunity: aim.")
    detection_max_ms: Whole = Field(default=200, ge=1, le=60_000, description="Beyond it the opportunity is skipped.")
    order_placement_target_ms: Whole = Field(default=200, ge=1, description="Placing an order: aim.")
    order_placement_max_ms: Whole = Field(default=1000, ge=1, le=60_000, description="Beyond it the trade is aborted.")
    end_to_end_target_ms: Whole = Field(default=500, ge=1, description="Seen to filled: aim.")
    end_to_end_max_ms: Whole = Field(default=2000, ge=1, le=60_000, description="Beyond it trading pauses.")


class DataAge(Section):
    """How old what we know may be when it is used."""

    book_max_ms: Whole = Field(default=2000, ge=100, le=20_000, description="An order book.")
    book_difference_max_ms: Whole = Field(
        default=1000, ge=10, le=10_000, description="Two books of a pair, one to another."
    )
    fees_max_minutes: Whole = Field(default=60, ge=1, le=10_080, description="A market's fee schedule.")
    catalogue_max_minutes: Whole = Field(
        default=1440, ge=1, le=10_080, description="The catalogue, before `scan` says so."
    )


class OperatingMode(Section):
    """Dry run or live. Live also needs --live --confirm on the command line."""

    mode: Literal["dry_run", "live"] = Field(default="dry_run", description="ALWAYS start with dry_run.")
    log_opportunities: Literal["true"] = Field(
        default="true", description="A dry run keeps what was found, always: no other value is taken."
    )
    simulate_executions: Literal["true"] = Field(
        default="true", description="A dry run fills against the live depth after our latency: no other value is taken."
    )
    track_hypothetical_pnl: Literal["true"] = Field(
        default="true", description="A dry run keeps the profit it would have made: no other value is taken."
    )


class Retry(Section):
    """Second attempts. An order that may have left is never sent again."""

    opportunity_max_retries: Whole = Field(default=1, ge=0, le=1, description="Attempts after one that sent nothing.")
    opportunity_retry_delay_ms: Whole = Field(default=500, ge=0, le=10_000, description="Wait before it.")
    api_max_retries: Whole = Field(default=3, ge=0, le=10, description="Attempts of a request that only reads.")
    api_initial_delay_ms: Whole = Field(default=1000, ge=1, le=60_000, description="First wait.")
    api_max_delay_ms: Whole = Field(default=8000, ge=1, le=60_000, description="Longest wait.")
    api_backoff_multiplier: Share = Field(
        default=ratio("2"), ge=ratio("1"), le=ratio("10"), description="Growth of the wait."
    )


class SmallPosition(Section):
    """What is too small to be worth it."""

    min_trade_value_usd: Money = Field(
        default=usd("5"), ge=usd("0"), le=usd("1000"), description="Least value of a trade."
    )
    min_profit_usd: Money = Field(
        default=usd("0.10"), ge=usd("0"), le=usd("1000"), description="Least profit of a trade."
    )
    estimated_gas_cost_usd: Money = Field(
        default=usd("0.01"), ge=usd("0"), le=usd("10"), description="Gas of a transaction."
    )
    max_gas_percent: Share = Field(
        default=ratio("0.02"), gt=ratio("0"), le=ratio("1"), description="Most gas, as a share of the trade's value."
    )


class CrashRecovery(Section):
    """What a start after a crash demands."""

    require_manual_review: Flag = Field(
        default=True, description="After a crash or a long pause, `run --live` needs --force."
    )
    query_positions_on_startup: Literal["true"] = Field(
        default="true", description="Both venues are always asked what we hold: no other value is taken."
    )
    max_state_age_minutes: Whole = Field(
        default=60, ge=1, le=10_080, description="State older than this needs --force."
    )


class Settings(BaseSettings):
    """All settings. Made by `arbkit.config.load`, from layers of text."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    polymarket: Polymarket = Polymarket()
    kalshi: Kalshi = Kalshi()
    trading: Trading = Trading()
    matching: Matching = Matching()
    risk: Risk = Risk()
    circuit_breaker: CircuitBreaker = CircuitBreaker()
    websocket: Websocket = Websocket()
    rate_limits: RateLimits = RateLimits()
    latency: Latency = Latency()
    data_age: DataAge = DataAge()
    operating_mode: OperatingMode = OperatingMode()
    retry: Retry = Retry()
    small_position: SmallPosition = SmallPosition()
    crash_recovery: CrashRecovery = CrashRecovery()
    llm: Llm = Llm()
    telegram: Telegram = Telegram()
    monitoring: Monitoring = Monitoring()
    logging: Logging = Logging()

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        """Refuse settings that contradict each other."""
        for low, high in ORDERED:
            if _size(self, low) > _size(self, high):
                raise ValueError(f"{low} is larger than {high}")
        unknown = set(self.telegram.alert_levels) - {"critical", "high", "medium"}
        if unknown:
            raise ValueError(f"telegram.alert_levels: {', '.join(sorted(unknown))}: use critical, high, medium")
        above = self.trading.max_total_exposure > EXPOSURE_BEFORE_ACKNOWLEDGEMENT
        if above and not self.risk.accept_exposure_above_100_usd:
            raise ValueError("trading.max_total_exposure above 100 needs risk.accept_exposure_above_100_usd: true")
        return self


ORDERED = (
    ("trading.max_position_per_event", "trading.max_total_exposure"),
    ("risk.per_trade_loss_limit", "risk.daily_loss_limit"),
    ("websocket.initial_delay_ms", "websocket.max_delay_ms"),
    ("websocket.heartbeat_interval_ms", "websocket.heartbeat_timeout_ms"),
    ("retry.api_initial_delay_ms", "retry.api_max_delay_ms"),
    ("latency.orderbook_fetch_target_ms", "latency.orderbook_fetch_max_ms"),
    ("latency.detection_target_ms", "latency.detection_max_ms"),
    ("latency.order_placement_target_ms", "latency.order_placement_max_ms"),
    ("latency.end_to_end_target_ms", "latency.end_to_end_max_ms"),
)
"""Pairs of settings of which the first may not be the larger."""


def _size(settings: Settings, path: str) -> int:
    section, name = path.split(".")
    found: int | Usd = getattr(getattr(settings, section), name)
    return found.micros if isinstance(found, Usd) else found
