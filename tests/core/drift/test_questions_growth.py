from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.questions_growth import (
    LEAST_WOBBLE,
    MOST_WOBBLE,
    USUAL_WOBBLE,
    growth_p_values,
    holm,
    wobble_of,
)
from core.topics.clustering import unit_rows


def test_without_wobble_it_is_the_exact_binomial_test() -> None:
    # Of 8 questions all are new: one half to the power of eight.
    found = growth_p_values(np.array([0, 4]), np.array([8, 4]), (500, 500), 0.0)
    assert found.tolist() == pytest.approx([2**-8, 163 / 256])


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0.02, 0.6), st.integers(100, 1000), st.integers(100, 1000))
def test_more_questions_are_more_evidence(before: int, after: int, wobble: float, first: int, second: int) -> None:
    counts = np.array([after, after + 1])
    less, more = growth_p_values(np.array([before, before]), counts, (first, second), wobble)
    assert 0 <= more <= less + 1e-9
    assert less <= 1


@pytest.mark.parametrize("sizes", [(500, 500), (1000, 400)])
def test_the_test_holds_its_level_under_wobble(sizes: tuple[int, int]) -> None:
    random, wobble, share, runs = np.random.default_rng(3), 0.3, 0.04, 20_000
    before, after = (random.poisson(share * size * random.gamma(wobble**-2, wobble**2, runs)) for size in sizes)
    pairs, times = np.unique(np.stack([before, after]), axis=1, return_counts=True)
    found = np.repeat(growth_p_values(*pairs, sizes, wobble), times)
    plain = np.repeat(growth_p_values(*pairs, sizes, 0.0), times)
    for level in (0.1, 0.01, 0.002):
        assert (found <= level).mean() <= level * 1.15 + 2e-4
    assert (plain <= 0.01).mean() > 0.05, "the plain test would not hold it"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_never_makes_a_p_value_smaller(values: list[float]) -> None:
    raw = np.array(values)
    adjusted = holm(raw)
    assert np.all(adjusted >= raw)
    assert adjusted.max() <= 1
    assert np.all(adjusted <= np.minimum(1, raw * len(raw)) + 1e-12)
    order = np.argsort(raw, kind="stable")
    assert np.all(np.diff(adjusted[order]) >= 0)


def weeks_of(wobble: float, count: int, seed: int) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    centres = unit_rows(random.normal(size=(30, 24)))
    weeks = []
    for _ in range(count):
        weights = random.gamma(wobble**-2, wobble**2, 30) if wobble else np.ones(30)
        places = random.choice(30, 400, p=weights / weights.sum())
        weeks.append(unit_rows(centres[places] + 0.03 * random.normal(size=(400, 24))))
    return weeks


@pytest.mark.parametrize("wobble", [0.2, 0.4])
def test_the_wobble_of_past_weeks_is_found(wobble: float) -> None:
    assert 0.8 * wobble <= wobble_of(weeks_of(wobble, 8, 5)) <= 1.6 * wobble


def test_weeks_that_do_not_wobble_are_told_from_those_that_do() -> None:
    assert LEAST_WOBBLE <= wobble_of(weeks_of(0.0, 8, 5)) < 0.12


def test_too_few_weeks_mean_what_is_usual() -> None:
    assert wobble_of([]) == USUAL_WOBBLE
    assert wobble_of([*weeks_of(0.0, 2, 1), np.zeros((0, 24), dtype=np.float32)]) == USUAL_WOBBLE


def test_weeks_that_have_nothing_in_common_do_not_break_the_bound() -> None:
    random = np.random.default_rng(1)
    apart = [unit_rows(unit_rows(random.normal(size=(1, 24))) + 0.01 * random.normal(size=(50, 24))) for _ in range(4)]
    assert wobble_of(apart) == MOST_WOBBLE
