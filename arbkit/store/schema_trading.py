"""The tables of the side that acts: runs, trades and legs with their journal, reservations, fills, breaker, outbox."""

from arbkit.store.views import EXECUTIONS, PNL, POSITIONS

_RUNS = """
-- One row each start of something that may trade. The newest fences off every older one.
CREATE TABLE epochs (
  n INTEGER PRIMARY KEY,
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at TEXT,                          -- NULL: it runs, or it died
  version TEXT NOT NULL,
  config_hash TEXT NOT NULL
) STRICT;

-- Small facts by name: mode, install id, key fingerprints, last heartbeat, the breaker's counters.
CREATE TABLE facts (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE breaker_trips (
  id INTEGER PRIMARY KEY,
  failure TEXT NOT NULL,
  detail TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  closed_at TEXT,
  closed_by TEXT,
  close_reason TEXT
) STRICT;
CREATE UNIQUE INDEX breaker_trips_open ON breaker_trips (failure) WHERE closed_at IS NULL;

-- What the account held when last asked.
CREATE TABLE balances (
  venue TEXT NOT NULL,
  shard INTEGER NOT NULL,                 -- -1 where the venue has one purse
  available_micros INTEGER NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (venue, shard)
) STRICT, WITHOUT ROWID;
"""

_TRADES = """
ALTER TABLE trades ADD COLUMN mode TEXT NOT NULL DEFAULT 'live' CHECK (mode IN ('dry_run', 'live'));
ALTER TABLE trades ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trades ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE trades ADD COLUMN qty_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trades ADD COLUMN kalshi_rules_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE trades ADD COLUMN polymarket_rules_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE trades ADD COLUMN finished_at TEXT;             -- NULL: its markets are locked

ALTER TABLE legs ADD COLUMN state TEXT NOT NULL DEFAULT 'intent';
ALTER TABLE legs ADD COLUMN settlement TEXT NOT NULL DEFAULT 'none';
ALTER TABLE legs ADD COLUMN action TEXT NOT NULL DEFAULT 'buy';
ALTER TABLE legs ADD COLUMN asked_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE legs ADD COLUMN limit_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE legs ADD COLUMN budget_micros INTEGER NOT NULL DEFAULT 0;
ALTER TABLE legs ADD COLUMN body_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE legs ADD COLUMN deadline TEXT;                  -- set when marked as sending
ALTER TABLE legs ADD COLUMN watch_until TEXT;               -- late fills are looked for until then

CREATE TABLE leg_events (
  id INTEGER PRIMARY KEY,
  leg_id TEXT NOT NULL REFERENCES legs (id),
  at TEXT NOT NULL,
  before TEXT NOT NULL,
  event TEXT NOT NULL,
  after TEXT NOT NULL,
  why TEXT NOT NULL
) STRICT;
CREATE INDEX leg_events_by_leg ON leg_events (leg_id, id);
CREATE TRIGGER leg_events_are_never_changed BEFORE UPDATE ON leg_events
  BEGIN SELECT raise(ABORT, 'the journal is never changed'); END;
CREATE TRIGGER leg_events_are_never_deleted BEFORE DELETE ON leg_events
  BEGIN SELECT raise(ABORT, 'the journal is never changed'); END;

-- A complete look at a venue that found no trace of an order in doubt.
CREATE TABLE leg_looks (
  leg_id TEXT NOT NULL REFERENCES legs (id),
  at TEXT NOT NULL,
  horizon TEXT,
  books_agree INTEGER NOT NULL CHECK (books_agree IN (0, 1)),
  stream_healthy INTEGER NOT NULL CHECK (stream_healthy IN (0, 1)),
  PRIMARY KEY (leg_id, at)
) STRICT, WITHOUT ROWID;

-- Money that is spoken for. `exposure` is a leg's cost with its worst fee; `loss` what a naked leg could lose.
CREATE TABLE reservations (
  trade_id TEXT NOT NULL REFERENCES trades (id),
  kind TEXT NOT NULL CHECK (kind IN ('exposure', 'loss')),
  venue TEXT NOT NULL CHECK (venue IN ('kalshi', 'polymarket', 'both')),
  micros INTEGER NOT NULL CHECK (micros >= 0),
  released_at TEXT,
  PRIMARY KEY (trade_id, kind, venue)
) STRICT, WITHOUT ROWID;
CREATE INDEX reservations_held ON reservations (kind) WHERE released_at IS NULL;

-- Every trade the venues told us of, once.
CREATE TABLE fills (
  venue TEXT NOT NULL,
  fill_id TEXT NOT NULL,
  order_key TEXT NOT NULL,
  leg_id TEXT REFERENCES legs (id),       -- NULL: not an order of ours
  market TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('yes', 'no')),
  action TEXT NOT NULL CHECK (action IN ('buy', 'sell')),
  qty_micros INTEGER NOT NULL,
  price_micros INTEGER NOT NULL,
  cost_micros INTEGER NOT NULL,
  fee_micros INTEGER NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (venue, fill_id, order_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX fills_by_leg ON fills (leg_id);
CREATE INDEX legs_by_state ON legs (state);
CREATE INDEX trades_unfinished ON trades (started_at) WHERE finished_at IS NULL;
"""

_OUTBOX = """
-- Alerts, written in the transaction of what they tell of; a sender of its own delivers them, at least once.
CREATE TABLE alerts (
  id INTEGER PRIMARY KEY,
  severity TEXT NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low')),
  kind TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at TEXT NOT NULL,
  next_try_at TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  sent_at TEXT,
  given_up_at TEXT
) STRICT;
CREATE INDEX alerts_pending ON alerts (next_try_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
CREATE UNIQUE INDEX alerts_once ON alerts (dedupe_key) WHERE dedupe_key <> '';
"""

TRADING = _RUNS + _TRADES + _OUTBOX
"""The statements of the second migration."""

_CORRECTIONS = """
ALTER TABLE legs ADD COLUMN role TEXT NOT NULL DEFAULT 'entry' CHECK (role IN ('entry', 'unwind'));
CREATE UNIQUE INDEX legs_one_a_venue ON legs (trade_id, venue) WHERE role = 'entry';
-- One corrective order a trade, ever.
CREATE UNIQUE INDEX legs_one_unwind ON legs (trade_id) WHERE role = 'unwind';

-- The best bid of each outcome of a market that is held, when last seen: what a position could be sold for.
CREATE TABLE marks (
  venue TEXT NOT NULL,
  market TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('yes', 'no')),
  bid_micros INTEGER NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (venue, market, side)
) STRICT, WITHOUT ROWID;
DROP VIEW IF EXISTS executions;
DROP VIEW IF EXISTS positions;
DROP VIEW IF EXISTS pnl_records;
"""

CORRECTIONS = _CORRECTIONS + EXECUTIONS + POSITIONS + PNL
"""The statements of the fourth migration."""

LOOKUPS = """
-- What stands on the way of an order is found without walking all that was ever traded.
CREATE INDEX legs_by_trade ON legs (trade_id, venue);
CREATE INDEX trades_by_time ON trades (started_at);
"""
"""The statements of the fifth migration."""
