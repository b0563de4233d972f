"""Control: what a test may see and do behind the venues' backs: every POST, hooks before it, and faults."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from arbkit.venues.sim.faults import FaultPlan


@dataclass(frozen=True, slots=True)
class Post:
    """A request to place orders, as it arrived, whatever became of it.

    `keys` are the ids by which the sender knows its orders: Kalshi client ids, or Polymarket order hashes (of one order
    one hash for each exchange contract, since only the right one can ever match).
    """

    service: str
    path: str
    keys: tuple[str, ...]
    body: bytes
    at: datetime


BeforePost = Callable[[Post], None]


class Control:
    """The record of POSTs, hooks that run before each is dealt with, and the fault plan."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.before_post: list[BeforePost] = []
        self.faults = FaultPlan()

    def seen(self, post: Post) -> None:
        """Record a POST and run the hooks, which must not raise: what they find they note for the test."""
        self.posts.append(post)
        for hook in self.before_post:
            hook(post)

    def posts_of(self, key: str) -> Sequence[Post]:
        """Every POST that carried an order with this id."""
        return [post for post in self.posts if key in post.keys]

    def counts(self) -> Counter[str]:
        """How many POSTs each id was in."""
        return Counter(key for post in self.posts for key in post.keys)
