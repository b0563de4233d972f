"""README: its commands run, word for word."""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment, process, simulator

__all__ = ["simulator"]
PROJECT = Path(__file__).parents[1]
TEXT = (PROJECT / "README.md").read_text()


def blocks(marker: str) -> list[str]:
    return re.findall(rf"<!-- {marker} -->\n```sh\n(.*?)```", TEXT, re.DOTALL)


def proofs(tool: str) -> list[str]:
    """What the table of promises says to run."""
    return re.findall(rf"\| `{tool} ([^`]+)` \|", TEXT.partition("<!-- proofs -->")[2].partition("\n## ")[0])


LINES = [line for block in blocks("tried") for line in block.splitlines()]


def test_there_are_two_commands() -> None:
    [shown], [tested] = blocks("run-command"), blocks("test-command")
    assert shown.rstrip().endswith("arbkit run --sim")
    assert tested.rstrip().endswith("pytest")


@pytest.mark.parametrize("lock", ["run.txt", "build.txt", "dev.txt"])
def test_requirements_are_pinned_by_hash_and_name_no_index(lock: str) -> None:
    text = (Path(__file__).parents[1] / ".ci" / "lock" / lock).read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert "://" not in text
    assert not [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]


@pytest.mark.parametrize(
    ("first", "second"), [("run.txt", "dev.txt"), ("build.txt", "dev.txt"), ("run.txt", "build.txt")]
)
def test_the_locks_agree(first: str, second: str) -> None:
    folder = Path(__file__).parents[1] / ".ci" / "lock"
    one, other = (
        dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (folder / name).read_text(), re.MULTILINE))
        for name in (first, second)
    )
    assert {name: one[name] for name in one.keys() & other.keys()} == {
        name: other[name] for name in one.keys() & other.keys()
    }


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) <= 250


def test_the_pictures_are_there_and_fetch_nothing() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)
    assert len(pictures) == 3
    for picture in pictures:
        svg = (PROJECT / picture).read_text()
        assert not re.findall(r"(?:url|href|src)\(?=?[\"']?https?:", svg)
        assert "@font-face" not in svg


def test_every_promise_names_something_that_shows_it() -> None:
    assert len(proofs("pytest")) + len(proofs("arbkit")) == 10
    for line in proofs("pytest"):
        words = line.split()
        names = re.findall(r"def (test_\w+)", (PROJECT / words[0]).read_text())
        wanted = words[2] if "-k" in words else ""
        assert [name for name in names if wanted in name], line


def test_every_block_of_shell_is_run_by_something() -> None:
    """By .ci/run, word for word in a clean environment (the first two), or by a test below."""
    marked = re.findall(r"<!-- (\S+) -->\n```sh\n", TEXT)
    assert marked == ["run-command", "test-command", *["tried"] * 2, "cron", "tried", "served", "tried"]
    assert len(re.findall(r"^```sh$", TEXT, re.MULTILINE)) == len(marked)
    checked = (PROJECT / ".ci" / "run").read_text()
    assert all(name in checked for name in marked[:2])


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not here")
def test_every_line_that_is_shown_works(simulator: str, tmp_path: Path) -> None:
    environ = environment(tmp_path, ARBKIT_SIM=simulator)
    assert len(LINES) == 12
    for line in LINES:
        ran = process(cwd=tmp_path, environ=environ, shell=line)
        assert ran.code == 0, (line, ran.err)
        assert ran.out or "scan" in line, line
    for line in proofs("arbkit"):
        shown = line if line.startswith("config") else f"{line} --sim"
        ran = process(cwd=tmp_path, environ=environ, shell=f"arbkit {shown}")
        assert ran.code == 0, (line, ran.err)


@pytest.mark.slow
def test_the_line_for_cron_works_from_cron(simulator: str, tmp_path: Path) -> None:
    """As cron runs it: by sh, from the home directory, with hardly a variable. The venues are the simulated ones."""
    [line] = blocks("cron")
    *when, command = line.split(maxsplit=5)
    assert all(re.fullmatch(r"\*(/\d+)?", field) for field in when)
    assert "%" not in command  # cron would end the line there
    here = command.replace("/opt/arbkit/.venv/bin", str(Path(sys.executable).parent)).replace("/var/log/arbkit", ".")
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT), "ARBKIT_SIM": simulator}
    words = ["sh", "-c", here.replace(" sync ", " sync --sim ")]
    subprocess.run(words, check=True, cwd=tmp_path, env=environ, stdin=subprocess.DEVNULL, timeout=60)
    assert [json.loads(row)["error"] for row in (tmp_path / "sync.jsonl").read_text().splitlines()] == [None, None]
    assert (tmp_path / ".local" / "state" / "arbkit" / "sim" / "arbkit.db").exists()


@pytest.mark.slow
def test_simulated_venues_are_served_until_they_are_interrupted(tmp_path: Path) -> None:
    serve, look = blocks("served")[0].splitlines()
    environ = environment(tmp_path)
    words = shlex.split(serve.replace("8700", "0"))
    with subprocess.Popen(
        [str(Path(sys.executable).parent / words[0]), *words[1:]], env=environ, cwd=tmp_path, stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[-1]
            there = look.replace("http://127.0.0.1:8700", address)
            for line in (there.replace("scan", "markets sync"), there.replace("scan", "match"), there):
                ran = process(cwd=tmp_path, environ=environ, shell=line)
                assert ran.code == 0, (line, ran.err)
            assert "books in" in ran.err
        finally:
            server.send_signal(signal.SIGINT)
    assert server.returncode in {0, 130}
