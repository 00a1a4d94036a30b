from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.semantic_cache.budget import COLD, ENOUGH, LEAST, Window, required

quickly = settings(deadline=None, max_examples=150)
# Few different figures, so that turns which are equally sure are common.
SURE = st.sampled_from([0.999, 0.99, 0.97, 0.95, 0.9, 0.7]) | st.floats(0, 1)
TURN = st.tuples(SURE, st.sampled_from([np.nan, 0.0, 1.0]) | st.floats(0, 1), st.booleans())
BUDGET = st.floats(1e-4, 0.2)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    turns = draw(st.lists(TURN, max_size=30)) * draw(st.sampled_from([1, 5, 20]))
    columns = np.array(turns, dtype=float).reshape(-1, 3).T
    return Window(columns[0], columns[1], columns[2])


def window(count: int, sure: float, label: float = np.nan, served: float = 1.0) -> Window:
    return Window(np.full(count, sure), np.full(count, label), np.full(count, served))


def expected(found: Window, threshold: float) -> float:
    """Return how many false hits are expected if what is at least so sure is served."""
    risk = np.where(np.isnan(found.label), 1 - found.probability, 1 - found.label)
    return float(risk[found.probability >= threshold].sum())


@quickly
@given(windows(), BUDGET)
def test_what_would_be_served_stays_within_the_budget(found: Window, budget: float) -> None:
    threshold = required(found, budget)
    if threshold < 1:
        assert expected(found, threshold) <= budget * max(found.size, ENOUGH) + 1e-9


@quickly
@given(windows(), BUDGET, BUDGET)
def test_a_larger_budget_is_never_stricter(found: Window, one: float, other: float) -> None:
    small, large = sorted([one, other])
    assert required(found, large) <= required(found, small)


@quickly
@given(windows(), BUDGET, st.data())
def test_a_false_hit_never_makes_it_less_strict(found: Window, budget: float, data: st.DataObject) -> None:
    right = np.flatnonzero(found.label == 1)
    if len(right) == 0:
        return
    label = found.label.copy()
    label[data.draw(st.sampled_from(list(right)))] = 0
    assert required(replace(found, label=label), budget) >= required(found, budget)


@quickly
@given(windows(), BUDGET)
def test_what_is_required_is_a_probability_and_cold_while_little_is_known(found: Window, budget: float) -> None:
    threshold = required(found, budget)
    assert (LEAST if found.size >= ENOUGH else COLD) <= threshold <= 1


def test_it_begins_cold_and_grows_bolder_where_nothing_goes_wrong() -> None:
    assert required(window(0, 0.5), 0.01) == COLD
    assert required(window(ENOUGH - 1, 0.7, label=1), 0.01) == COLD
    assert required(window(ENOUGH, 0.7, label=1), 0.01) == pytest.approx(0.7)
    assert required(window(ENOUGH, 0.2, label=1), 0.01) == LEAST


def test_turns_that_are_equally_sure_are_served_together_or_not_at_all() -> None:
    assert required(window(1000, 0.95), 0.01) == 1
    assert required(window(1000, 0.999), 0.01) == pytest.approx(0.999)


def test_calibration_that_proves_wrong_is_doubted() -> None:
    known, unknown = window(100, 0.999, label=0), window(900, 0.995)
    assert window(100, 0.99, label=1).doubt() == 1
    assert known.doubt() > 10
    both = Window(*(np.concatenate(columns) for columns in zip(*map(columns_of, (known, unknown)), strict=True)))
    trusted = replace(both, served=np.zeros(1000))
    assert both.doubt() > trusted.doubt() == 1


def columns_of(found: Window) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return found.probability, found.label, found.served


@pytest.mark.parametrize("budget", [0.005, 0.01, 0.05])
def test_a_stream_of_which_the_belief_is_true_keeps_its_budget(budget: float) -> None:
    random = np.random.default_rng(3)
    sure = random.beta(4, 1, size=2000)
    right = random.random(2000) < sure
    served = false = 0
    for start in range(0, 2000, 25):
        known = slice(max(0, start - 1000), start)
        label = np.where(random.random(2000) < 0.1, right, np.nan)
        threshold = required(Window(sure[known], label[known], np.ones(2000)[known]), budget)
        now = sure[start : start + 25] >= threshold
        served += int(now.sum())
        false += int((now & ~right[start : start + 25]).sum())
    assert served > 0
    assert false <= budget * 2000
