"""The only SQL: one SQLite file holding catalogue, pairs, journal and ledger."""
