"""Likeness: which of many texts shares most of its telling words with another; good enough to lend a price, no more."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[^\W_]+(?:\.\d+)?")
_LIKE_MIN = 0.55


class Likeness:
    """Texts by the words in them; rare words count more."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = [words(text) for text in texts]
        count = Counter(word for found in self._words for word in found)
        self._weight = {word: math.log(1 + len(texts) / times) for word, times in count.items()}
        self._sum = [self._total(found) for found in self._words]
        self._at: dict[str, list[int]] = {}
        for index, found in enumerate(self._words):
            for word in sorted(found):
                self._at.setdefault(word, []).append(index)

    def nearest(self, text: str) -> int | None:
        """The index of the text most like this one, or None if none is."""
        wanted = words(text)
        shared: Counter[int] = Counter()
        for word in sorted(wanted, key=lambda word: len(self._at.get(word, ())))[:8]:
            for index in self._at.get(word, ()):
                shared[index] += 1
        best, best_score = None, _LIKE_MIN
        total = self._total(wanted)
        for index, _ in shared.most_common(20):
            both = self._total(wanted & self._words[index])
            score = both / math.sqrt(total * self._sum[index])
            if score > best_score:
                best, best_score = index, score
        return best

    def _total(self, found: Iterable[str]) -> float:
        return sum(self._weight.get(word, 1.0) for word in sorted(found))


def words(text: str) -> frozenset[str]:
    """The words of a text in lower case, numbers with their decimals."""
    return frozenset(_WORD.findall(text.lower().replace(",", "")))
