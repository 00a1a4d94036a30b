"""The most likely start, and the end, of a raised rate."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.drift.detectors.course import Onset, Recovery


@given(st.lists(st.floats(-3, 3).map(lambda x: round(x, 2)), min_size=1, max_size=60))
def test_the_start_is_the_most_likely_one(logs: list[float]) -> None:
    onset = Onset([0.5])
    for hour, one in enumerate(logs):
        onset.add(hour, [one])
    tails = [sum(logs[start:]) for start in range(len(logs))]
    if onset.start is not None:
        assert np.isclose(tails[onset.start], max(tails))
    else:
        assert max(tails) <= 1e-9


def test_of_several_shifts_the_likeliest_counts_and_near_ties_go_to_the_lowest() -> None:
    onset = Onset([0.25, 0.5, 1.0])
    onset.add(7, [1.0, 4.0, 4.5])
    assert (onset.start, onset.shift) == (7, 0.5)


def test_the_fall_is_counted_from_the_mark() -> None:
    onset = Onset([0.5])
    for hour, one in enumerate([6.0, -4.0]):
        onset.add(hour, [one])
    assert onset.fallen == 4
    onset.mark()
    onset.add(2, [1.0])
    onset.add(3, [-2.0])
    assert onset.fallen == 2


def test_an_end_needs_more_than_one_hour() -> None:
    recovery = Recovery(2.0)
    assert not recovery.add(50.0)
    assert not recovery.add(-0.5)
    assert not recovery.add(50.0)
    assert recovery.add(50.0)
    recovery.forget()
    assert not recovery.add(0.9)
