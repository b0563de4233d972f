"""The tables: migrations that only grow, STRICT, money in whole millionths, times as RFC 3339 text in UTC.

A migration that has been released is never edited; what it made is changed by a later one. The tables of the
specification (section 4.1) exist by name: `event_mappings`, `opportunities`, `executions`, `positions` and
`pnl_records` are views in its columns and units over the tables of this file.
"""

import sqlite3
from collections.abc import Iterator

from arbkit.store.schema_trading import CORRECTIONS, LOOKUPS, TRADING
from arbkit.store.views import VIEWS

APPLICATION_ID = 0x61726B31
"""Marks a SQLite file as ours ("ark1")."""

_CATALOGUE = """
CREATE TABLE markets (
  venue TEXT NOT NULL CHECK (venue IN ('kalshi', 'polymarket')),
  key TEXT NOT NULL CHECK (key <> ''),
  event_key TEXT NOT NULL,
  series_key TEXT NOT NULL,
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  subtitle TEXT NOT NULL,
  event_title TEXT NOT NULL,
  yes_label TEXT NOT NULL,
  no_label TEXT NOT NULL,
  category TEXT NOT NULL,
  tags TEXT NOT NULL,                     -- JSON array
  rules TEXT NOT NULL,
  resolution_source TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('unopened', 'open', 'paused', 'closed', 'settled')),
  opens_at TEXT,
  closes_at TEXT,
  expected_at TEXT,
  strike_kind TEXT,
  strike_floor TEXT,
  strike_cap TEXT,
  strike_text TEXT,
  grid TEXT,                              -- JSON array of [start, end, step] in millionths of a dollar
  qty_min_micros INTEGER,
  qty_step_micros INTEGER,
  fee_type TEXT,                          -- Kalshi: the venue's word; Polymarket: 'polymarket'; NULL: unknown
  fee_ppm INTEGER,                        -- Kalshi: the multiplier; Polymarket: the rate
  fee_exponent INTEGER,                   -- Polymarket
  yes_token TEXT NOT NULL,
  no_token TEXT NOT NULL,
  neg_risk INTEGER NOT NULL CHECK (neg_risk IN (0, 1)),
  placeholder INTEGER NOT NULL CHECK (placeholder IN (0, 1)),
  shard INTEGER,
  delay_ms INTEGER NOT NULL,
  volume_micros INTEGER,
  rules_hash TEXT NOT NULL,               -- of everything that decides how the market pays
  facts_hash TEXT NOT NULL,               -- of every column above but the volume
  tokens TEXT,                            -- canonical words for matching; NULL: not computed
  PRIMARY KEY (venue, key)
) STRICT;

-- When a market was last listed, apart from its facts: every sync writes here, and only changes write there.
CREATE TABLE listings (
  venue TEXT NOT NULL,
  key TEXT NOT NULL,
  pass INTEGER NOT NULL,                  -- the sync_passes row that saw it last
  seen_at TEXT NOT NULL,
  PRIMARY KEY (venue, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE market_history (
  id INTEGER PRIMARY KEY,
  venue TEXT NOT NULL,
  key TEXT NOT NULL,
  changed_at TEXT NOT NULL,               -- when we saw it
  old_rules_hash TEXT NOT NULL,
  new_rules_hash TEXT NOT NULL,
  old TEXT NOT NULL,                      -- JSON object of the columns that differ
  new TEXT NOT NULL,
  FOREIGN KEY (venue, key) REFERENCES markets (venue, key)
) STRICT;
CREATE INDEX market_history_by_market ON market_history (venue, key);

-- One row a pass through a venue's catalogue. The cursor moves in the same transaction as the page it follows.
CREATE TABLE sync_passes (
  id INTEGER PRIMARY KEY,
  venue TEXT NOT NULL CHECK (venue IN ('kalshi', 'polymarket')),
  kind TEXT NOT NULL CHECK (kind IN ('full', 'changes', 'import')),
  source TEXT NOT NULL,                   -- what answered: '' is the venue itself, else a simulator
  since TEXT,
  started_at TEXT NOT NULL,
  paged_at TEXT NOT NULL,                 -- when the last page came
  finished_at TEXT,
  cursor TEXT NOT NULL,
  pages INTEGER NOT NULL DEFAULT 0,
  seen INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sync_passes_by_venue ON sync_passes (venue, id);

CREATE TABLE unusable_rows (
  pass INTEGER NOT NULL REFERENCES sync_passes (id),
  number INTEGER NOT NULL,
  key TEXT NOT NULL,
  path TEXT NOT NULL,
  why TEXT NOT NULL,
  PRIMARY KEY (pass, number)
) STRICT, WITHOUT ROWID;
"""

