"""A bad week is found where it was, and where all is as usual nothing is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.monitoring.model import Rate
from core.monitoring.scan import LONGEST_DAYS, leading, worst_stretch
from core.monitoring.sparse import Ints

DAYS = 90


def usual(seed: int, series: int = 12, votes: float = 12, share: float = 0.1) -> tuple[np.random.Generator, Ints, Ints]:
    rng = np.random.default_rng(seed)
    voted = rng.poisson(votes, (series, DAYS))
    return rng, rng.binomial(voted, share), voted


def test_a_bad_week_of_one_series_is_found_with_its_days() -> None:
    rng, downs, votes = usual(1)
    downs[4, 50:57] = rng.binomial(votes[4, 50:57], 0.6)
    found = worst_stretch(downs, votes)
    assert found is not None
    assert (found.series, found.first, found.end) == (4, 50, 57)
    assert found.rate == Rate(int(downs[4, 50:57].sum()), int(votes[4, 50:57].sum()))
    assert found.usual.trials + found.rate.trials == votes[4].sum()


def test_nothing_is_found_where_all_is_as_usual() -> None:
    """At the level of one in a thousand; two hundred worlds would show a bound that is too low by far."""
    assert not any(worst_stretch(*usual(seed)[1:]) for seed in range(200))


def test_days_that_always_differ_are_no_bad_week() -> None:
    """A crowd votes alike on a day: such days vary by more than chance, and one of them is nothing special."""
    for seed in range(100):
        rng, _, votes = usual(seed)
        moods = rng.beta(3, 27, (1, DAYS))
        assert worst_stretch(rng.binomial(votes, moods), votes) is None


def test_what_is_sure_but_little_more_than_usual_is_not_named() -> None:
    votes = np.full((1, DAYS), 100_000)
    downs = np.full((1, DAYS), 10_000)
    downs[0, 40:47] = 14_000
    assert worst_stretch(downs, votes) is None
    downs[0, 40:47] = 16_000
    assert worst_stretch(downs, votes) is not None


@given(st.integers(0, 20), st.integers(0, 5), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_whatever_is_found_lies_within_the_days_and_its_votes_are_those_of_the_series(
    days: int, series: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    votes = rng.poisson(rng.choice([0, 1, 30]), (series, days))
    downs = rng.binomial(votes, rng.random((series, 1)) ** 2)
    if series and days:
        downs[0, : days // 3] = votes[0, : days // 3]
    found = worst_stretch(downs, votes)
    if found is None:
        return
    inside = slice(found.first, found.end)
    assert 0 <= found.first < found.end <= days
    assert found.end - found.first <= min(LONGEST_DAYS, days // 2)
    assert found.rate == Rate(int(downs[found.series, inside].sum()), int(votes[found.series, inside].sum()))
    assert (found.rate.value or 0) > (found.usual.value or 0)


@pytest.mark.parametrize(("downs", "place"), [([2, 20, 3], 1), ([2, 3, 2], None), ([], None)])
def test_the_part_that_leads_is_named_only_where_one_clearly_does(downs: list[int], place: int | None) -> None:
    assert leading(np.array(downs, np.int64), np.full(len(downs), 30), Rate(100, 1000)) == place
