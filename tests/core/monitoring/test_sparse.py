from __future__ import annotations

import numpy as np
import pytest
from ddsketch import DDSketch
from hypothesis import given
from hypothesis import strategies as st

from core.monitoring.sparse import ACCURACY, BUCKETS, COUNTS, WIDTH, Sparse, bucket_of, quantiles_ms

ENTRIES = st.sampled_from([3, 383]).flatmap(  # many at few places, and few at many
    lambda most: st.lists(st.tuples(st.integers(0, 3), st.integers(0, most), st.integers(-5, 5)), max_size=60)
)


def sparse(entries: list[tuple[int, int, int]]) -> Sparse:
    return Sparse(*(np.array([one[place] for one in entries], np.int64) for place in range(3)))


@given(ENTRIES)
def test_vectors_come_back_from_bytes_as_their_sums(entries: list[tuple[int, int, int]]) -> None:
    sums: dict[tuple[int, int], int] = {}
    for row, at, n in entries:
        sums[row, at] = sums.get((row, at), 0) + n
    back = Sparse.unpacked(sparse(entries).summed().packed(4, COUNTS), COUNTS)
    found = {(row, at): n for row, at, n in zip(back.row.tolist(), back.at.tolist(), back.n.tolist(), strict=True)}
    assert found == {place: n for place, n in sums.items() if n}


@given(ENTRIES, ENTRIES)
def test_what_is_added_and_taken_away_leaves_what_was(
    kept: list[tuple[int, int, int]], gone: list[tuple[int, int, int]]
) -> None:
    away = [(row, at, -n) for row, at, n in gone]
    together = Sparse.joined([sparse(kept), sparse(gone), sparse(away)]).summed()
    assert together.packed(4, COUNTS) == sparse(kept).summed().packed(4, COUNTS)


@given(ENTRIES, st.sampled_from([1, 2, 6, 24]))
def test_the_parts_of_a_day_follow_one_another_and_are_the_whole(
    entries: list[tuple[int, int, int]], parts: int
) -> None:
    day = sparse(entries).summed()
    cut = day.cut(parts, WIDTH)
    assert set((cut.row % parts).tolist()) <= {at // WIDTH * parts // 24 for at in day.at.tolist()}
    pieces = cut.packed(4 * parts, COUNTS)
    assert [b"".join(pieces[row * parts : row * parts + parts]) for row in range(4)] == day.packed(4, COUNTS)


@given(ENTRIES, st.lists(st.booleans(), min_size=96, max_size=96))
def test_of_chosen_hours_all_is_read_and_of_others_nothing(
    entries: list[tuple[int, int, int]], chosen: list[bool]
) -> None:
    day = sparse(entries).summed()
    back = Sparse.unpacked_hours(day.packed(4, COUNTS), COUNTS, WIDTH, np.array(chosen).reshape(4, 24))
    every = zip(day.row.tolist(), day.at.tolist(), day.n.tolist(), strict=True)
    wanted = [(row * 24 + at // WIDTH, at % WIDTH, n) for row, at, n in every if chosen[row * 24 + at // WIDTH]]
    assert list(zip(back.row.tolist(), back.at.tolist(), back.n.tolist(), strict=True)) == wanted


@given(st.lists(st.floats(0.2, 8e5), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99]))
def test_percentiles_are_those_of_the_library(values: list[float], share: float) -> None:
    reference = DDSketch(ACCURACY)
    for value in values:
        reference.add(value)
    counts = np.bincount(bucket_of(np.array(values)), minlength=BUCKETS)
    wanted = reference.get_quantile_value(share)
    assert wanted is not None
    assert quantiles_ms(counts, [share]) == pytest.approx([wanted], rel=2 * ACCURACY + 1e-9)


def test_of_nothing_there_is_no_percentile() -> None:
    assert np.isnan(quantiles_ms(np.zeros(BUCKETS, np.int64), [0.5])).all()
