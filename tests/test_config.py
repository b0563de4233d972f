"""Settings: what wins, what is refused, and that no slip of a letter goes unnoticed."""

import os
import re
import string
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from arbkit.config.keys import PLACES, RETIRED, SHORT_NAMES, env_names, keys
from arbkit.config.load import Configured, entries, load
from arbkit.config.ratio import Ratio
from arbkit.config.sample import sample
from arbkit.config.settings import Settings
from arbkit.core.limits import Limits, checked
from arbkit.core.money import MICRO, Qty, Usd, plain
from arbkit.errors import BadFile, ConfigError

PROJECT = Path(__file__).parents[1]
NOWHERE = Path("/nonexistent")
BOUNDED = [key for key in keys().values() if " to " in key.bounds]


def loaded(*flags: str, environ: Mapping[str, str] | None = None, config: Path | None = None) -> Configured:
    return load(flags=flags, environ={"XDG_CONFIG_HOME": str(NOWHERE), **(environ or {})}, config=config, cwd=NOWHERE)


@pytest.fixture
def write(tmp_path: Path):
    def written(text: str, name: str = "settings.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return written


def refusal(*flags: str, environ: Mapping[str, str] | None = None, config: Path | None = None) -> str:
    with pytest.raises((ConfigError, BadFile)) as caught:
        loaded(*flags, environ=environ, config=config)
    return str(caught.value)


# Values


def test_money_and_ratios_are_exact(write) -> None:
    path = write(
        "trading: {min_profit_threshold: 0.1, max_total_exposure: 99.999999}\nsmall_position: {min_profit_usd: 0.3}"
    )
    settings = loaded("trading.max_position_per_event=0.07", config=path).settings
    assert settings.trading.min_profit_threshold == Ratio(100_000)
    assert settings.trading.max_total_exposure == Usd(99_999_999)
    assert settings.trading.max_position_per_event == Usd(70_000)
    assert settings.small_position.min_profit_usd == Usd(300_000)


@given(st.integers(0, 100 * MICRO))
def test_every_amount_is_read_to_the_micro_dollar(micros: int) -> None:
    assert loaded(f"risk.max_imbalance={plain(micros)}").settings.risk.max_imbalance == Usd(micros)


@pytest.mark.parametrize("text", ["1e2", "0x10", "1_0", "ten", "", "nan", "-1", "+1", "0.1234567", "٣"])
def test_a_number_that_is_not_plainly_written_is_refused(text: str) -> None:
    assert "risk.max_imbalance" in refusal(f"risk.max_imbalance={text}")


@pytest.mark.parametrize("key", BOUNDED, ids=lambda key: key.path)
def test_every_bound_holds(key) -> None:
    low, high = key.bounds.removeprefix("above ").split(" to ")
    outside = [low] if key.bounds.startswith("above") else []
    if high != "any":
        outside.append(str(int(high) + 1) if high.isdecimal() else plain(Usd.parse(high).micros + 1))
    if low != "0" and outside[:1] != [low]:
        outside.append(str(int(low) - 1) if low.isdecimal() else plain(Usd.parse(low).micros - 1))
    for text in outside:
        assert refusal(f"{key.path}={text}").startswith(f"--set: {key.path} must be {key.bounds}")


def test_every_number_has_bounds() -> None:
    numbers = {"dollars", "ratio", "contracts", "whole number"}
    assert not [key.path for key in keys().values() if key.kind in numbers and not key.bounds]


@pytest.mark.parametrize(
    ("flag", "says"),
    [
        ("risk.profile=stric", "must be standard | strict"),
        ("trading.order_type=GTC", "must be FOK"),
        ("circuit_breaker.auto_resume=true", "must be false"),
        ("matching.require_date_validation=false", "must be true"),
        ("matching.max_date_difference_hours=48", "must be 24"),
        ("operating_mode.simulate_executions=false", "must be true"),
        ("telegram.enabled=maybe", "neither true nor false"),
        ("telegram.alert_levels=critical,hgh", "hgh"),
        ("kalshi.api_base=https://trading-api.kalshi.com/trade-api/v2", "external-api.kalshi.com"),
        ("kalshi.api_base=http://external-api.kalshi.com", "must start with https://"),
        ("kalshi.api_base=https://user:secret@host/", "is not an address"),
        ("kalshi.key_file=keys/kalshi.pem", "absolute path"),
        ("matching.min_confidence_threshold=0.949999", "must be 0.95 to 1"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(flag: str, says: str) -> None:
    assert says in refusal(flag)


def test_a_secret_pasted_where_a_path_belongs_is_not_repeated() -> None:
    assert "MIIEv" not in refusal("kalshi.key_file=-----BEGIN PRIVATE KEY-----\nMIIEv")
    assert "secret" not in refusal("kalshi.api_base=https://user:secret@host/")


def test_settings_that_contradict_each_other_are_refused() -> None:
    assert "risk.per_trade_loss_limit is larger than risk.daily_loss_limit" in refusal("risk.daily_loss_limit=5")


def test_more_than_a_hundred_dollars_needs_a_word_of_consent() -> None:
    assert "accept_exposure_above_100_usd" in refusal("trading.max_total_exposure=100.01")
    consent = ("trading.max_total_exposure=100.01", "risk.accept_exposure_above_100_usd=true")
    assert loaded(*consent).settings.trading.max_total_exposure == Usd(100_010_000)


def test_a_refused_raise_names_the_setting_that_exists() -> None:
    with pytest.raises(ConfigError) as refused:
        checked(Limits(total_exposure_max=Usd(150_000_000)))

    named = re.search(r"(risk\.\w+): true", str(refused.value))
    assert named is not None
    assert named[1] in keys()


def test_no_consent_lifts_the_absolute_cap() -> None:
    assert "must be above 0 to 1000" in refusal(
        "trading.max_total_exposure=1000.01", "risk.accept_exposure_above_100_usd=true"
    )


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        loaded().settings.risk.profile = "strict"


# Which source wins


def test_flags_win_over_variables_over_the_file_over_the_users_file_over_defaults(write, tmp_path: Path) -> None:
    user = write("risk: {max_imbalance: 1, daily_loss_limit: 11, per_trade_loss_limit: 1}", "xdg/arbkit/config.yaml")
    path = write("risk: {max_imbalance: 2, daily_loss_limit: 12}")
    environ = {"ARBKIT_RISK__MAX_IMBALANCE": "3", "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    found = loaded("risk.max_imbalance=4", environ=environ, config=path)
    risk = found.settings.risk
    assert (risk.max_imbalance, risk.daily_loss_limit, risk.per_trade_loss_limit) == (
        Usd(4 * MICRO),
        Usd(12 * MICRO),
        Usd(MICRO),
    )
    assert risk.max_quantity_per_trade == Qty(50 * MICRO)
    assert found.files == (path, user)
    assert [
        found.origins[f"risk.{name}"]
        for name in ("max_imbalance", "daily_loss_limit", "per_trade_loss_limit", "max_quantity_per_trade")
    ] == ["--set", f"{path}:1", f"{user}:1", "default"]
    assert loaded(environ=environ, config=path).origins["risk.max_imbalance"] == "ARBKIT_RISK__MAX_IMBALANCE"


def test_the_file_of_the_working_directory_is_read(write) -> None:
    path = write("risk: {profile: strict}", "config.yaml")
    found = load(environ={"XDG_CONFIG_HOME": str(NOWHERE)}, cwd=path.parent)
    assert (found.settings.risk.profile, found.files) == ("strict", (path,))


def test_arbkit_config_names_the_file(write) -> None:
    path = write("risk: {profile: strict}")
    assert loaded(environ={"ARBKIT_CONFIG": str(path)}).settings.risk.profile == "strict"


def test_a_file_that_was_asked_for_must_be_there() -> None:
    assert "no such file" in refusal(config=NOWHERE / "x.yaml")


@pytest.mark.parametrize(
    ("name", "value", "path", "expected"),
    [
        ("TRADING_MODE", "live", "operating_mode.mode", "live"),
        ("TELEGRAM_ENABLED", "true", "telegram.enabled", True),
        ("TELEGRAM_CHAT_ID", "-100", "telegram.chat_id", "-100"),
        ("TELEGRAM_BOT_TOKEN", "1:abc", "telegram.bot_token", SecretStr("1:abc")),
    ],
)
def test_the_names_of_the_specification_work(name: str, value: str, path: str, expected: object) -> None:
    found = loaded(environ={name: value})
    assert (found.value(path), found.origins[path]) == (expected, name)


def test_two_names_that_say_different_things_are_refused() -> None:
    environ = {"TRADING_MODE": "live", "ARBKIT_OPERATING_MODE__MODE": "dry_run"}
    assert "say different things of operating_mode.mode" in refusal(environ=environ)


# Interpolation


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        ("${CHAT:-7}", {}, "7"),
        ("${CHAT:-7}", {"CHAT": ""}, "7"),
        ("${CHAT:-7}", {"CHAT": "8"}, "8"),
        ("${CHAT}", {"CHAT": "8"}, "8"),
        ("a${CHAT:-}b", {}, "ab"),
        ("$$5", {}, "$5"),
        ("${CHAT}", {"CHAT": "${HOME} {a: [b]}"}, "${HOME} {a: [b]}"),
    ],
)
def test_variables_are_filled_in(write, text: str, environ: dict[str, str], expected: str) -> None:
    path = write(f"telegram:\n  chat_id: {text}\n")
    assert loaded(environ=environ, config=path).settings.telegram.chat_id == expected


@pytest.mark.parametrize("text", ["${CHAT}", "${CHAT", "${1}", "${CHAT:+x}"])
def test_what_cannot_be_filled_in_is_refused(write, text: str) -> None:
    assert ":2: telegram.chat_id" in refusal(config=write(f'telegram:\n  chat_id: "{text}"\n'))


# Names


letters = st.sampled_from(string.ascii_letters + string.digits + "_")


def slips(names: Iterable[str]) -> st.SearchStrategy[str]:
    """One of the names with one letter left out, put in, changed, or swapped with the next."""
    slip = st.builds(slipped, st.sampled_from(sorted(names)), st.integers(0, 3), st.integers(0, 99), letters)
    return slip.filter(bool)


def slipped(name: str, kind: int, place: int, letter: str) -> str:
    """The name with a slip of a kind; "" if nothing is changed by it."""
    at = place % (len(name) + (kind == 1))
    before, here, after = name[:at], name[at : at + 1], name[at + 1 :]
    made = (
        f"{before}{after}",
        f"{before}{letter}{here}{after}",
        f"{before}{letter}{after}",
        f"{before}{after[:1]}{here}{after[1:]}",
    )[kind]
    return made if made != name else ""


@given(slips(keys()))
def test_a_slip_in_the_name_of_a_setting_is_refused(name: str) -> None:
    assert "is no" in refusal(f"{name}=1")


@given(slips([*env_names(), *PLACES]))
def test_a_slip_in_the_name_of_a_variable_is_refused(name: str) -> None:
    assert name in refusal(environ={name: "1"})


@pytest.mark.parametrize("path", sorted(keys()))
def test_every_single_letter_left_out_is_refused_in_the_file_and_the_environment(path: str) -> None:
    names = keys()
    slipped = {path[:i] + path[i + 1 :] for i in range(len(path))}
    assert not slipped & names.keys()
    env = names[path].env
    assert not {env[:i] + env[i + 1 :] for i in range(len(env))} & (env_names().keys() | PLACES.keys())


@given(slips(SHORT_NAMES))
def test_a_name_of_another_program_is_left_alone_once_ours_is_set_too(name: str) -> None:
    loaded(environ=dict.fromkeys(SHORT_NAMES, "") | {"TRADING_MODE": "dry_run", "TELEGRAM_ENABLED": "false", name: "1"})


def test_names_of_other_programs_are_none_of_our_business() -> None:
    loaded(environ={"PATH": "/bin", "KALSHI_EMAIL": "x", "LANG": "C", "TELEGRAM_API_HASH": "x", "MODE": "live"})


@pytest.mark.parametrize("name", [name for name in RETIRED if "." in name and name not in keys()])
def test_an_old_key_is_told_what_replaced_it(name: str, write) -> None:
    section, key = name.split(".")
    assert RETIRED[name] in refusal(config=write(f"{section}:\n  {key}: x\n"))


@pytest.mark.parametrize("section", ["state", "database"])
def test_an_old_section_is_told_what_replaced_it(section: str, write) -> None:
    assert "one SQLite file" in refusal(config=write(f"{section}:\n  host: localhost\n"))
    assert "one SQLite file" in refusal(environ={f"ARBKIT_{section.upper()}__HOST": "x"})


def test_the_bots_token_is_not_taken_from_a_file(write) -> None:
    assert "TELEGRAM_BOT_TOKEN" in refusal(config=write("telegram:\n  bot_token: 1:abc\n"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("risk.daily_los_limit", "risk.daily_loss_limit"),
        ("max_slippage", "trading.max_slippage"),
        ("risk.max_slippage", "trading.max_slippage"),
        ("trading.min_profit", "trading.min_profit_threshold"),
    ],
)
def test_the_meant_name_is_suggested(name: str, meant: str) -> None:
    assert f"did you mean {meant}?" in refusal(f"{name}=1")


# Files


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("risk: [", "not YAML"),
        ("- a", "must hold key: value"),
        ("tradin:\n  max_slippage: 0.01", "tradin is no setting; did you mean trading?"),
        ("risk: 3", "risk must hold key: value"),
        ("risk:\n  profile: {a: b}", "must be a single value"),
        ("risk:\n  profile: [strict]", "must be a single value"),
        ("risk: {profile: strict, profile: standard}", "a second time"),
        ("risk: {profile: strict}\nrisk: {profile: standard}", "a second time"),
        ("? [a, b]\n: c", "must be plain text"),
        ("a: 1\n---\nb: 2", "not YAML"),
        ("x: !!python/object/apply:os.system [echo]", "is no setting"),
        ("risk: !!python/object/apply:os.system [echo]", "must hold key: value"),
        ("risk: &a\n  profile: *a", "must be a single value"),
        ("a: &a [x]\nb: [" + "*a, " * 9 + "]", "too many aliases"),
        ("a: " + "[" * 20 + "]" * 20, "too many"),
        ("a: [" + "x, " * 5000 + "]", "too many"),
        ("x" * 300_000, "larger than 256 KiB"),
        ("risk: {profile: \x00}", "not YAML"),
    ],
)
def test_a_file_that_is_no_file_of_settings_is_refused_in_one_line(write, text: str, says: str) -> None:
    message = refusal(config=write(text))
    assert says in message
    assert "\n" not in message


def test_settings_may_come_through_a_pipe() -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"risk: {profile: strict}")
    os.close(write_end)
    configured = load(environ={}, config=Path(f"/dev/fd/{read_end}"), cwd=Path())
    os.close(read_end)
    assert configured.value("risk.profile") == "strict"