_PAIRS = """
CREATE TABLE pairs (
  id TEXT PRIMARY KEY,
  kalshi_key TEXT NOT NULL,
  polymarket_key TEXT NOT NULL,
  polarity TEXT NOT NULL CHECK (polarity IN ('aligned', 'inverted')),
  relation TEXT NOT NULL,
  confidence_ppm INTEGER NOT NULL CHECK (confidence_ppm BETWEEN 0 AND 1000000),
  method TEXT NOT NULL CHECK (method IN ('exact', 'fuzzy', 'manual')),
  tradable INTEGER NOT NULL CHECK (tradable IN (0, 1)),
  kalshi_rules_hash TEXT NOT NULL,
  polymarket_rules_hash TEXT NOT NULL,
  reasons TEXT NOT NULL,                  -- JSON array
  is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),   -- 0: the last match no longer found it
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (kalshi_key, polymarket_key),
  -- the hard floor of the specification (section 3.2): nothing below 0.95 is ever traded
  CHECK (NOT tradable OR (confidence_ppm >= 950000 AND relation = 'equal'))
) STRICT;
CREATE UNIQUE INDEX pairs_one_per_kalshi ON pairs (kalshi_key) WHERE tradable AND is_active;
CREATE UNIQUE INDEX pairs_one_per_polymarket ON pairs (polymarket_key) WHERE tradable AND is_active;
CREATE INDEX pairs_by_polymarket ON pairs (polymarket_key);

-- What people decided. The newest row of a pair counts, and only while both hashes are those of the markets.
CREATE TABLE reviews (
  id INTEGER PRIMARY KEY,
  kalshi_key TEXT NOT NULL,
  polymarket_key TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('approved', 'rejected')),
  polarity TEXT NOT NULL CHECK (polarity IN ('aligned', 'inverted')),
  kalshi_rules_hash TEXT NOT NULL,
  polymarket_rules_hash TEXT NOT NULL,
  who TEXT NOT NULL,
  at TEXT NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE INDEX reviews_by_pair ON reviews (kalshi_key, polymarket_key, id);
CREATE TRIGGER reviews_are_never_changed BEFORE UPDATE ON reviews
  BEGIN SELECT raise(ABORT, 'reviews are never changed'); END;
CREATE TRIGGER reviews_are_never_deleted BEFORE DELETE ON reviews
  BEGIN SELECT raise(ABORT, 'reviews are never deleted'); END;
"""

_OPPORTUNITIES = """
-- One row an episode: from the first look that showed the opportunity to the first that did not.
CREATE TABLE sightings (
  id TEXT PRIMARY KEY,
  pair_id TEXT NOT NULL REFERENCES pairs (id),
  kalshi_side TEXT NOT NULL CHECK (kalshi_side IN ('yes', 'no')),
  fee_model TEXT NOT NULL,
  first_seen_at TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  expired_at TEXT,
  looks INTEGER NOT NULL DEFAULT 1,
  peak_at TEXT NOT NULL,
  peak_net_micros INTEGER NOT NULL,
  qty_micros INTEGER NOT NULL,            -- this and what follows: at the last look
  kalshi_price_micros INTEGER NOT NULL,   -- average price paid a contract, rounded up
  polymarket_price_micros INTEGER NOT NULL,
  cost_micros INTEGER NOT NULL,
  gross_micros INTEGER NOT NULL,
  fees_micros INTEGER NOT NULL,
  gas_micros INTEGER NOT NULL,
  net_micros INTEGER NOT NULL,            -- gross less fees and gas
  was_executed INTEGER NOT NULL DEFAULT 0 CHECK (was_executed IN (0, 1)),
  why_not TEXT NOT NULL DEFAULT ''        -- why it was not taken
) STRICT;
CREATE UNIQUE INDEX sightings_open ON sightings (pair_id, kalshi_side, fee_model) WHERE expired_at IS NULL;
CREATE INDEX sightings_by_time ON sightings (last_seen_at);
"""

