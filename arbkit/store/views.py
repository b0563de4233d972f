"""The tables of the specification (section 4.1) by name, as views in its columns and its units.

Quantities and dollars under the specification's names are numbers in whole units, as its DECIMAL columns were; beside
each stand the exact `*_micros` and, for money, the same number under a name that ends in `_usd`. What the
specification sells is bought here as the other outcome: the buy columns speak of the leg that buys what Kalshi calls
YES, the sell columns of the other leg, and a sell price is one dollar less the price paid.
"""

_MAPPINGS = """
CREATE VIEW event_mappings AS
SELECT p.id, p.polymarket_key AS polymarket_condition_id, p.kalshi_key AS kalshi_ticker,
       k.title AS description, p.confidence_ppm / 1e6 AS match_confidence, p.method AS match_method,
       coalesce(k.expected_at, m.closes_at, k.closes_at) AS resolution_date,
       p.created_at, p.updated_at, p.is_active,
       p.relation, p.polarity, p.tradable, p.confidence_ppm
FROM pairs p
LEFT JOIN markets k ON k.venue = 'kalshi' AND k.key = p.kalshi_key
LEFT JOIN markets m ON m.venue = 'polymarket' AND m.key = p.polymarket_key;
"""

_OPPORTUNITIES = """
CREATE VIEW opportunities AS
WITH amounts AS (
  SELECT *, iif(kalshi_side = 'yes', 'kalshi', 'polymarket') AS buy_platform,
         iif(kalshi_side = 'yes', 'polymarket', 'kalshi') AS sell_platform,
         iif(kalshi_side = 'yes', kalshi_price_micros, polymarket_price_micros) AS buy_price_micros,
         1000000 - iif(kalshi_side = 'yes', polymarket_price_micros, kalshi_price_micros) AS sell_price_micros,
         gross_micros AS gross_spread_micros, fees_micros AS estimated_fees_micros, net_micros AS net_profit_micros
  FROM sightings)
SELECT id, pair_id AS event_mapping_id, first_seen_at AS detected_at,
       buy_platform, buy_price_micros / 1e6 AS buy_price, qty_micros / 1e6 AS buy_quantity,
       sell_platform, sell_price_micros / 1e6 AS sell_price, qty_micros / 1e6 AS sell_quantity,
       gross_spread_micros / 1e6 AS gross_spread, estimated_fees_micros / 1e6 AS estimated_fees,
       net_profit_micros / 1e6 AS net_profit, was_executed, expired_at,
       buy_price_micros / 1e6 AS buy_price_usd, sell_price_micros / 1e6 AS sell_price_usd,
       gross_spread_micros / 1e6 AS gross_spread_usd, estimated_fees_micros / 1e6 AS estimated_fees_usd,
       net_profit_micros / 1e6 AS net_profit_usd, peak_net_micros / 1e6 AS peak_net_profit_usd,
       gas_micros / 1e6 AS gas_usd,
       buy_price_micros, sell_price_micros, qty_micros, gross_spread_micros, estimated_fees_micros,
       net_profit_micros, last_seen_at, looks, kalshi_side, fee_model, why_not
FROM amounts;
"""

# An order that sells a lonely leg back is no leg of its execution.
EXECUTIONS = """
CREATE VIEW executions AS
SELECT t.id, t.sighting_id AS opportunity_id, t.started_at AS executed_at, t.status,
       b.venue_order_id AS buy_order_id, b.cost_micros * 1.0 / nullif(b.qty_micros, 0) AS buy_fill_price,
       b.qty_micros / 1e6 AS buy_fill_quantity, b.fee_micros / 1e6 AS buy_fees,
       s.venue_order_id AS sell_order_id, 1 - s.cost_micros * 1.0 / nullif(s.qty_micros, 0) AS sell_fill_price,
       s.qty_micros / 1e6 AS sell_fill_quantity, s.fee_micros / 1e6 AS sell_fees,
       t.net_micros / 1e6 AS actual_profit, (t.expected_net_micros - t.net_micros) / 1e6 AS slippage, t.notes,
       b.cost_micros / 1e6 AS buy_cost_usd, b.fee_micros / 1e6 AS buy_fees_usd,
       s.cost_micros / 1e6 AS sell_cost_usd, s.fee_micros / 1e6 AS sell_fees_usd,
       t.net_micros / 1e6 AS actual_profit_usd, (t.expected_net_micros - t.net_micros) / 1e6 AS slippage_usd,
       b.fee_micros AS buy_fees_micros, s.fee_micros AS sell_fees_micros, t.net_micros AS actual_profit_micros
FROM trades t
LEFT JOIN legs k ON k.trade_id = t.id AND k.venue = 'kalshi' AND k.role = 'entry'
LEFT JOIN legs b ON b.trade_id = t.id AND b.venue = iif(k.side = 'yes', 'kalshi', 'polymarket')
  AND b.role = 'entry'
LEFT JOIN legs s ON s.trade_id = t.id AND s.venue = iif(k.side = 'yes', 'polymarket', 'kalshi')
  AND s.role = 'entry';
"""

