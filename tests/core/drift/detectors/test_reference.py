"""The reference finds what is usual, how well it knows it, and how much it wobbles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.drift.detectors.reference import Reference
from tests.core.drift.detectors.traffic import REFERENCE, counts

HOURS = np.arange(REFERENCE)


def reference(deviation: float = 0.0, volume: float = 50.0, seed: int = 0) -> Reference:
    days = np.random.default_rng(seed).normal(0, deviation, 28)[HOURS // 24]
    odds = 0.3 / 0.7 * np.exp(days)
    return Reference.of(HOURS, *counts(HOURS, odds / (1 + odds), volume=volume, seed=seed))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), volume=st.sampled_from([5.0, 50.0, 500.0]))
def test_the_level_is_known_within_five_of_its_standard_errors(seed: int, volume: float) -> None:
    found = reference(volume=volume, seed=seed)
    week = np.arange(168)
    truth = np.log(0.3 / 0.7) + 0.3 * np.sin(2 * np.pi * week / 24)
    weight = 1 + 0.5 * np.sin(2 * np.pi * week / 24)
    away = np.average(found.logit - truth, weights=weight)
    assert abs(away) < 5 * found.spread + 0.01


@pytest.mark.parametrize("deviation", [0.0, 0.1, 0.15, 0.2, 0.3])
def test_the_wobble_is_estimated_and_a_large_one_with_caution(deviation: float) -> None:
    found = [reference(deviation, seed=seed).wobble.deviation for seed in range(8)]
    assert 0.7 * deviation - 0.01 <= np.mean(found) <= deviation + 0.03


def test_few_data_leave_the_level_uncertain() -> None:
    assert reference(volume=1).spread > 3 * reference(volume=50).spread


def test_noise_within_days_is_dispersion_not_wobble() -> None:
    rng = np.random.default_rng(2)
    trials = np.full(REFERENCE, 200)
    odds = 0.4 * np.exp(rng.normal(0, 0.4, REFERENCE))
    found = Reference.of(HOURS, trials, rng.binomial(trials, odds / (1 + odds)))
    assert found.wobble.dispersion > 3
    assert found.wobble.deviation < 0.15


def test_missing_weeks_and_hours_are_no_obstacle() -> None:
    kept = (HOURS < 200) | (HOURS > 400)
    trials, positives = counts(HOURS, 0.3)
    found = Reference.of(HOURS[kept], trials[kept], positives[kept])
    assert found.rate(np.array([0]))[0] == pytest.approx(0.3, abs=0.05)


def test_rates_of_nothing_and_of_everything_stay_inside() -> None:
    trials = np.full(REFERENCE, 10)
    for positives in (np.zeros(REFERENCE, int), trials):
        rates = Reference.of(HOURS, trials, positives).rate(HOURS)
        assert np.all((rates > 0) & (rates < 1))


@pytest.mark.parametrize(("every", "size"), [(24, 15), (24, 30), (48, 40)])
def test_where_all_comes_in_crowds_they_are_what_is_usual(every: int, size: int) -> None:
    rng = np.random.default_rng(4)
    trials = np.zeros(REFERENCE, int)
    trials[np.arange(0, REFERENCE, every) + rng.integers(0, every, REFERENCE // every)] = size
    positives = rng.binomial(trials, 0.07)
    found = Reference.of(HOURS, trials, positives)
    assert np.average(found.rate(HOURS), weights=trials) == pytest.approx(positives.sum() / trials.sum(), abs=0.03)
    assert not found.volume.crowds(HOURS, trials).any()
