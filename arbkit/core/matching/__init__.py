"""Which Kalshi market and which Polymarket market pay the same, and why."""

from arbkit.core.matching.engine import Candidate, Curated, match
from arbkit.core.matching.facts import Facts, read_facts
from arbkit.core.matching.lexicon import Aliases
from arbkit.core.matching.verdict import Verdict, judge

__all__ = ["Aliases", "Candidate", "Curated", "Facts", "Verdict", "judge", "match", "read_facts"]
