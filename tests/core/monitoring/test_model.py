from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.monitoring.figures import Figures
from core.monitoring.model import Z95, Rate, hour_of, start_of

TIMES = st.datetimes(datetime(1969, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
TINY = 1e-12


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    trials = draw(st.integers(1, 10**6))
    return Rate(draw(st.integers(0, trials)), trials)


def interval(positives: int, trials: int) -> tuple[float, float]:
    found = Rate(positives, trials).interval
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("positives", "trials", "low", "high"),
    [  # Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_one_in_the_literature(positives: int, trials: int, low: float, high: float) -> None:
    assert interval(positives, trials) == pytest.approx((low, high), abs=5e-5)


@given(rates())
def test_the_interval_holds_the_share_and_lies_in_zero_to_one(rate: Rate) -> None:
    low, high = interval(rate.positives, rate.trials)
    assert rate.value is not None
    assert 0 <= low <= rate.value + TINY
    assert rate.value - TINY <= high <= 1
    assert low < high


@given(rates())
def test_the_ends_are_where_the_score_test_just_rejects(rate: Rate) -> None:
    assert rate.value is not None
    for end in interval(rate.positives, rate.trials):
        distance = Z95 * math.sqrt(max(0.0, end * (1 - end)) / rate.trials)
        assert abs(rate.value - end) == pytest.approx(distance, rel=1e-6, abs=1e-6)


@given(rates())
def test_what_is_sure_of_ups_is_as_sure_of_downs(rate: Rate) -> None:
    low, high = interval(rate.positives, rate.trials)
    mirrored = interval(rate.trials - rate.positives, rate.trials)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(rates(), st.integers(2, 50))
def test_more_trials_make_it_surer(rate: Rate, times: int) -> None:
    few, many = interval(rate.positives, rate.trials), interval(rate.positives * times, rate.trials * times)
    assert many[1] - many[0] < few[1] - few[0]


def test_without_trials_nothing_is_known() -> None:
    assert Rate(0, 0).value is None
    assert Rate(0, 0).interval is None


def test_what_bypassed_the_cache_is_no_trial_of_it() -> None:
    assert Figures(hits=3, misses=1, bypasses=10).hit_rate == Rate(3, 4)


def test_thumbs_down_are_counted_among_all_thumbs() -> None:
    assert Figures(ups=3, downs=1).dislike_rate == Rate(1, 4)


@given(TIMES)
def test_a_time_lies_in_its_hour(at: datetime) -> None:
    assert start_of(hour_of(at)) <= at < start_of(hour_of(at) + 1)


@given(TIMES, st.integers(-14, 14))
def test_the_hour_does_not_depend_on_the_time_zone(at: datetime, offset: int) -> None:
    assert hour_of(at.astimezone(timezone(timedelta(hours=offset)))) == hour_of(at)
