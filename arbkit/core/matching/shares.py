"""Shares of a match: what one process is given of it, as plain values, and what it answers. No share needs another.

Facts travel as the bytes that are kept of them, and a market as what facts are read from.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from arbkit.core.matching.lexicon import Aliases
from arbkit.core.matching.memory import Part, market_of, pack_facts, unpack_facts
from arbkit.core.matching.verdict import Verdict
from arbkit.errors import InvariantError

if TYPE_CHECKING:
    from arbkit.core.matching.facts import Facts


class ToRead(NamedTuple):
    """Markets whose facts are to be read."""

    markets: Sequence[Part]
    aliases: Aliases
    facts_max: int
    """Of how many markets facts may be held for the shares that follow."""


class ToJudge(NamedTuple):
    """Pairs that are to be judged. A market is its packed facts, or itself where those cannot be packed."""

    kalshi: Sequence[bytes | Part]
    polymarket: Sequence[bytes | Part]
    pairs: Sequence[tuple[int, int]]
    """(index into `kalshi`, index into `polymarket`)"""
    aliases: Aliases
    facts_max: int


_LATEST: "dict[bytes, Facts]" = {}
"""Packed facts -> facts, the latest ones: shares that follow each other are about the same markets."""


def read_share(share: ToRead) -> list[bytes | None]:
    """The facts of each market, packed; None for the few that cannot be."""
    from arbkit.core.matching.facts import read_facts  # noqa: PLC0415 - loads all that reads, for who has a share to do

    found = []
    for market in share.markets:
        facts = read_facts(market_of(market), share.aliases)
        if (packed := pack_facts(facts)) is not None:
            _hold(packed, facts, share.facts_max)
        found.append(packed)
    return found


def judge_share(share: ToJudge) -> list[Verdict | None]:
    """The verdict on each pair; None below the floor of review."""
    from arbkit.core.matching.judge import worth_a_look  # noqa: PLC0415 - loads all that judges

    kalshi, polymarket = ([_facts(market, share) for market in side] for side in (share.kalshi, share.polymarket))
    return [worth_a_look(kalshi[one], polymarket[two]) for one, two in share.pairs]


def _facts(market: bytes | Part, share: ToJudge) -> "Facts":
    if not isinstance(market, bytes):
        from arbkit.core.matching.facts import read_facts  # noqa: PLC0415 - as above

        return read_facts(market_of(market), share.aliases)
    if (facts := _LATEST.get(market)) is None:
        if (facts := unpack_facts(market)) is None:
            raise InvariantError("facts that were packed cannot be unpacked")
        _hold(market, facts, share.facts_max)
    return facts


def _hold(packed: bytes, facts: "Facts", facts_max: int) -> None:
    while len(_LATEST) >= facts_max:
        del _LATEST[next(iter(_LATEST))]
    _LATEST[packed] = facts
