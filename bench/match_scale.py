"""Does matching stay quick and complete on whole catalogues? Candidates of 50,000 x 100,000 synthetic markets.

    python bench/match_scale.py [--json] [--kalshi N] [--polymarket N] [--seed N] [--bare]
    python bench/match_scale.py --pairs PAIRS.jsonl.gz [--catalog DIR] [--json]

Measured side by side in one run, so that a slow machine slows all of them: ours (from text to candidates, each run in a
process of its own), rapidfuzz's blocked cdist(fuzz.ratio), a plain index of words by IDF, and a loop of fuzz.ratio; the
last three on a sample of the Polymarket rows, scaled up. Ours and cdist run on one core and on all cores: ours as
`arbkit match` does (other processes read words, threads seek candidates), cdist by its own threads. All four run in
each of five rounds; of each the quickest is shown. Judged are the shares, one core of one core and all cores of all
cores, each the median of five rounds of ours against the runs of cdist before and after; both again with the tokens
kept, as the store keeps them, are shown and not judged. The time of ours is that by the wall from the first import to
the last candidate, starts of processes included; its memory is that of all its processes together, each at its most.
Recall@n is the share of planted twins among the first n candidates. `--bare` takes tickers and slugs (hence their
dates) away. Exit code 1 when a target is missed.

With --pairs, the candidate recall of the pairs labelled `same`: each market is sought among all of the file and of DIR.
"""

import argparse
import gc
import gzip
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from heapq import nlargest
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import median

import msgspec
from scale_catalogue import Catalogues, Row, make

ROUNDS = 5
SAMPLE = 400
SAMPLE_OF_INDEX = 100
SAMPLE_OF_LOOP = 10
CHANGED = 1_000
CDIST_SHARE_MAX = 1 / 50
RSS_MB_MAX = 600
RECALL_MIN = 0.96
INCREMENTAL_SHARE_MAX = 1 / 3
RECALL_OF_PAIRS_MIN = 0.98
Found = Mapping[int, Sequence[int]]
Line = dict[str, str | float | bool | None]


class Saved(msgspec.Struct):
    """The catalogues on their way into another process."""

    kalshi: list[tuple[str, str, int]]
    polymarket: list[tuple[str, str, int]]
    twins: dict[int, int]


