from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.model import Kind, Level, Tally, Window, due, hour_of, start_of

LIVE = [Kind.HOURLY, Kind.DAILY, Kind.WEEKLY]


@given(st.sampled_from(LIVE), st.integers(0, 1_000_000))
def test_the_newest_window_that_is_over_ends_now_or_less_than_its_length_ago(kind: Kind, now: int) -> None:
    window = due(kind, now)
    assert window.hours == kind.hours
    assert 0 <= now - window.until < kind.hours


@given(st.integers(0, 1_000_000))
def test_days_begin_at_midnight_and_weeks_on_monday(now: int) -> None:
    assert start_of(due(Kind.DAILY, now).since).hour == 0
    week = start_of(due(Kind.WEEKLY, now).since)
    assert (week.weekday(), week.hour) == (0, 0)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_an_hour_begins_before_what_is_in_it_and_ends_after(at: datetime) -> None:
    assert start_of(hour_of(at)) <= at < start_of(hour_of(at) + 1)


def test_levels_rise_and_not_enough_data_is_below_them_all() -> None:
    assert [level.rank for level in Level] == [-1, 0, 1, 2, 3, 4]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), unique_by=lambda row: row[0]), st.integers(0, 30))
def test_a_filled_tally_has_every_hour_and_keeps_what_was_counted(rows: list[tuple[int, int]], since: int) -> None:
    tally, window = Tally.of([(hour, trials, trials // 2) for hour, trials in rows]), Window(since, since + 20)
    filled = tally.filled(window)
    assert filled.hours.tolist() == list(range(since, since + 20))
    assert filled.total == tally.within(window).total


def test_nothing_has_no_rate() -> None:
    empty = Tally.of([])
    assert (empty.rate, empty.total, empty.filled(Window(3, 3)).hours.size) == (None, (0, 0), 0)
    assert Tally.of([(2, 4, 1), (1, 4, 1)]).hours.tolist() == [1, 2]
    assert Tally(np.array([1]), np.array([4]), np.array([1])).rate == pytest.approx(0.25)
