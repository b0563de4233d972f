"""The catalogue of failures, row by row: which tests hold it, by name.

N sending, L legs and fills, C the process, S the store, V venues and markets, R risk, T time, X hostile input and
secrets, H people. That the names are those of real tests is checked; what the rows say stands in each test.
"""

import re
from functools import cache
from pathlib import Path

import pytest

ROWS = {
    # sending an order
    "N1 filled, answer lost": ("every_outcome_beside_every_outcome",),
    "N2 never arrived": ("an_order_in_doubt_for_a_minute_pauses_and_is_resolved_all_the_same",),
    "N3 taken late": (
        "no_set_of_looks_proves_absence_before_the_quiet_time_or_against_the_books",
        "a_late_fill_whose_trade_is_shown_later_still_is_booked",
    ),
    "N4 5xx after it was taken": ("an_answer_that_is_lost_is_asked_for_and_never_sent_again",),
    "N5 reset, torn request": (
        "whatever_may_have_arrived_is_in_doubt_and_was_sent_once",
        "every_outcome_beside_every_outcome_over_loopback",
    ),
    "N6 2xx without an order": ("every_outcome_beside_every_outcome_over_loopback",),
    "N7 malformed answer": ("an_answer_that_is_lost_is_asked_for_and_never_sent_again",),
    "N8 a library that retries": (
        "any_answer_comes_back_as_it_is_after_one_request",
        "a_planted_bug_turns_the_suite_red",
    ),
    "N9 the same offer twice": ("two_trades_at_once_cannot_both_pass_under_one_limit",),
    "N10 weak dedupe": (
        "a_public_client_is_told_of_a_kill_and_of_a_used_id",
        "every_answer_has_a_meaning_and_an_unknown_one_is_doubt",
    ),
    "N11 queued by the edge": (
        "our_own_limit_does_not_hold_an_order_beyond_its_deadline",
        "every_outcome_beside_every_outcome_over_loopback",
    ),
    "N12 429, ban": (
        "too_many_requests_count_as_failures_in_a_row",
        "a_venue_that_refuses_orders_for_now_is_left_alone_by_every_command",
    ),
    "N13 425 and post-only": ("a_venue_that_restarts_is_left_alone_for_three_minutes_after_it_trades_again",),
    "N14 definitive 503": ("each_answer_proves_what_the_table_says",),
    "N15 401": ("a_refused_key_stops_trading_at_once",),
    "N16 one leg stops the other": (
        "a_cancelled_trade_still_learns_what_became_of_both_legs",
        "a_leg_that_cannot_be_recorded_does_not_cut_off_the_other",
    ),
    "N17 slow, huge, packed bodies": (
        "an_answer_that_dribbles_for_ever_is_cut_off",
        "a_gzip_bomb_is_never_unpacked",
        "an_answer_over_the_cap_is_refused",
    ),
    "N18 redirect": (
        "a_redirect_is_not_followed",
        "any_answer_comes_back_as_it_is_after_one_request",
    ),
    "N19 queued while away": ("a_refused_connection_proves_that_nothing_was_sent",),
    # legs and fills
    "L1 one leg filled": (
        "every_outcome_beside_every_outcome",
        "an_asymmetric_trade_is_the_last_one",
    ),
    "L2 one filled, one unknown": ("nothing_is_sold_while_the_other_leg_is_in_doubt",),
    "L3 both unknown": ("orders_in_doubt_count_as_exposure",),
    "L4 held": ("an_order_held_without_end_becomes_a_doubt_and_then_a_person_s",),
    "L5 matched, then failed": ("a_trade_that_fails_on_chain_is_taken_back_and_pauses",),
    "L6 never confirmed": ("a_trade_that_the_chain_never_confirms_is_given_to_a_person",),
    "L7 filled in part": (
        "every_outcome_beside_every_outcome",
        "a_fill_or_kill_order_may_be_filled_in_part_against_its_word",
    ),
    "L8 filled beyond": ("every_outcome_beside_every_outcome", "every_outcome_beside_every_outcome_over_loopback"),
    "L9 fee in shares": ("a_balance_that_falls_short_of_the_trades_is_a_difference_and_is_not_traded_on",),
    "L10 a better price": ("the_fees_of_the_schedule_stop_nothing",),
    "L11 rounding below the limit": ("a_buy_never_implies_a_price_below_its_limit_nor_a_tick_above",),
    "L12 the same fill twice": (
        "the_same_fill_is_kept_once_and_a_restated_one_is_an_alarm",
        "every_outcome_beside_every_outcome_over_loopback",
    ),
    "L13 fill before the answer": ("a_late_answer_of_nothing_known_changes_nothing",),
    "L14 fills missed": (
        "a_crash_after_sending_is_cleared_up_by_the_next_start",
        "pages_that_are_old_or_cut_short_lose_and_invent_nothing",
    ),
    "L15 a stranger's fill": ("a_stranger_s_trade_blocks_the_start_until_it_is_booked",),
    "L16 wrong side": ("every_difference_between_ledger_and_venue_is_named",),
    "L17 too small to close": ("what_cannot_be_sold_back_counts_as_lost",),
    "L18 restated": (
        "a_fill_that_is_restated_pauses_and_holds_up_no_other_trade",
        "a_trade_that_is_restated_later_stops_trading_and_leaves_the_ledger_as_it_was",
    ),
    # the process
    "C1 before the journal": ("nothing_is_kept_of_a_trade_whose_intent_could_not_be_committed",),
    "C2 after the intent": ("a_kill_at_any_line_loses_doubles_and_invents_nothing",),
    "C3 after the mark": ("a_crash_between_marking_and_sending_is_cleared_up_without_a_second_order",),
    "C4 between the legs": ("a_crash_after_sending_is_cleared_up_by_the_next_start",),
    "C5 after both": ("a_kill_at_any_time_over_loopback_loses_doubles_and_invents_nothing",),
    "C6 between two records": ("a_kill_at_any_line_loses_doubles_and_invents_nothing",),
    "C7 while recovering": ("a_kill_at_any_line_loses_doubles_and_invents_nothing",),
    "C8 anywhere": (
        "a_kill_at_any_time_over_loopback_loses_doubles_and_invents_nothing",
        "no_order_of_events_breaks_a_promise",
    ),
    "C9 an order to stop": ("the_order_to_stop_lets_a_trade_under_way_end",),
    "C10 sleep": ("a_clock_that_is_set_forward_pauses_nothing_and_voids_what_was_found",),
    "C11 a stalled loop": ("what_is_found_too_late_is_skipped_and_told",),
    "C12 memory": (
        "every_queue_has_an_end",
        "a_full_queue_drops_says_how_many_and_never_waits",
    ),
    "C13 a task dies": ("a_task_that_dies_pauses_trading_and_ends_the_loop",),
    "C14 two at once": (
        "of_eight_that_start_at_once_exactly_one_trades",
        "a_newer_run_takes_over_and_the_older_sends_nothing",
    ),
    "C15 another copy": ("an_order_named_as_ours_that_we_do_not_know_is_of_another_copy_and_never_booked",),
    "C16 old and new schema": (
        "a_file_of_a_newer_version_is_left_alone",
        "every_older_schema_grows_into_the_present_one",
    ),
    "C17 fork": ("a_connection_does_not_survive_a_fork",),
    # the store
    "S1 full before sending": (
        "the_nth_statement_fails",
        "nothing_is_kept_of_a_trade_whose_intent_could_not_be_committed",
    ),
    "S2 full when recording": (
        "a_leg_that_cannot_be_recorded_does_not_cut_off_the_other",
        "the_nth_statement_fails",
    ),
    "S3 locked": (
        "a_database_that_stays_locked_is_one_clear_line",
        "the_nth_statement_fails",
    ),
    "S4 I/O error, read-only": (
        "a_disk_that_fails_keeps_everything_from_being_sent",
        "the_nth_statement_fails",
    ),
    "S5 power": (
        "a_log_that_is_cut_behind_the_last_order_loses_nothing",
        "both_legs_are_marked_on_the_disk_before_a_byte_leaves",
    ),
    "S6 a flipped bit": (
        "damage_is_reported",
        "the_chain_breaks_where_anything_was_changed",
    ),
    "S7 side files": ("side_files_that_were_emptied_are_not_believed",),
    "S8 crash in a migration": ("a_kill_within_a_migration_leaves_the_old_schema_whole",),
    "S9 an old backup": ("an_old_backup_that_was_restored_lies_behind_the_venues_and_starts_nothing",),
    "S10 links, owners, modes": (
        "a_link_in_place_of_the_directory_is_refused",
        "a_database_that_others_can_read_is_refused",
    ),
    "S11 a copy without its log": ("a_copy_without_its_log_starts_nothing",),
    # venues and markets
    "V1 maintenance": (
        "no_trade_is_begun_shortly_before_a_maintenance",
        "a_venue_that_does_not_trade_is_refused_before_anything_is_signed",
    ),
    "V2 paused between the legs": ("every_outcome_beside_every_outcome_over_loopback",),
    "V3 closes": ("each_rule_says_no_by_itself",),
    "V4 resolved": ("a_start_books_what_ended_meanwhile_before_it_counts_the_day_s_loss",),
    "V5 minimums": ("what_the_venue_would_refuse_is_refused_here",),
    "V6 fees change": (
        "a_fee_that_is_not_the_schedules_stops_trading_and_is_counted",
        "a_fee_that_rose_meanwhile_is_taken_into_account",
    ),
    "V7 void, half": ("halves_that_pay_differently_stop_trading_and_are_told_of",),
    "V8 payout stuck": ("money_that_does_not_come_is_told_of_once_a_day",),
    "V9 short of cash": (
        "each_rule_says_no_by_itself",
        "balances_are_asked_for_before_they_are_too_old_to_trade_on",
    ),
    "V10 refused again and again": ("three_trades_that_came_to_nothing_open_the_breaker",),
    "V11 another version": (
        "nobody_trades_with_the_key_or_the_wallet_of_another",
        "each_answer_proves_what_the_table_says",
    ),
    "V12 settled while down": ("a_start_books_what_ended_meanwhile_before_it_counts_the_day_s_loss",),
    # risk
    "R1 two under one limit": ("two_trades_at_once_cannot_both_pass_under_one_limit",),
    "R2 restart resets the loss": ("the_day_s_loss_is_counted_after_a_restart_too",),
    "R3 whole numbers": ("the_core_knows_no_floats_and_opens_nothing",),
    "R4 midnight": (
        "midnight_begins_a_day_and_the_loss_of_the_last_one_no_longer_counts",
        "no_order_of_events_breaks_a_promise",
    ),
    "R5 a breaker that re-arms": (
        "only_a_person_makes_an_asymmetric_trade_tradable_again",
        "nothing_but_a_resume_closes_it",
    ),
    "R6 a breaker that cannot fire": (
        "every_reason_is_tried",
        "every_reason_stops_trading_and_is_told_once",
    ),
    "R7 no limit": ("a_value_that_cannot_be_meant_is_refused",),
    "R8 a limit too high": ("no_setting_can_raise_a_hard_cap",),
    "R9 a naked leg": ("the_loss_stays_reserved_while_one_leg_stands_alone",),
    "R10 trades beside us": ("a_stranger_s_trade_blocks_the_start_until_it_is_booked",),
    "R11 fees in the cap": ("the_ceiling_counts_what_the_orders_may_take_not_what_they_are_expected_to",),
    "R12 a runaway": ("three_trades_that_came_to_nothing_open_the_breaker",),
    "R13 halt": (
        "a_halt_between_approval_and_sending_is_seen",
        "a_halt_file_that_cannot_be_looked_at_halts",
    ),
    "R14 half blind": ("a_stream_that_is_lost_is_told_of_and_pauses_trading_once_after_half_a_minute",),
    "R15 deposits": ("a_deposit_is_a_difference_until_a_person_books_it_and_never_profit",),
    # time
    "T1 skew": ("a_clock_that_is_a_minute_off", "a_clock_that_is_off_is_no_wrong_key"),
    "T2 steps": (
        "a_clock_that_is_set_forward_pauses_nothing_and_voids_what_was_found",
        "a_clock_that_is_set_forward_proves_no_order_absent",
    ),
    "T3 summer time": (
        "a_window_on_a_day_when_the_clocks_change_begins_when_it_is_said",
        "a_window_whose_time_has_no_zone_is_not_guessed_at",
    ),
    # names, secrets
    "X11 names as paths": ("no_name_of_a_venue_becomes_a_path",),
    "X12 secrets anywhere": (
        "no_secret_is_in_any_file_or_word",
        "a_report_holds_no_secret",
        "no_secret_reaches_the_log_from_us_or_from_a_library",
    ),
    "X13 key files": (
        "any_right_for_others_is_refused_with_the_cure",
        "a_link_is_refused",
        "a_git_work_tree_is_refused_at_any_depth",
    ),
    "X14 proxies": (
        "proxies_of_the_environment_are_not_used",
        "a_proxy_of_the_environment_is_not_used",
    ),
    "X15 poisoned packages": (
        "every_package_of_a_lock_is_one_version_with_hashes",
        "every_direct_dependency_is_in_the_lock_of_what_runs",
    ),
    "X16 another host": ("only_https_or_loopback_is_spoken_to",),
    # people
    "H1 typos": ("every_single_letter_left_out_is_refused_in_the_file_and_the_environment",),
    "H2 units": ("every_number_has_bounds",),
    "H3 live by accident": ("live_needs_both_words",),
    "H4 keys of the other mode": ("a_state_directory_meets_no_other_accounts",),
    "H5 trades by hand": ("a_stranger_s_trade_blocks_the_start_until_it_is_booked",),
    "H6 resume too soon": ("resuming_is_refused_while_anything_is_open_to_doubt",),
    "H7 a wrong word": ("a_word_against_the_venue_is_refused_and_what_the_venue_shows_is_booked",),
    "H8 an old version": (
        "every_intent_says_by_which_version_and_run_it_was_meant",
        "a_version_that_has_not_completed_a_trade_begins_with_the_smallest_that_is_worth_it",
        "no_switch_of_the_environment_or_the_settings_turns_the_path_of_an_order",
    ),
    "H9 rolling back": ("another_version_finds_the_pause_and_the_halt_as_they_were_left",),
}
LETTERS = {"N": 19, "L": 18, "C": 17, "S": 11, "V": 12, "R": 15, "T": 3, "H": 9}


@cache
def names() -> set[str]:
    tests = Path(__file__).parent
    return {name for file in tests.rglob("test_*.py") for name in re.findall(r"def test_(\w+)", file.read_text())}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_held_by_tests_that_exist(row: str) -> None:
    assert not set(ROWS[row]) - names()


def test_every_row_has_a_test() -> None:
    rows = {row.split()[0] for row in ROWS}
    assert {f"{letter}{n}" for letter, count in LETTERS.items() for n in range(1, count + 1)} <= rows
