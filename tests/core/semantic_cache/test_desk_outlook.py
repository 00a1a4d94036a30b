"""What is computed from kept decisions, against what is known of how they were drawn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.semantic_cache.desk_model import Share
from core.semantic_cache.desk_outlook import Kept, bins, false_share, outlook
from tests.core.semantic_cache.desks import SURE, UNSURE

BUDGETS = (0.002, 0.005, 0.01, 0.02, 0.05)
label = st.none() | st.floats(0, 1)
kept = st.builds(
    Kept,
    similarity=st.floats(-1, 1),
    features=st.lists(st.floats(-3, 3), min_size=8, max_size=8),
    served=st.booleans(),
    label=label,
    weight=st.floats(1, 50),
    looked=st.booleans(),
)
many = st.lists(kept, min_size=1, max_size=40)


@given(many)
def test_every_decision_is_in_one_bin(decisions: list[Kept]) -> None:
    found = bins(decisions)
    assert sum(one.right + one.wrong + one.unknown for one in found) == len(decisions)
    assert sum(one.unknown for one in found) == sum(one.label is None for one in decisions)
    assert (found[0].low, found[-1].high) == (0.5, 1.0)
    assert all(one.high == other.low for one, other in itertools.pairwise(found))


@given(many)
def test_a_larger_budget_serves_no_less(decisions: list[Kept]) -> None:
    found = outlook(decisions, BUDGETS)
    served, required = [one.served for one in found], [one.required for one in found]
    assert served == sorted(served)
    assert required == sorted(required, reverse=True)
    for one in found:
        assert 0 <= one.believed <= one.share <= 1
        if one.interval is not None:
            assert one.found.value is not None
            low, high = one.interval
            assert low - 1e-9 <= one.found.value * one.share <= high + 1e-9
            assert 0 <= low <= high <= one.share + 1e-9


@given(many)
def test_what_nobody_chose_to_look_at_says_nothing_of_false_hits(decisions: list[Kept]) -> None:
    looked = [one for one in decisions if one.looked and one.label is not None]
    share = false_share(decisions)
    assert share == false_share(looked)
    assert (share.interval is None) == (not looked)
    assert share.draws <= len(looked) + 1e-6


def test_a_random_look_weighted_by_its_chance_finds_the_true_share() -> None:
    # Of 2,000 sure hits 1 in 100 is false and 1 in 10 is looked at; of 500 doubtful ones 1 in 5, and all are looked at.
    chance = np.random.default_rng(5)
    decisions = [
        Kept(0.9, SURE, True, float(chance.random() > rate), weight, chance.random() < 1 / weight)
        for count, rate, weight in ((2000, 0.01, 10.0), (500, 0.2, 1.0))
        for _ in range(count)
    ]
    truth = sum(one.label == 0 for one in decisions) / len(decisions)
    unweighted = np.mean([one.label == 0 for one in decisions if one.looked])
    found = false_share(decisions)
    assert found.interval is not None
    assert found.interval[0] <= truth <= found.interval[1]
    assert abs((found.value or 0) - truth) < abs(unweighted - truth) / 3


def test_without_a_look_nothing_is_claimed() -> None:
    (one,) = outlook([Kept(0.9, SURE, True, None, 1.0, False)], (0.05,))
    assert one.found == Share()
    assert one.interval is None


def test_sure_decisions_are_served_and_unsure_ones_are_not() -> None:
    decisions = [Kept(0.95, SURE, True, 1.0, 1.0, True)] * 300 + [Kept(0.8, UNSURE, False, 0.0, 1.0, True)] * 100
    for one in outlook(decisions, BUDGETS):
        assert (one.served, one.weighed) == (300, 400)
        assert one.believed == pytest.approx(0.0)


def test_decisions_of_an_earlier_version_are_left_out() -> None:
    assert outlook([Kept(0.9, (1.0, 2.0), True, 1.0, 1.0, True)], BUDGETS) == ()
    assert outlook([], BUDGETS) == ()


@given(st.floats(0, 1), st.floats(0.1, 1000))
def test_an_interval_holds_its_share(value: float, draws: float) -> None:
    interval = Share(value, draws).interval
    assert interval is not None
    assert 0 <= interval[0] <= value + 1e-9
    assert value - 1e-9 <= interval[1] <= 1