@contextmanager
def stopwatch(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Note how long the block took by the wall clock."""
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started


def recall(found: Found, twins: Mapping[int, int], first: int) -> float:
    """The share of twins among the first so many candidates."""
    return sum(twin in found.get(row, ())[:first] for row, twin in twins.items()) / max(1, len(twins))


def line(method: str, seconds: float, found: Found, twins: Mapping[int, int], **more: float | None) -> Line:
    """A row of the report."""
    return {
        "method": method,
        "seconds": round(seconds, 3),
        **{f"recall_at_{first}": round(recall(found, twins, first), 4) for first in (1, 5, 20)},
        **more,
    }


def peak_rss_mb(pid: int | str = "self") -> float:
    """The most memory a program has held. Not ru_maxrss, which starts with what the parent process held."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    [kilobytes] = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(kilobytes) / 1024


def workers() -> list[int]:
    """The processes that this one has started."""
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,comm="], check=True, capture_output=True, text=True).stdout
    rows = [line.split(maxsplit=2) for line in told.splitlines()]
    return [int(pid) for pid, parent, name in rows if int(parent) == os.getpid() and name != "ps"]


def ours(saved: Saved, count: int) -> Line:
    """From texts to candidates, then again for the rows that changed with all other tokens known."""
    started_mb = peak_rss_mb()
    seconds: dict[str, float] = {}
    with stopwatch(seconds, "all"):
        with stopwatch(seconds, "import"):
            from arbkit.core.spread import here  # noqa: PLC0415 its import is part of the time
            from arbkit.processes.crew import Crew, threads  # noqa: PLC0415

            crew = Crew(count)
            crew.start()
            from arbkit.core.matching.errand import tokens_of_each  # noqa: PLC0415

            crew.prepare(tokens_of_each, ["ready"])
            from arbkit.core.matching.candidates import candidates  # noqa: PLC0415
            from arbkit.core.matching.columns import asked, asked_of_all  # noqa: PLC0415
            from arbkit.core.matching.texts import Texts  # noqa: PLC0415

        gc.disable()  # as `arbkit match` does while it matches
        with stopwatch(seconds, "tokens"):
            kalshi, polymarket = asked_of_all(
                [list(map(Texts._make, side)) for side in (saved.kalshi, saved.polymarket)], crew
            )
        with stopwatch(seconds, "candidates"):
            pairs = candidates(kalshi, polymarket, spread=here if count == 1 else threads(crew.count))
        gc.enable()
    peak_mb = sum(map(peak_rss_mb, ("self", *workers())))
    crew.close()
    found: defaultdict[int, list[int]] = defaultdict(list)
    for listed, sought in pairs:
        found[sought].append(listed)
    changed = Random(1).sample(range(len(polymarket)), min(CHANGED, len(polymarket)))
    with stopwatch(seconds, "incremental"):
        candidates(kalshi, asked([Texts(*saved.polymarket[row]) for row in changed]))
    return line(
        f"ours, {cores_named(count)}",
        seconds["all"],
        found,
        saved.twins,
        import_seconds=round(seconds["import"], 3),
        tokens_seconds=round(seconds["tokens"], 3),
        candidates_seconds=round(seconds["candidates"], 3),
        incremental_seconds=round(seconds["incremental"], 3),
        candidate_pairs=len(pairs),
        rss_mb=round(peak_mb),
        rss_before_mb=round(started_mb),
    )


def cores_named(count: int) -> str:
    """How many cores something ran on, in words."""
    return "one core" if count == 1 else "all cores"


def in_own_process(path: Path, count: int) -> Line:
    """Run ours alone, so that its memory is its own; `count` 0 is all cores."""
    command = [sys.executable, __file__, "--stage", str(path), "--cores", str(count)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return msgspec.json.decode(ran.stdout, type=Line)


def cdist(
    kalshi: Sequence[str],
    polymarket: Sequence[str],
    twins: Mapping[int, int],
    sample: Sequence[int],
    *,
    cores: int = -1,
) -> Line:
    """All pairs by rapidfuzz in blocks, on all cores unless told; the ranking is not part of the time."""
    import numpy as np  # noqa: PLC0415 ours must not inherit it
    from rapidfuzz import fuzz, process  # noqa: PLC0415

    queries, blocks, seconds = [polymarket[row] for row in sample], [], 0.0
    for start in range(0, len(kalshi), 10_000):
        block = kalshi[start : start + 10_000]
        began = time.perf_counter()
        blocks.append(process.cdist(queries, block, scorer=fuzz.ratio, dtype=np.uint8, workers=cores))
        seconds += time.perf_counter() - began
    scores = np.concatenate(blocks, axis=1)
    best = np.argsort(-scores.astype(np.int16), axis=1, kind="stable")[:, :20].tolist()
    found = dict(zip(sample, best, strict=True))
    shown = {row: twin for row, twin in twins.items() if row in found}
    return line(
        f"cdist(ratio), {cores_named(cores)}",
        seconds * len(polymarket) / len(sample),
        found,
        shown,
        sampled_rows=len(sample),
    )


def inverted_index(
    kalshi: Sequence[str], polymarket: Sequence[str], twins: Mapping[int, int], sample: Sequence[int]
) -> Line:
    """Words as they are, each weighed by its IDF, every posting visited."""
    began = time.perf_counter()
    postings: defaultdict[str, list[int]] = defaultdict(list)
    for index, text in enumerate(kalshi):
        for word in set(text.lower().split()):
            postings[word].append(index)
    built = time.perf_counter() - began
    found: dict[int, list[int]] = {}
    began = time.perf_counter()
    for row in sample:
        score: Counter[int] = Counter()
        for word in set(polymarket[row].lower().split()):
            weight = math.log(1 + len(kalshi) / len(postings[word])) if word in postings else 0.0
            for index in postings.get(word, ()):
                score[index] += weight  # type: ignore[assignment] # a Counter of floats
        found[row] = nlargest(20, score, key=score.__getitem__)
    seconds = built + (time.perf_counter() - began) * len(polymarket) / len(sample)
    shown = {row: twin for row, twin in twins.items() if row in found}
    return line("inverted index (IDF)", seconds, found, shown, sampled_rows=len(sample))


def loop(kalshi: Sequence[str], polymarket: Sequence[str], twins: Mapping[int, int], sample: Sequence[int]) -> Line:
    """The obvious two loops over fuzz.ratio."""
    from rapidfuzz import fuzz  # noqa: PLC0415

    found: dict[int, list[int]] = {}
    began = time.perf_counter()
    for row in sample:
        text = polymarket[row]
        scores = [fuzz.ratio(text, other) for other in kalshi]
        found[row] = nlargest(20, range(len(scores)), key=scores.__getitem__)
    seconds = (time.perf_counter() - began) * len(polymarket) / len(sample)
    shown = {row: twin for row, twin in twins.items() if row in found}
    return line("python loop, fuzz.ratio", seconds, found, shown, sampled_rows=len(sample))


def measured(catalogues: Catalogues, *, bare: bool) -> list[Line]:
    """All methods; ours between two runs of cdist, several times: the share of cdist is the median of these rounds."""
    saved = Saved(_rows(catalogues.kalshi, bare), _rows(catalogues.polymarket, bare), catalogues.twins)
    texts = [f"{row.text} {row.label}" for row in catalogues.kalshi], [row.text for row in catalogues.polymarket]
    twins, dice = catalogues.twins, Random(2)
    sample = dice.sample(sorted(twins), min(SAMPLE, len(twins)))
    own: dict[int, list[Line]] = {0: [], 1: []}
    theirs = {count: [cdist(*texts, twins, sample, cores=count or -1)] for count in own}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogues"
        path.write_bytes(msgspec.msgpack.encode(saved))
        for _ in range(ROUNDS):
            for count, runs in own.items():
                runs.append(in_own_process(path, count))
                theirs[count].append(cdist(*texts, twins, sample, cores=count or -1))
    lines = [min(runs, key=seconds_of) for runs in (own[0], own[1], theirs[0], theirs[1])]
    for one, runs in zip(lines, (own[0], own[1], theirs[0], theirs[1]), strict=True):
        one["median_seconds"] = round(median(map(seconds_of, runs)), 3)
    for one, count in zip(lines, own, strict=False):
        one["share_of_cdist"] = round(share(own[count], theirs[count], "seconds"), 5)
        one["share_of_cdist_with_tokens_kept"] = round(share(own[count], theirs[count], "candidates_seconds"), 5)
    lines.append(inverted_index(*texts, twins, sample[:SAMPLE_OF_INDEX]))
    lines.append(loop(*texts, twins, sample[:SAMPLE_OF_LOOP]))
    return lines


def share(own: Sequence[Line], of: Sequence[Line], what: str) -> float:
    """Our time against that of the runs before and after it, in the middle of all rounds."""
    around = [(seconds_of(before) + seconds_of(after)) / 2 for before, after in pairwise(of)]
    return median(float(one[what] or 0) / between for one, between in zip(own, around, strict=True))


def seconds_of(one: Line) -> float:
    """The time of a line."""
    return float(one["seconds"] or 0)


def _rows(rows: Sequence[Row], bare: bool) -> list[tuple[str, str, int]]:
    """Text and label in one, as cdist gets them; what `Texts` holds."""
    return [(f"{row.text}\n{row.label}", "" if bare else row.key, row.closes) for row in rows]


def verdict(lines: Sequence[Line]) -> Line:
    """The targets, and whether they hold."""
    every, single = lines[:2]
    full, part = seconds_of(single), float(single["incremental_seconds"] or 0)
    holds = {
        "share_of_cdist_all_of_all_cores_holds": float(every["share_of_cdist"] or 1) <= CDIST_SHARE_MAX,
        "share_of_cdist_one_of_one_core_holds": float(single["share_of_cdist"] or 1) <= CDIST_SHARE_MAX,
        "alike_holds": all(every[key] == single[key] for key in ("candidate_pairs", "recall_at_1", "recall_at_20")),
        "rss_holds": max(float(one["rss_mb"] or 0) for one in (every, single)) <= RSS_MB_MAX,
        "recall_holds": float(every["recall_at_20"] or 0) >= RECALL_MIN,
        "incremental_holds": part <= full * INCREMENTAL_SHARE_MAX,
    }
    return {"method": "targets", "incremental_share_of_full": round(part / full, 4), **holds}


def read_file(path: Path) -> bytes:
    """The bytes of a file, unpacked."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def of_pairs(pairs_path: Path, folder: Path | None) -> list[Line]:
    """Candidate recall of labelled pairs, by family."""
    import match_quality as labelled  # noqa: PLC0415 the synthetic bench must not inherit its imports

    from arbkit.core.matching.candidates import candidates  # noqa: PLC0415
    from arbkit.core.matching.columns import asked  # noqa: PLC0415
    from arbkit.core.matching.engine import texts_of  # noqa: PLC0415
    from arbkit.venues.kalshi.wire import catalogue as kalshi_wire  # noqa: PLC0415
    from arbkit.venues.polymarket.wire import catalogue as polymarket_wire  # noqa: PLC0415

    rows = [msgspec.json.decode(row, type=labelled.LabelledPair) for row in read_file(pairs_path).splitlines()]
    kalshi = {row.kalshi.ticker: labelled.kalshi_market(row.kalshi) for row in rows}
    polymarket = {row.polymarket.condition_id: labelled.polymarket_market(row.polymarket) for row in rows}
    if folder:
        for market in kalshi_wire.parse_file(read_file(folder / "kalshi.jsonl.gz")).markets:
            kalshi.setdefault(market.id.key, market)
        for market in polymarket_wire.parse_file(read_file(folder / "polymarket.jsonl.gz")).markets:
            polymarket.setdefault(market.id.key, market)
    listed, sought = list(kalshi), list(polymarket)
    pairs = candidates(*(asked([texts_of(side[key]) for key in side]) for side in (kalshi, polymarket)))
    ranks: dict[tuple[str, str], int] = {}
    places: Counter[int] = Counter()
    for one, two in pairs:
        ranks[listed[one], sought[two]] = places[two]
        places[two] += 1
    families: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.label == "same":
            rank = ranks.get((row.kalshi.ticker, row.polymarket.condition_id), sys.maxsize)
            families[row.family].append(rank)
            families["total"].append(rank)
    return [
        {
            "family": name,
            "same": len(found),
            **{
                f"recall_at_{first}": round(sum(rank < first for rank in found) / len(found), 4) for first in (1, 5, 20)
            },
        }
        for name, found in sorted(families.items(), key=lambda item: item[0] == "total")
    ]


def show(lines: Sequence[Line], *, as_json: bool) -> None:
    """A table for people, or JSON lines."""
    for one in lines:
        if as_json:
            print(json.dumps(one))
        else:
            name, *rest = one.items()
            print(f"{name[1]!s:26}", "  ".join(f"{key} {value}" for key, value in rest))


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kalshi", type=int, default=100_000)
    parser.add_argument("--polymarket", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bare", action="store_true", help="without tickers and slugs")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pairs", type=Path, help="labelled pairs instead of synthetic catalogues")
    parser.add_argument("--catalog", type=Path, help="further markets to seek among")
    parser.add_argument("--stage", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cores", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stage:
        print(json.dumps(ours(msgspec.msgpack.decode(arguments.stage.read_bytes(), type=Saved), arguments.cores)))
        return
    if arguments.pairs:
        lines = of_pairs(arguments.pairs, arguments.catalog)
        show(lines, as_json=arguments.json)
        raise SystemExit(float(lines[-1]["recall_at_20"] or 0) < RECALL_OF_PAIRS_MIN)
    lines = measured(make(arguments.kalshi, arguments.polymarket, seed=arguments.seed), bare=arguments.bare)
    result = verdict(lines)
    show([*lines, result], as_json=arguments.json)
    raise SystemExit(not all(value for key, value in result.items() if key.endswith("_holds")))


if __name__ == "__main__":
    main()
