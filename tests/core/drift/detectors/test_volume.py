"""What volume is usual is learned, and what comes on top of it all at once is known for a crowd."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.drift.detectors.volume import Inflow, Profile
from tests.core.drift.detectors.traffic import REFERENCE

HOURS = np.arange(REFERENCE)


def flat(mean: float) -> Profile:
    return Profile(np.full(168, mean))


def watched(inflow: Inflow, trials: list[int]) -> list[float]:
    return [inflow.excess(hour % 168, count) for hour, count in enumerate(trials)]


def test_the_usual_volume_knows_the_weekend_and_no_burst() -> None:
    weekend = HOURS // 24 % 7 >= 5
    trials = np.where(weekend, 20, 60)
    trials[30:36] = 5000
    found = Profile.of(HOURS, trials)
    assert found.usual[:120] == pytest.approx(60, abs=1)
    assert found.usual[120:] == pytest.approx(20, abs=1)
    assert found.spread == 0


def test_hours_of_a_crowd_in_the_reference_are_told() -> None:
    trials = np.full(REFERENCE, 50)
    trials[100:104] += 60
    assert np.flatnonzero(Profile.of(HOURS, trials).crowds(HOURS, trials)).tolist() == [100, 101, 102, 103]


@pytest.mark.parametrize("spread", [0.0, 0.3, 0.5])
def test_how_far_volume_varies_beyond_chance_is_learned_from_the_reference(spread: float) -> None:
    rng = np.random.default_rng(1)
    means = 50 * (rng.gamma(spread**-2, spread**2, REFERENCE) if spread else np.ones(REFERENCE))
    assert Profile.of(HOURS, rng.poisson(means)).spread == pytest.approx(spread, abs=0.11)


def test_a_crowd_is_told_by_how_far_it_is_above_the_usual() -> None:
    assert watched(Inflow(flat(50)), [50, 500, 48]) == [0, 450, 0]


def test_a_small_crowd_is_seen_by_staying_for_some_hours() -> None:
    found = watched(Inflow(flat(50)), [*[50] * 24, *[64] * 6])
    assert found[24] == 0
    assert found[-1] == 14


def test_chance_is_seldom_taken_for_a_crowd() -> None:
    found = watched(Inflow(flat(50)), np.random.default_rng(2).poisson(50, 5000).tolist())
    assert np.mean(np.array(found) > 0) < 0.03


def test_growth_that_lasts_is_usual_after_half_a_day_and_a_burst_of_some_hours_never() -> None:
    grown = watched(Inflow(flat(50)), [*[50] * 24, *[150] * 24])
    assert all(grown[24:34])
    assert not any(grown[40:])
    assert not any(watched(Inflow(flat(50)), [150] * 48)[16:]), "from the first hour on, too"
    burst = watched(Inflow(flat(50)), [*[50] * 24, *[500] * 9, *[50] * 24])
    assert burst[24:33] == [450] * 9
    assert not any(burst[33:])


@settings(max_examples=50, deadline=None)
@given(
    mean=st.floats(0.02, 500), trials=st.lists(st.integers(0, 2000), max_size=80), spread=st.sampled_from([0.0, 0.2, 1])
)
def test_a_crowd_is_never_more_than_came(mean: float, trials: list[int], spread: float) -> None:
    found = watched(Inflow(Profile(np.full(168, mean), spread)), trials)
    assert all(0 <= excess <= count for excess, count in zip(found, trials, strict=True))


def test_a_trickle_is_no_crowd_though_each_that_comes_is_above_the_mean() -> None:
    rng = np.random.default_rng(3)
    trials = rng.poisson(0.4, REFERENCE)
    found = watched(Inflow(Profile.of(HOURS, trials)), rng.poisson(0.4, 5000).tolist())
    assert np.mean(np.array(found) > 0) < 0.06


def test_growth_that_lasts_is_believed_where_nights_are_idle() -> None:
    busy = np.isin(HOURS % 24, range(9, 19))
    profile = Profile.of(HOURS, np.where(busy, 10, 0))
    grown = np.where(busy, 25, 0)[: 4 * 24].tolist()
    found = watched(Inflow(profile), grown)
    assert max(found[:24]) == pytest.approx(15)
    assert max(found[-24:]) == 0


def test_growth_of_few_trials_is_believed_in_the_end() -> None:
    found = watched(Inflow(flat(0.3)), [1, 1, 1, 2] * 48)
    assert max(found[-24:]) < 1
