"""`init`: a newcomer at a terminal, and a script; what is secret is never shown, what is there is never lost."""

import os
import stat
from pathlib import Path

import pytest

from arbkit.config.load import load
from arbkit.config.sample import sample
from arbkit.errors import AuthError, ConfigError, UsageError
from arbkit.store.files import new_file
from arbkit.venues.kalshi.signing import new_key_pem
from arbkit.venues.sim.server import SimServer
from arbkit.wiring import opened, simulation
from arbkit.wiring.doctor import credentials
from tests.cli.conftest import Ran, environment, on_terminal, process

WALLET_KEY = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
FUNDER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def settings_in(path: Path):
    return load(environ={}, config=path, cwd=path.parent).settings


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory that not everybody may write to."""
    tmp_path.chmod(0o700)
    return tmp_path


def a_key_file(place: Path, text: str = WALLET_KEY, mode: int = 0o600) -> Path:
    path = place / "a.key"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "value", ["plain", "two words", 'a "quote"', "$HOME", "${X}", "# no comment", "-100", "yes: no"]
)
def test_what_is_answered_is_what_is_read_back(tmp_path: Path, value: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(sample({"telegram.chat_id": value, "risk.profile": "strict"}))
    settings = settings_in(path)
    assert (settings.telegram.chat_id, settings.risk.profile) == (value, "strict")


@pytest.mark.usefixtures("simulated")
def test_without_a_word_it_writes_safe_defaults_and_asks_the_doctor(arbkit, tmp_path: Path) -> None:
    ran = arbkit("init", "--sim", "--non-interactive")
    assert ran.code == 0, ran.err
    path = tmp_path / "xdg" / "arbkit" / "config.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = settings_in(path)
    assert (settings.risk.profile, settings.operating_mode.mode) == ("strict", "dry_run")
    assert "ready for live" in ran.out
    assert "Next: `arbkit markets sync" in ran.err


@pytest.mark.usefixtures("simulated")
def test_what_was_there_is_kept(arbkit, tmp_path: Path) -> None:
    target = tmp_path / "mine.yaml"
    target.write_text("risk:\n  profile: standard\n")
    refused = arbkit("init", "--sim", "--non-interactive", "--out", str(target))
    assert (refused.code, target.read_text()) == (3, "risk:\n  profile: standard\n")
    assert "--replace" in refused.err
    assert arbkit("init", "--sim", "--non-interactive", "--out", str(target), "--replace").code == 0
    assert (tmp_path / "mine.yaml.1.old").read_text() == "risk:\n  profile: standard\n"


@pytest.mark.usefixtures("simulated")
def test_a_file_that_overrules_the_new_one_is_named(arbkit, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("risk:\n  daily_loss_limit: 20\n")
    ran = arbkit("init", "--sim", "--non-interactive")
    assert f"{tmp_path / 'config.yaml'} overrules 1 of these settings" in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--set", "risk.profil=strict"), "did you mean risk.profile?"),
        (("--set", "risk.daily_loss_limit=lots"), "risk.daily_loss_limit"),
        (("--kalshi-key-id", "k", "--kalshi-key-file", "/nowhere/k.pem"), "is not there"),
        (("--polymarket-key-file", "relative.key"), "must be the absolute path"),
        (("--funder", "0x12"), "address"),
    ],
)
def test_an_answer_that_cannot_be_used_writes_nothing(arbkit, tmp_path: Path, arguments, says: str) -> None:
    ran = arbkit("init", "--non-interactive", *arguments)
    assert ran.code in {ConfigError.exit_code, UsageError.exit_code, AuthError.exit_code}
    assert says in ran.err
    assert not (tmp_path / "xdg").exists()


def test_a_key_that_others_can_read_is_refused_and_not_shown(arbkit, place: Path) -> None:
    path = a_key_file(place, mode=0o644)
    ran = arbkit("init", "--non-interactive", "--polymarket-key-file", str(path), "--funder", FUNDER)
    assert ran.code == AuthError.exit_code
    assert f"chmod 600 {path}" in ran.err
    assert WALLET_KEY not in ran.err + ran.out


@pytest.mark.slow
def test_nobody_is_asked_where_there_is_nobody(tmp_path: Path) -> None:
    ran = process("init", cwd=tmp_path, environ=environment(tmp_path))
    assert ran.code == 2
    assert "--non-interactive" in ran.err


def test_a_new_file_is_new_and_ours(tmp_path: Path) -> None:
    path = tmp_path / "k"
    old = os.umask(0)
    try:
        new_file(path, "x")
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def answered(home: Path, simulator: str, *typed: tuple[str, str]) -> Ran:
    environ = environment(home, ARBKIT_SIM=simulator)
    return on_terminal(
        "init", "--sim", "--out", str(home / "c.yaml"), cwd=home, environ=environ, columns=100, typed=typed
    )


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_newcomer_answers_and_no_secret_is_ever_shown(place: Path, simulator: str) -> None:
    pem = new_key_pem()
    ran = answered(
        place, simulator,
        ("Accounts to trade with", "kalshy"),
        ("both [none]", "both"),
        ("id of the API key", "4f0c-unknown"),
        ("(PEM): its file", "/nowhere/kalshi.pem"),
        ("(PEM): its file", ""),
        ("(not shown", pem.strip()),
        ("wallet: its file", ""),
        ("(not shown", "no key at all"),
        ("(not shown", WALLET_KEY),
        ("3 deposit wallet [3]", ""),
        ("which holds the money", "0x12"),
        ("which holds the money", FUNDER),
        ("or standard [strict]", ""),
        ("in a pair, in dollars [25]", ""),
        ("at work, in dollars [100]", "20"),
        ("at work, in dollars [100]", "60"),
        ("after losing, in dollars [20]", ""),
        ("may lose, in dollars [10]", ""),
        ("Telegram? [y/N]", "n"),
        ("Write this? [Y/n]", "y"),
    )  # fmt: skip
    assert ran.code == 0, ran.out
    assert "ready for live" in ran.out
    body = "".join(line for line in pem.splitlines() if "-----" not in line)
    for secret in (WALLET_KEY, "no key at all", body[:40]):
        assert secret not in ran.out
    out, keys = place / "c.yaml", place / "state" / "keys"
    assert (keys / "kalshi.pem").read_text().strip() == pem.strip()
    assert (keys / "polymarket.key").read_text().strip() == WALLET_KEY
    assert {stat.S_IMODE(path.stat().st_mode) for path in (out, *keys.iterdir())} == {0o600}
    assert WALLET_KEY not in out.read_text()
    settings = settings_in(out)
    assert str(settings.trading.max_total_exposure) == "60"
    assert settings.polymarket.funder == FUNDER


@pytest.mark.slow
def test_no_at_the_end_writes_nothing(place: Path, simulator: str) -> None:
    ran = answered(
        place, simulator,
        *((question, "") for question in ("[none]", "[strict]", "[25]", "[100]", "[20]", "[10]", "[y/N]")),
        ("[Y/n]", "n"),
    )  # fmt: skip
    assert ran.code == 3
    assert "nothing was written" in ran.out
    assert not (place / "c.yaml").exists()
    assert not (place / "state").exists()


@pytest.mark.slow
def test_a_credential_that_the_venue_does_not_know_is_refused(place: Path) -> None:
    pem = place / "kalshi.pem"
    new_file(pem, new_key_pem())
    with SimServer(simulation(seed=7)) as server:
        flags = [f"kalshi.api_base={server.urls.kalshi}", "kalshi.key_id=4f0c-unknown", f"kalshi.key_file={pem}"]
        with opened(environ={}, cwd=place, home=place / "state", flags=flags) as kit:
            [check] = credentials(kit)
    assert (check.name, check.state) == ("kalshi credential", "fail")
    assert "kalshi" in check.detail
    assert pem.read_text() not in check.detail
