"""The default detector, from outside: what it fires on, when, and when it stops."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.drift.detectors import Detector, Level, make_detector
from core.errors import InputError
from tests.core.drift.detectors.traffic import REFERENCE, counts, fed, fitted

SIGNALS = {"miss": (0.30, 0.45, 50.0), "dislike": (0.15, 0.35, 5.0), "false_hit": (0.05, 0.15, 20.0)}


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_step_is_found_and_dated_and_nothing_before_it(signal: str) -> None:
    usual, raised, volume = SIGNALS[signal]
    detector = fitted(make_detector(signal), usual, volume=volume)
    assert isinstance(detector, Detector)
    assert not any(fed(detector, REFERENCE, usual, 240, volume=volume, seed=1))
    assert detector.level in (Level.CALM, Level.WATCH)
    begins = REFERENCE + 240
    alarms = fed(detector, begins, raised, 96, volume=volume, seed=2)
    assert alarms[-1]
    assert detector.level is Level.DRIFT
    assert detector.onset is not None
    assert abs(detector.onset - begins) <= 6


def test_ninety_quiet_days_raise_no_alarm() -> None:
    detector = fitted(make_detector("miss"))
    assert not any(fed(detector, REFERENCE, 0.3, 2160, seed=4))


@pytest.mark.parametrize("signal", ["miss", "dislike"])
def test_the_alarm_ends_within_two_days_after_a_day_that_was_raised(signal: str) -> None:
    usual, raised, volume = SIGNALS[signal]
    detector = fitted(make_detector(signal), usual, volume=volume)
    assert any(fed(detector, REFERENCE, raised + 0.1, 24, volume=volume, seed=5))
    assert not fed(detector, REFERENCE + 24, usual, 48, volume=volume, seed=6)[-1]
    assert detector.onset is None
    assert detector.evidence < detector.limit


def test_the_alarm_stays_on_while_the_rate_stays_up() -> None:
    detector = fitted(make_detector("miss"))
    assert all(fed(detector, REFERENCE, 0.45, 24 * 21, seed=7)[48:])


def test_a_burst_of_bots_is_no_drift() -> None:
    detector = fitted(make_detector("miss"))
    fed(detector, REFERENCE, 0.3, 48, seed=8)
    assert not any(detector.update(REFERENCE + 48 + hour, 600, 570) for hour in range(5))
    assert not any(fed(detector, REFERENCE + 53, 0.3, 48, seed=9))


@pytest.mark.parametrize("extra", [25, 50, 100, 200])
def test_a_small_crowd_for_some_hours_is_no_drift(extra: int) -> None:
    detector = fitted(make_detector("miss"))
    trials, positives = counts(np.arange(REFERENCE, REFERENCE + 480), 0.3, seed=18)
    for start in range(30, 480, 50):
        trials[start : start + 4] += extra
        positives[start : start + 4] += extra
    rows = zip(trials.tolist(), positives.tolist(), strict=True)
    assert not any(detector.update(REFERENCE + hour, *row) for hour, row in enumerate(rows))


def test_a_raised_rate_that_comes_with_twice_the_traffic_is_found_within_two_days() -> None:
    detector = fitted(make_detector("miss"))
    assert not any(fed(detector, REFERENCE, 0.3, 48, seed=19))
    assert fed(detector, REFERENCE + 48, 0.45, 48, volume=100, seed=20)[-1]


def test_traffic_that_has_grown_for_good_is_watched_as_before() -> None:
    detector = fitted(make_detector("miss"))
    assert not any(fed(detector, REFERENCE, 0.3, 96, volume=300, seed=10))
    assert fed(detector, REFERENCE + 96, 0.45, 24, volume=300, seed=11)[-1]


def test_bursts_in_the_reference_do_not_become_what_is_usual() -> None:
    hours = np.arange(REFERENCE)
    trials = np.random.default_rng(0).poisson(50.0, REFERENCE)
    positives = np.random.default_rng(1).binomial(trials, 0.3)
    burst = slice(100, 106)
    trials[burst] += 1000
    positives[burst] += 950
    detector = make_detector("miss")
    detector.fit(hours, trials, positives)
    usual, low, high = detector.expected(np.arange(REFERENCE, REFERENCE + 168))
    assert np.all(np.abs(usual - 0.3) < 0.06)
    assert np.all((low < usual) & (usual < high))


def test_the_season_is_expected_whatever_its_shape() -> None:
    hours = np.arange(REFERENCE)
    lunch = np.where(hours % 24 == 12, 0.5, 0.3)
    trials = np.full(REFERENCE, 60)
    detector = make_detector("miss")
    detector.fit(hours, trials, np.random.default_rng(2).binomial(trials, lunch))
    usual, _, _ = detector.expected([REFERENCE + 9, REFERENCE + 12])
    assert usual[1] - usual[0] > 0.12


def test_hours_without_trials_and_hours_that_are_missing_change_nothing() -> None:
    detector = fitted(make_detector("dislike"), 0.15, volume=5)
    fed(detector, REFERENCE, 0.15, 24, volume=5, seed=12)
    before = detector.evidence
    assert not any(detector.update(REFERENCE + 24 + hour, 0, 0) for hour in range(5000))
    assert detector.evidence == before
    assert not detector.update(REFERENCE + 9000, 3, 0)


def test_too_small_a_reference_is_a_state_of_its_own() -> None:
    detector = make_detector("miss")
    detector.fit(np.arange(48), np.full(48, 5), np.full(48, 1))
    assert not any(detector.update(48 + hour, 50, 50) for hour in range(48))
    assert detector.level is Level.UNKNOWN


def test_nothing_at_all_is_a_reference_too_small() -> None:
    detector = make_detector("dislike")
    detector.fit([], [], [])
    assert not detector.update(0, 4, 4)
    assert detector.level is Level.UNKNOWN


def test_a_rate_of_its_own_must_be_exceeded_by_evidence_and_the_raw_rate_is_told() -> None:
    below, above = (fitted(make_detector("dislike", null=0.30), 0.2, volume=5, swing=0) for _ in range(2))
    assert not any(fed(below, REFERENCE, 0.27, 720, volume=5, seed=13, swing=0))
    assert fed(above, REFERENCE, 0.5, 120, volume=5, seed=14, swing=0)[-1]
    assert above.recent.rate == pytest.approx(0.5, abs=0.12)
    assert 0.3 < above.recent.lower < above.recent.rate
    assert 250 < above.recent.trials < 450


def test_a_wider_margin_asks_for_more() -> None:
    narrow, wide = (fitted(make_detector("miss", margin=margin)) for margin in (0.1, 0.6))
    assert fed(narrow, REFERENCE, 0.4, 120, seed=15)[-1]
    assert not any(fed(wide, REFERENCE, 0.4, 120, seed=15))


def test_fitting_again_starts_anew() -> None:
    detector = fitted(make_detector("miss"))
    assert fed(detector, REFERENCE, 0.6, 24, seed=16)[-1]
    fitted(detector)
    assert (detector.alarm, detector.evidence, detector.onset) == (False, 0.0, None)
    assert not detector.update(REFERENCE, 50, 15)


@pytest.mark.parametrize("row", [(REFERENCE, 3, 4), (REFERENCE, 3, -1), (REFERENCE - 1, -1, 0)])
def test_counts_that_are_not_possible_are_refused(row: tuple[int, int, int]) -> None:
    with pytest.raises(InputError):
        fitted(make_detector("miss")).update(*row)


def test_an_hour_is_taken_once_and_only_after_a_reference() -> None:
    detector = fitted(make_detector("miss"))
    detector.update(REFERENCE, 3, 1)
    with pytest.raises(InputError, match="once"):
        detector.update(REFERENCE, 3, 1)
    with pytest.raises(InputError, match="fit"):
        make_detector("miss").update(0, 3, 1)


@pytest.mark.parametrize(
    "columns", [([0, 1], [1], [1]), ([0, 0], [1, 1], [1, 1]), ([0], [1], [2]), ([0], [1.5], [1]), ([[0]], [[1]], [[1]])]
)
def test_a_reference_that_cannot_be_is_refused(columns: tuple[list[int], list[float], list[int]]) -> None:
    with pytest.raises(InputError):
        make_detector("miss").fit(*columns)


def test_signals_and_rates_that_do_not_exist_are_refused() -> None:
    for call in (lambda: make_detector("likes"), lambda: make_detector("miss", null=1.0)):
        with pytest.raises(InputError):
            call()
    with pytest.raises(InputError):
        make_detector("miss", margin=-1.0)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3000), st.floats(0, 1)), min_size=1, max_size=60),
    signal=st.sampled_from(["miss", "dislike"]),
)
def test_any_traffic_is_answered_with_finite_evidence_and_a_level_that_agrees(
    rows: list[tuple[int, int, float]], signal: str
) -> None:
    detector, hour = fitted(make_detector(signal)), REFERENCE
    for wait, trials, share in rows:
        hour += wait
        alarm = detector.update(hour, trials, round(trials * share))
        assert alarm is detector.alarm
        assert (detector.level is Level.DRIFT) == alarm
        assert 0 <= detector.evidence < np.inf
        assert detector.onset is None or detector.onset <= hour
        assert not alarm or detector.onset is not None


def test_an_update_takes_less_than_a_tenth_of_a_millisecond() -> None:
    detector = fitted(make_detector("miss"))
    started = process_time()
    fed(detector, REFERENCE, 0.45, 3000, seed=17)
    assert (process_time() - started) / 3000 < 100e-6
