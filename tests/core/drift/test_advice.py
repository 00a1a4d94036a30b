from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.advice import PROPOSED, WORDS, advise
from core.drift.history import LastAction
from core.drift.levels import Standing
from core.drift.model import Level, Signal
from core.setting_values import DriftRules

RULES = DriftRules()
NOW = 10_000
LEVELS = [level for level in Level if level is not Level.NO_DATA]


def standings(**levels: Level) -> dict[Signal, Standing]:
    return {Signal(name): Standing(level, NOW - 5, NOW - 50) for name, level in levels.items()}


@pytest.mark.parametrize(
    ("signal", "level", "what"),
    [
        ("miss", Level.CALM, "none"), ("miss", Level.WATCH, "topics"), ("miss", Level.DRIFT, "refresh"),
        ("dislike", Level.DRIFT, "prompt"), ("false_hit", Level.DRIFT, "budget"), ("miss", Level.CONFIRMED, "reembed"),
        ("dislike", Level.CRITICAL, "fine_tune"),
    ],
)  # fmt: skip
def test_each_level_has_its_recommendation(signal: str, level: Level, what: str) -> None:
    assert advise(standings(**{signal: level}), NOW, None, RULES).what == what


def test_the_worst_signal_goes_first_and_only_one_thing_is_recommended() -> None:
    advice = advise(standings(miss=Level.DRIFT, dislike=Level.CONFIRMED), NOW, None, RULES)
    assert (advice.signal, advice.what) == (Signal.DISLIKE, "reembed")
    assert advise(standings(miss=Level.DRIFT, dislike=Level.DRIFT), NOW, None, RULES).signal is Signal.MISS


@pytest.mark.parametrize(
    ("last", "what"),
    [
        (LastAction("refresh", Signal.MISS, NOW - 500, ended=False), "wait"),
        (LastAction("refresh", Signal.MISS, NOW - RULES.recovery_hours + 1), "check"),
        (LastAction("refresh", Signal.MISS, NOW - RULES.recovery_hours), "refresh"),
        (LastAction("refresh", Signal.MISS, NOW - 5000), "refresh"),
    ],
)
def test_one_action_at_a_time_and_then_time_to_show(last: LastAction, what: str) -> None:
    assert advise(standings(miss=Level.DRIFT), NOW, last, RULES).what == what


def test_the_same_is_not_proposed_again_before_the_cool_down_is_over() -> None:
    rules = DriftRules(cool_down_hours={"drift": 200})
    last = LastAction("refresh", Signal.MISS, NOW - 199)
    assert advise(standings(miss=Level.DRIFT), NOW, last, rules).what == "wait"
    assert advise(standings(dislike=Level.DRIFT), NOW, last, rules).what == "prompt"


def test_whether_an_action_helped_is_said() -> None:
    last = LastAction("refresh", Signal.MISS, NOW - RULES.recovery_hours - 1)
    failed = {Signal.MISS: Standing(Level.DRIFT, last.hour - 10, last.hour - 10)}
    assert "did not bring the rate back" in advise(failed, NOW, last, RULES).why
    assert "came back after the refresh" in advise(standings(miss=Level.CALM), NOW, last, RULES).why


@given(st.dictionaries(st.sampled_from(Signal), st.sampled_from(LEVELS)), st.integers(0, 600), st.booleans())
def test_an_action_is_never_proposed_while_one_is_under_way_or_fresh(
    levels: dict[Signal, Level], age: int, ended: bool
) -> None:
    given_levels = {signal: Standing(level, NOW, NOW) for signal, level in levels.items()}
    advice = advise(given_levels, NOW, LastAction("refresh", Signal.MISS, NOW - age, ended), RULES)
    assert advice.what in WORDS
    if not ended or age < RULES.recovery_hours:
        assert advice.what in ("none", "topics", "wait", "check")


def test_every_proposal_has_words() -> None:
    assert {what for row in PROPOSED.values() for what in row.values()} <= set(WORDS)
