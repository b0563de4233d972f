"""Names that mean the same: teams, countries, competitions, words. Plain tables, one line a thing, easy to extend."""