# The present price is the best bid that was last seen, for what is held can be sold at that.
POSITIONS = """
CREATE VIEW positions AS
WITH held AS (
  SELECT e.venue, e.market, e.side, sum(e.qty_micros) AS qty_micros, sum(e.usd_micros) AS cost_micros,
         min(t.at) AS opened_at, max(t.at) AS updated_at
  FROM ledger_entries e JOIN ledger_transactions t USING (seq)
  WHERE e.account = 'position'
  GROUP BY e.venue, e.market, e.side
  HAVING sum(e.qty_micros) <> 0)
SELECT h.venue || ':' || h.market || ':' || h.side AS id, h.venue AS platform, h.market AS event_id,
       p.id AS event_mapping_id, h.side, h.qty_micros / 1e6 AS quantity,
       h.cost_micros * 1.0 / h.qty_micros AS avg_price, m.bid_micros / 1e6 AS current_price,
       (h.qty_micros * (m.bid_micros * 1.0 / 1000000) - h.cost_micros) / 1e6 AS unrealized_pnl,
       h.opened_at, h.updated_at, h.cost_micros / 1e6 AS cost_usd, h.qty_micros, h.cost_micros,
       h.qty_micros * m.bid_micros / 1000000 - h.cost_micros AS unrealized_pnl_micros, m.at AS priced_at
FROM held h
LEFT JOIN marks m ON m.venue = h.venue AND m.market = h.market AND m.side = h.side
LEFT JOIN pairs p ON p.is_active AND p.tradable
  AND ((h.venue = 'kalshi' AND p.kalshi_key = h.market) OR (h.venue = 'polymarket' AND p.polymarket_key = h.market));
"""

# Unrealised profit is a thing of the present: the newest day of a venue carries it.
PNL = """
CREATE VIEW pnl_records AS
WITH days AS (
  SELECT e.venue, substr(t.at, 1, 10) AS day, max(t.at) AS created_at,
         sum(CASE WHEN e.account IN ('pnl', 'fees') THEN -e.usd_micros ELSE 0 END) AS realized_pnl_micros,
         sum(CASE WHEN e.account = 'fees' THEN e.usd_micros ELSE 0 END) AS fees_paid_micros,
         sum(CASE WHEN e.account = 'position' AND t.kind = 'fill' THEN abs(e.qty_micros) ELSE 0 END) AS volume_micros,
         count(DISTINCT CASE WHEN t.kind = 'fill' THEN t.seq END) AS num_trades
  FROM ledger_entries e JOIN ledger_transactions t USING (seq)
  GROUP BY e.venue, substr(t.at, 1, 10))
SELECT venue || ':' || day AS id, day AS date, venue AS platform, realized_pnl_micros / 1e6 AS realized_pnl,
       (SELECT sum(p.unrealized_pnl) FROM positions p WHERE p.platform = days.venue
          AND days.day = (SELECT max(d.day) FROM days d WHERE d.venue = days.venue)) AS unrealized_pnl,
       fees_paid_micros / 1e6 AS fees_paid, volume_micros / 1e6 AS volume_traded, num_trades, created_at,
       realized_pnl_micros / 1e6 AS realized_pnl_usd, fees_paid_micros / 1e6 AS fees_paid_usd,
       realized_pnl_micros, fees_paid_micros, volume_micros
FROM days;
"""

VIEWS = _MAPPINGS + _OPPORTUNITIES
"""The statements that make the views of the first schema."""
