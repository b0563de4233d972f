"""Matching without its tables of names: it may find less, and must accept nothing that is not the same."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[3] / "bench" / "match_holdout.py"


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(180)
def test_without_any_names_nothing_false_is_accepted_and_most_is_still_found(shared: Path) -> None:
    pairs = shared / "data" / "pairs" / "dev.jsonl.gz"
    command = [sys.executable, str(BENCH), "--empty", "clubs", "countries", "phrases", "teams", "--", str(pairs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    total = json.loads(done.stdout.splitlines()[-1])
    assert (total["accepted_different"], total["accepted_partial"], total["polarity_errors"]) == (0, 0, 0)
    assert total["recall"] > 0.5
    assert total["candidate_recall"] >= 0.98