_LEDGER = """
CREATE TABLE ledger_transactions (
  seq INTEGER PRIMARY KEY,
  ref TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  hash TEXT NOT NULL                      -- over this transaction and the hash before it
) STRICT;
CREATE TABLE ledger_entries (
  seq INTEGER NOT NULL REFERENCES ledger_transactions (seq),
  line INTEGER NOT NULL,
  venue TEXT NOT NULL,
  account TEXT NOT NULL,
  market TEXT NOT NULL,
  side TEXT,
  usd_micros INTEGER NOT NULL,
  qty_micros INTEGER NOT NULL,
  PRIMARY KEY (seq, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_entries_by_account ON ledger_entries (account, venue, market, side);
CREATE TRIGGER ledger_transactions_are_never_changed BEFORE UPDATE ON ledger_transactions
  BEGIN SELECT raise(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER ledger_transactions_are_never_deleted BEFORE DELETE ON ledger_transactions
  BEGIN SELECT raise(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER ledger_entries_are_never_changed BEFORE UPDATE ON ledger_entries
  BEGIN SELECT raise(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER ledger_entries_are_never_deleted BEFORE DELETE ON ledger_entries
  BEGIN SELECT raise(ABORT, 'the ledger is never changed'); END;

CREATE TABLE trades (
  id TEXT PRIMARY KEY,
  sighting_id TEXT REFERENCES sightings (id),
  pair_id TEXT NOT NULL REFERENCES pairs (id),
  started_at TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'partial', 'complete', 'failed')),
  expected_net_micros INTEGER NOT NULL,
  net_micros INTEGER,                     -- NULL until both legs are proven
  notes TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE legs (
  id TEXT PRIMARY KEY,
  trade_id TEXT NOT NULL REFERENCES trades (id),
  venue TEXT NOT NULL CHECK (venue IN ('kalshi', 'polymarket')),
  market TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('yes', 'no')),
  client_id TEXT NOT NULL UNIQUE,
  venue_order_id TEXT UNIQUE,
  qty_micros INTEGER,                     -- what was filled
  cost_micros INTEGER,
  fee_micros INTEGER
) STRICT;
"""

_OPINIONS = """
-- What a language model said of a pair; the key is a hash of model, question and both texts.
CREATE TABLE opinions (
  key TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  answer TEXT NOT NULL,
  cost_micros INTEGER NOT NULL,
  at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX opinions_by_day ON opinions (at);
"""

_READINGS = """
-- What matching read and judged. A name is a digest of the market as it was read and of what it was read by: what
-- stands under another name is never used. Losing these rows costs time and nothing else.
CREATE TABLE readings (
  venue TEXT NOT NULL,
  key TEXT NOT NULL,
  name BLOB NOT NULL,
  facts BLOB NOT NULL,
  PRIMARY KEY (venue, key)
) STRICT;
CREATE TABLE judgements (
  kalshi_key TEXT PRIMARY KEY,
  name BLOB NOT NULL,
  verdicts BLOB NOT NULL                  -- by the names of the Polymarket markets
) STRICT;
"""

MIGRATIONS: tuple[str, ...] = (
    _CATALOGUE + _PAIRS + _OPPORTUNITIES + _LEDGER + VIEWS, TRADING, _OPINIONS, CORRECTIONS, LOOKUPS,
    _READINGS,
)  # fmt: skip
"""Migration n (counted from 0) leads from schema n to schema n + 1."""


def statements(script: str) -> Iterator[str]:
    """Split a script into its statements, triggers whole, so that all of them run inside one transaction."""
    pending = ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