def test_a_file_that_is_not_text_is_refused(write) -> None:
    path = write("")
    path.write_bytes(b"risk: \xff\xfe")
    assert "not UTF-8" in refusal(config=path)


def test_the_place_of_a_mistake_is_named(write) -> None:
    path = write("# one\nrisk:\n  profile: strict\n  max_imbalance: 101\n")
    assert refusal(config=path) == f"{path}:4: risk.max_imbalance must be 0 to 100"


@pytest.mark.parametrize("text", ["", "# nothing\n", "risk:\n", "risk: ~\ntrading: null\n", "\ufeffrisk:\n"])
def test_an_empty_file_or_section_sets_nothing(write, text: str) -> None:
    assert set(loaded(config=write(text)).origins.values()) == {"default"}


# The sample


def test_the_sample_file_is_the_one_in_the_repository() -> None:
    assert (PROJECT / "config.yaml").read_text() == sample(), "run `just docs`"


def test_the_sample_file_holds_every_setting_and_nothing_else(write) -> None:
    found = loaded(config=write(sample()))
    from_file = {path for path, origin in found.origins.items() if origin != "default"}
    assert from_file == {path for path, key in keys().items() if not key.secret}


def test_the_sample_file_changes_nothing(write) -> None:
    with_file, without = loaded(config=write(sample())), loaded()
    assert {path: with_file.value(path) for path in keys()} == {path: without.value(path) for path in keys()}


def test_the_sample_file_is_plain_yaml_for_other_tools() -> None:
    assert set(yaml.safe_load(sample())) == set(Settings.model_fields)


def test_every_setting_and_section_says_what_it_means() -> None:
    assert not [path for path, key in keys().items() if not key.meaning.endswith(".")]


def test_a_secret_is_shown_by_its_fingerprint() -> None:
    shown = [e for e in entries(loaded(environ={"TELEGRAM_BOT_TOKEN": "1:abc"})) if e.key.path == "telegram.bot_token"]
    assert str(shown[0].value).startswith("sha256:")
    assert "1:abc" not in repr(shown) + repr(loaded(environ={"TELEGRAM_BOT_TOKEN": "1:abc"}))


def test_every_setting_that_can_be_changed_is_read_somewhere() -> None:
    package = PROJECT / "arbkit"
    outside = [path for path in package.rglob("*.py") if path.parent.name != "config"]
    words = set(re.findall(r"\w+", " ".join(path.read_text() for path in outside)))

    idle = [name for name, key in keys().items() if name.rsplit(".", 1)[-1] not in words]

    assert [name for name in idle if keys()[name].bounds != keys()[name].default] == []
