"""The guarantee: under the null, however the rate moves below it, the evidence stays below its bound on average."""

from __future__ import annotations

from copy import deepcopy
from math import comb, exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.detectors import make_detector
from core.drift.detectors.evidence import Bets, Caps, ShiryaevRoberts
from tests.core.drift.detectors.traffic import REFERENCE, fitted

RATES = st.floats(0.01, 0.95)
SHIFTS = (0.2, 0.45, 0.9)


def bets(null: float, usual: float = 50.0, caps: Caps | None = None) -> Bets:
    return Bets.of(np.array([null]), SHIFTS, np.array([usual]), caps or Caps())


@given(
    null=RATES,
    below=st.floats(0.0, 1.0),
    trials=st.integers(0, 80),
    weight=st.floats(0.05, 1.0),
    usual=st.floats(0.1, 99),
    doubted=st.floats(0.0, 80.0),
)
def test_an_e_value_has_a_mean_of_one_at_most_for_every_rate_up_to_the_null(
    null: float, below: float, trials: int, weight: float, usual: float, doubted: float
) -> None:
    rate, bet = null * below, bets(null, usual)
    chances = [comb(trials, x) * rate**x * (1 - rate) ** (trials - x) for x in range(trials + 1)]
    values = [bet.of_hour(0, trials, x, weight, doubted) for x in range(trials + 1)]
    for shift in range(len(SHIFTS)):
        assert sum(chance * exp(logs[shift]) for chance, logs in zip(chances, values, strict=True)) <= 1 + 1e-9


@given(null=RATES, trials=st.integers(0, 200), share=st.floats(0, 1), doubted=st.floats(0, 300))
def test_doubt_takes_from_what_speaks_for_a_shift_and_never_speaks_against_it(
    null: float, trials: int, share: float, doubted: float
) -> None:
    positives, bet = round(share * trials), bets(null)
    plain, less = (bet.of_hour(0, trials, positives, 1.0, doubt) for doubt in (0.0, doubted))
    assert all(min(one, 0.0) <= other <= one for one, other in zip(plain, less, strict=True))


def test_an_hour_that_speaks_only_through_its_crowd_says_nothing() -> None:
    assert bets(0.33).of_hour(0, 550, 465, 1.0, 500.0) == [0.0] * len(SHIFTS)


@given(null=st.floats(0.05, 0.9), trials=st.integers(1, 30))
def test_just_above_the_null_a_bet_without_cap_or_weight_gains(null: float, trials: int) -> None:
    raised = 1 / (1 + (1 - null) / null * exp(-SHIFTS[-1]))
    bet = bets(null, caps=Caps(times=0, least=1e6, most=1e6))
    chances = [comb(trials, x) * raised**x * (1 - raised) ** (trials - x) for x in range(trials + 1)]
    gain = sum(chance * bet.of_hour(0, trials, x, 1.0)[-1] for x, chance in enumerate(chances))
    assert gain > 0


HOUR = st.tuples(RATES, st.floats(0.2, 1.0), st.integers(0, 3), st.floats(0.0, 3.0))


@given(st.lists(HOUR, min_size=1, max_size=5))
def test_the_mean_of_the_evidence_is_at_most_the_time_that_has_passed(
    hours: list[tuple[float, float, int, float]],
) -> None:
    """Exactly, over all outcomes of some hours: each has a null, a rate below it, trials and a crowd of its own."""
    outcomes: list[tuple[float, ShiryaevRoberts]] = [(1.0, ShiryaevRoberts(len(SHIFTS)))]
    for passed, (null, below, trials, doubted) in enumerate(hours, start=1):
        rate, bet, later = null * below, bets(null), []
        for chance, evidence in outcomes:
            for x in range(trials + 1):
                one = ShiryaevRoberts(len(SHIFTS))
                one._sums = list(evidence._sums)
                one.add(bet.of_hour(0, trials, x, 1.0, doubted))
                later.append((chance * comb(trials, x) * rate**x * (1 - rate) ** (trials - x), one))
        outcomes = later
        assert sum(chance * evidence.value for chance, evidence in outcomes) <= passed + 1e-6


def test_false_alarms_are_as_rare_as_promised_at_the_very_edge_of_the_null() -> None:
    """The mean run length to evidence of 50 is 50 hours at least, with the rate exactly at the null."""
    rng, bet, runs = np.random.default_rng(3), bets(0.3), []
    for _ in range(400):
        evidence, hours = ShiryaevRoberts(len(SHIFTS)), 0
        while evidence.value < 50 and hours < 2000:
            evidence.add(bet.of_hour(0, 50, int(rng.binomial(50, 0.3)), 1.0))
            hours += 1
        runs.append(hours)
    assert np.mean(runs) - 2 * np.std(runs) / 20 > 50


@pytest.mark.parametrize(("rate", "bounded"), [(0.2, True), (0.3, True), (0.36, False)])
def test_the_evidence_of_the_whole_detector_stays_below_its_bound_up_to_the_null_and_not_beyond(
    rate: float, bounded: bool
) -> None:
    """Its mean over 300 runs, less two standard errors, at each hour; volumes vary, and there are crowds among them."""
    rng, passed, runs = np.random.default_rng(4), np.arange(1, 73), []
    fresh = fitted(make_detector("miss", null=0.3), rate, swing=0)
    for _ in range(300):
        detector = deepcopy(fresh)
        trials = rng.poisson(50 * rng.choice([0.5, 1.0, 3.0], 72, p=[0.2, 0.7, 0.1]))
        rows = zip(trials.tolist(), rng.binomial(trials, rate).tolist(), strict=True)
        course = []
        for hour, row in enumerate(rows):
            detector.update(REFERENCE + hour, *row)
            course.append(detector.evidence)
        runs.append(course)
    error = np.std(runs, axis=0) / np.sqrt(len(runs))
    assert bool(np.all(np.mean(runs, axis=0) - 2 * error <= passed)) is bounded


def test_one_hour_never_convinces() -> None:
    evidence = ShiryaevRoberts(len(SHIFTS))
    evidence.add(bets(0.3).of_hour(0, 10_000, 10_000, 1.0))
    assert evidence.value <= exp(Caps().most)
