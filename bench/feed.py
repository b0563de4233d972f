"""Twenty thousand messages a second from two venues through the real streams, on one core that has other things to do.

    python bench/feed.py [--json] [--rate N] [--seconds S] [--pairs N]

The venues are a process of their own and send at an even pace over loopback. What counts is the processor time of the
receiving process: WebSocket, decoding, sequence and best prices, live books, and watching with its conflation, which
looks at a pair once however often it changed meanwhile, and not at all while its gate is shut. The lag is how far the
frames taken are behind the frames due.
"""

import argparse
import asyncio
import contextlib
import gc
import tempfile
import time
from pathlib import Path

from figures import Figure, percentile, shown
from loopback import all_live, feeds_of, rsa_signer, stub_venues, venues_of
from tick_to_trade import Ours
from traffic import WILDNESS, made

from arbkit.app.watching import Watching
from arbkit.core.latency import BOUNDS
from arbkit.wiring.kit import SystemClock, quickest_loop


async def flooded(rate: int, seconds: float, pairs: int) -> list[Figure]:
    """Follow all books, have the flood sent, and watch ourselves."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        couples = made(pairs=pairs, changes=0, wildness=WILDNESS).couples  # the child makes the same ones
        child = await stack.enter_async_context(
            stub_venues("--pairs", str(pairs), "--changes", str(int(rate * seconds)))
        )
        clock = SystemClock()
        venues, hosts = venues_of(child, clock)
        for host in hosts:
            stack.push_async_callback(host.close)
        room = Ours(child, folder, couples, stack).room_of(clock, venues, {})
        feeds = feeds_of(child, rsa_signer(), venues, clock)
        watching = Watching(room, feeds, lambda _: None, bounds=dict(BOUNDS))
        markets = {market.id: market for couple in couples for market in (couple.kalshi, couple.polymarket)}
        watching.watch([couple.pair for couple in couples], markets)
        tasks = [
            asyncio.ensure_future(work) for work in (*(feed.run(watching) for feed in feeds.values()), watching.run())
        ]
        await all_live(feeds, pairs)
        gc.collect()
        gc.freeze()
        before, counts = sum(feed.health().frames for feed in feeds.values()), watching.counts
        looks, changes, marked, backlog = counts.looks, counts.changes, counts.marked, []
        await child.tell(f"flood {rate} {seconds}")
        cpu, wall = time.process_time(), time.perf_counter()
        done = asyncio.ensure_future(child.told(seconds * 10))
        while (taken := sum(feed.health().frames for feed in feeds.values()) - before) < int(rate * seconds) * 0.999:
            if not done.done():
                due = min(rate * (time.perf_counter() - wall), rate * seconds)
                backlog.append(max(0.0, due - taken) / rate * 1e3)
            await asyncio.sleep(0.01)
            if time.perf_counter() - wall > seconds * 10:
                raise AssertionError(f"only {taken} frames came")
        told = await done
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        looks, changes, marked = counts.looks - looks, counts.changes - changes, counts.marked - marked
        resyncs = sum(feed.health().resyncs for feed in feeds.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    sent = told["sent"] / told["took_s"]
    return [
        Figure("messages sent a second", sent, note=f"{told['sent']:,} in all, asked for {rate:,} a second"),
        Figure("processor time a message", cpu / taken * 1e6, "us"),
        Figure("of one core, at the pace sent", cpu / wall * 100, "%"),
        Figure(f"of one core, at {rate:,} a second", cpu / taken * rate * 100, "%", at_most=40),
        Figure("lag behind the pace, p50", percentile(backlog, 50), "ms"),
        Figure("lag behind the pace, p99", percentile(backlog, 99), "ms", note="the sender's own lag is in it"),
        Figure("changes before an open gate", marked, note=f"of {changes:,} told"),
        Figure("the same, a look", marked / max(looks, 1), note=f"{looks:,} looks: conflated"),
        Figure("resynchronisations", resyncs, at_most=0),
    ]  # fmt: skip


def measured(arguments: argparse.Namespace) -> list[Figure]:
    """Every figure of this bench."""
    with asyncio.Runner(loop_factory=quickest_loop()) as runner:
        return runner.run(flooded(arguments.rate, arguments.seconds, arguments.pairs))


def options(parser: argparse.ArgumentParser) -> None:
    """How much."""
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--pairs", type=int, default=200)


if __name__ == "__main__":
    shown("feed", __doc__, measured, options)
