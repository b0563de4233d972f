"""From settings to what a scan looks for."""

from arbkit.config.settings import Settings
from arbkit.core.fees import FeeModel
from arbkit.core.money import Usd
from arbkit.core.opportunity import Opportunity, Policy

TRANSACTIONS = 2
"""Gas is estimated for two transactions a trade (specification, section 3.11)."""


def scan_policy(settings: Settings, fee_model: FeeModel | None = None) -> Policy:
    """What one trade may cost and must bring, by the settings in force; `fee_model` overrides the one set there."""
    small, trading = settings.small_position, settings.trading
    return Policy(
        fee_model=fee_model or FeeModel(trading.fee_model),
        age_ms_max=settings.data_age.book_max_ms,
        qty_max=settings.risk.max_quantity_per_trade,
        capital_max=min(trading.max_position_per_event, trading.max_total_exposure),
        trade_value_min=small.min_trade_value_usd,
        profit_min=small.min_profit_usd,
        gas=Usd(small.estimated_gas_cost_usd.micros * TRANSACTIONS),
        gas_share_max_ppm=small.max_gas_percent.ppm,
    )


def is_worth_it(found: Opportunity, settings: Settings) -> bool:
    """Whether it earns `trading.min_profit_threshold` and, where its end is known, `trading.hurdle_rate`.

    With a hurdle, an opportunity whose end is not known is not worth it: nobody can say what it earns in a year.
    """
    trading = settings.trading
    if found.net.micros * 1_000_000 < trading.min_profit_threshold.ppm * found.capital.micros:
        return False
    if not trading.hurdle_rate.ppm:
        return True
    yearly = found.annualised_bps
    return yearly is not None and yearly * 100 >= trading.hurdle_rate.ppm
