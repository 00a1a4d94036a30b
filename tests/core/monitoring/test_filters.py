from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.monitoring.filters import Grain, View

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])


@given(st.sampled_from(list(Grain)), ZONES, st.integers(0, 5000), st.integers(1, 1500))
def test_steps_cover_the_range_without_a_gap(grain: Grain, zone: str, first: int, length: int) -> None:
    since = BEGIN + timedelta(hours=first)
    view = View(since, since + timedelta(hours=length), grain, zone)
    starts = view.starts()
    assert starts[0] <= since
    assert starts[-1] < view.until <= view.end()
    for one, other in pairwise([*starts, view.end()]):
        assert one.timestamp() < other.timestamp()
    assert grain is Grain.HOUR or {(one.hour, one.minute) for one in starts} == {(0, 0)}
    assert grain is not Grain.WEEK or {one.weekday() for one in starts} == {0}


@pytest.mark.parametrize(
    ("since", "until", "grain", "zone"),
    [
        (BEGIN.replace(tzinfo=None), BEGIN, Grain.DAY, "UTC"),
        (BEGIN, BEGIN, Grain.DAY, "UTC"),
        (BEGIN, BEGIN + timedelta(days=801), Grain.WEEK, "UTC"),
        (BEGIN, BEGIN + timedelta(days=101), Grain.HOUR, "UTC"),
        (BEGIN, BEGIN + timedelta(days=1), Grain.DAY, "Mars/Olympus"),
        (BEGIN, BEGIN + timedelta(days=1), Grain.DAY, "../etc/passwd"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(since: datetime, until: datetime, grain: Grain, zone: str) -> None:
    with pytest.raises(InputError):
        View(since, until, grain, zone)
