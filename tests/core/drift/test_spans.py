from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.levels import Standing
from core.drift.model import Signal, Tally, Window
from core.drift.replay import Path
from core.drift.spans import spans


def path_of(trials: list[int]) -> Path:
    size = len(trials)
    hours = np.arange(100, 100 + size)
    return Path(
        Signal.MISS, Window(100, 100 + size), Tally(hours, np.array(trials, np.int64), np.array(trials, np.int64) // 2),
        np.ones(size), np.zeros(size, bool), np.full(size, -1), np.linspace(0.1, 0.2, size), np.zeros(size),
        np.ones(size), (Standing(),) * size, 2160.0,
    )  # fmt: skip


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), st.integers(1, 24))
def test_no_hour_is_lost_and_each_span_but_the_first_is_whole(trials: list[int], hours: int) -> None:
    found = spans(path_of(trials), hours)
    assert sum(span.trials for span in found) == sum(trials)
    ends = [*(span.start for span in found[1:]), 100 + len(trials)]
    assert all(end - span.start == hours for span, end in list(zip(found, ends, strict=True))[1:])
    assert all(0.0999 <= span.usual <= 0.2001 for span in found)


def test_what_is_usual_is_weighed_by_the_trials() -> None:
    (span,) = spans(path_of([0, 30]), 2)
    assert span.usual == pytest.approx(0.2)
    (empty,) = spans(path_of([0, 0]), 2)
    assert empty.usual == pytest.approx(0.15)


def test_an_empty_path_has_no_spans() -> None:
    assert spans(path_of([]), 6) == ()
