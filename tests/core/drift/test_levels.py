from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core.drift.levels import Reading, Standing, level_table, step
from core.drift.model import Level, Signal
from core.setting_values import DriftRules

RULES = DriftRules()
QUIET = Reading(0, 0.0, alarm=False)
LOUD = Reading(0, 5.0, alarm=True, still_high=True)
READINGS = st.builds(
    Reading, hour=st.just(0), evidence=st.floats(0, 3), alarm=st.booleans(), still_high=st.booleans(),
    above_rule=st.booleans(), votes=st.integers(0, 300),
)  # fmt: skip


def run(readings: list[Reading], signal: Signal = Signal.MISS) -> list[Standing]:
    standing, seen = Standing(), []
    for hour, reading in enumerate(readings):
        standing = step(standing, replace(reading, hour=hour), signal, RULES)
        seen.append(standing)
    return seen


def levels(readings: list[Reading], signal: Signal = Signal.MISS) -> list[Level]:
    return [one.level for one in run(readings, signal)]


def test_without_evidence_all_is_calm() -> None:
    assert set(levels([QUIET] * 50)) == {Level.CALM}


def test_some_evidence_is_watched_and_an_alarm_is_a_drift_at_once() -> None:
    watched = replace(QUIET, evidence=RULES.watch_share)
    assert levels([QUIET, watched, LOUD]) == [Level.CALM, Level.WATCH, Level.DRIFT]


def test_less_evidence_keeps_a_watch_than_begins_one() -> None:
    between = replace(QUIET, evidence=(RULES.watch_share + RULES.calm_share) / 2)
    assert levels([between] * 40)[-1] is Level.CALM
    assert levels([replace(QUIET, evidence=1.0), *[between] * 40])[-1] is Level.WATCH


def test_a_drift_that_goes_on_is_confirmed_a_day_later_by_hours_of_that_day() -> None:
    found = levels([LOUD] * 60)
    assert found.index(Level.CONFIRMED) == RULES.confirm_after_hours + RULES.recent_hours
    assert Level.CRITICAL not in found


def test_an_alarm_that_is_only_left_over_confirms_nothing() -> None:
    assert Level.CONFIRMED not in levels([LOUD] * 20 + [replace(LOUD, still_high=False)] * 70)


def test_what_was_not_confirmed_in_time_has_to_be_seen_anew() -> None:
    late = [replace(LOUD, still_high=False)] * (RULES.confirm_until_hours + 5)
    found = levels([*late, *[LOUD] * 100])
    assert found.index(Level.CONFIRMED) >= len(late) + RULES.confirm_after_hours


@pytest.mark.parametrize(
    ("change", "critical"),
    [({}, True), ({"above_rule": False}, False), ({"votes": RULES.critical_votes - 1}, False)],
)
def test_critical_needs_the_rate_to_be_shown_and_enough_votes(change: dict[str, bool], critical: bool) -> None:
    reading = replace(LOUD, above_rule=True, votes=RULES.critical_votes)
    found = levels([replace(reading, **change)] * 60, Signal.DISLIKE)
    assert (Level.CRITICAL in found) is critical
    assert Level.CRITICAL not in levels([reading] * 60, Signal.MISS)


def test_a_level_falls_only_after_quiet_hours_in_a_row() -> None:
    nearly = [QUIET] * (RULES.calm_hours - 1)
    assert levels([LOUD, *nearly, LOUD, *nearly])[-1] is Level.DRIFT
    assert levels([LOUD, *nearly, QUIET])[-1] is Level.CALM


@settings(max_examples=60)
@given(st.lists(READINGS, max_size=120), st.sampled_from(Signal))
def test_invariants_of_any_course(readings: list[Reading], signal: Signal) -> None:
    before = Standing()
    for hour, (reading, now) in enumerate(zip(readings, run(readings, signal), strict=True)):
        assert now.level is not Level.NO_DATA
        assert now.level.rank < Level.DRIFT.rank or now.drift_since is not None
        if now.level.rank > before.level.rank:
            assert reading.alarm or now.level is Level.WATCH, "only an alarm leads above watch"
        if now.level.rank >= Level.CONFIRMED.rank > before.level.rank:
            assert before.drift_since is not None
            assert reading.still_high
            assert RULES.confirm_after_hours <= hour - before.drift_since <= RULES.confirm_until_hours
        if now.level is Level.CRITICAL:
            assert signal is Signal.DISLIKE
        if now.level.rank < before.level.rank:
            assert before.quiet == RULES.calm_hours - 1
        before = now


def test_the_table_has_every_level_and_the_numbers_of_the_settings() -> None:
    rules = DriftRules(critical_votes=123, critical_rate=0.4, confirm_after_hours=30, cool_down_hours={"drift": 99})
    table = level_table(rules)
    assert [row.level for row in table] == list(Level)
    assert all(set(row.follows) == set(Signal) for row in table)
    said = " ".join(f"{row.condition} {row.cool_down_hours}" for row in table)
    assert all(part in said for part in ("123 votes", "40%", "30 to 96 hours", "99"))


@pytest.mark.parametrize(
    "wrong",
    [{"calm_share": 0.5, "watch_share": 0.4}, {"confirm_after_hours": 90}, {"critical_rate": 1.0}, {"unknown": 1}],
)
def test_rules_that_contradict_themselves_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        DriftRules(**wrong)
