from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.semantic_cache.calibration import PRIOR, Belief
from core.semantic_cache.evidence import NAMES, Compared, Numbers

quickly = settings(deadline=None, max_examples=100)
WIDTH = len(NAMES)
ROW = arrays(float, (WIDTH,), elements=st.floats(-3, 3))
SURE, UNSURE = (Compared(similarity, None, 0, 0.5, verified).features() for similarity, verified in
                [(0.95, 0.999), (0.7, 0.01)])  # fmt: skip


@st.composite
def decisions(draw: st.DrawFn) -> tuple[Numbers, Numbers, Numbers]:
    count = draw(st.integers(0, 40))
    x = draw(arrays(float, (count, WIDTH), elements=st.floats(-3, 3)))
    labels = draw(arrays(float, (count,), elements=st.floats(0, 1)))
    return x, labels, draw(arrays(float, (count,), elements=st.floats(0, 5)))


def sigmoid(logit: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-logit)))


def same(one: Belief, other: Belief) -> bool:
    return np.allclose(one.mean, other.mean) and np.allclose(one.precision, other.precision)


def after(x: Numbers, label: float, weight: float = 1.0, times: int = 1) -> Belief:
    return PRIOR.after(np.tile(x, (times, 1)), np.full(times, label), np.full(times, weight))


def test_the_prior_knows_something_before_the_first_label() -> None:
    sure, unsure = PRIOR.probability(np.stack([SURE, UNSURE]))
    assert sure > 0.9
    assert unsure < 0.2
    assert same(PRIOR.after(np.empty((0, WIDTH)), np.empty(0), np.empty(0)), PRIOR)


@quickly
@given(ROW, st.floats(0.1, 5))
def test_a_label_moves_the_belief_its_way(x: Numbers, weight: float) -> None:
    x[0] = 1.0
    before = float(x @ PRIOR.mean)
    assert float(x @ after(x, 1.0, weight).mean) >= before >= float(x @ after(x, 0.0, weight).mean)


@quickly
@given(ROW, st.floats(0, 1), st.floats(0, 1))
def test_of_two_soft_labels_the_higher_one_leaves_more_belief(x: Numbers, one: float, other: float) -> None:
    low, high = sorted([one, other])
    assert float(x @ after(x, low).mean) <= float(x @ after(x, high).mean) + 1e-6


@quickly
@given(ROW)
def test_a_label_that_says_what_is_believed_moves_nothing(x: Numbers) -> None:
    believed = float(sigmoid(x @ PRIOR.mean))
    assert after(x, believed).mean == pytest.approx(PRIOR.mean, abs=1e-6)


@quickly
@given(decisions())
def test_labels_of_no_weight_change_nothing(known: tuple[Numbers, Numbers, Numbers]) -> None:
    x, labels, weights = known
    assert same(PRIOR.after(x, labels, 0 * weights), PRIOR)


@quickly
@given(decisions())
def test_the_belief_ends_at_the_top_of_the_posterior(known: tuple[Numbers, Numbers, Numbers]) -> None:
    x, labels, weights = known
    mean = PRIOR.after(x, labels, weights).mean
    p = sigmoid(x @ mean)
    gradient = x.T @ (weights * (labels - p)) - PRIOR.precision @ (mean - PRIOR.mean)
    curvature = PRIOR.precision + (x * (weights * p * (1 - p))[:, None]).T @ x
    assert np.abs(np.linalg.solve(curvature, gradient)).max() < 1e-5


@quickly
@given(decisions(), ROW)
def test_labels_never_make_less_sure_of_the_weights(known: tuple[Numbers, Numbers, Numbers], x: Numbers) -> None:
    spread = [x @ np.linalg.solve(belief.precision, x) for belief in (PRIOR, PRIOR.after(*known))]
    assert spread[1] <= spread[0] + 1e-9


@quickly
@given(decisions(), ROW, st.floats(0, 3), st.floats(0, 3))
def test_a_bound_lies_below_the_best_guess_and_probabilities_are_shares(
    known: tuple[Numbers, Numbers, Numbers], x: Numbers, one: float, other: float
) -> None:
    belief, row, (few, many) = PRIOR.after(*known), x[None, :], sorted([one, other])
    assert 0 <= belief.lower(row, many)[0] <= belief.lower(row, few)[0] + 1e-12 <= 1 + 1e-12
    assert belief.lower(row, few)[0] <= sigmoid(row @ belief.mean)[0] + 1e-12
    assert abs(belief.probability(row)[0] - 0.5) <= abs(sigmoid(row @ belief.mean)[0] - 0.5) + 1e-12


def test_a_known_model_is_found_again() -> None:
    random = np.random.default_rng(7)
    truth = np.array([-0.5, 1.0, 0.3, 0.0, 0.4, 1.5, 0.0, 0.8])
    x = random.normal(size=(8000, WIDTH))
    x[:, 0] = 1.0
    labels = (random.random(8000) < sigmoid(x @ truth)).astype(float)
    belief = PRIOR.after(x, labels, np.ones(8000))
    deviations = np.sqrt(np.diag(np.linalg.inv(belief.precision)))
    assert (np.abs(belief.mean - truth) / deviations).max() < 4
    assert np.abs(belief.probability(x) - sigmoid(x @ truth)).mean() < 0.02
    assert np.abs(PRIOR.probability(x) - sigmoid(x @ truth)).mean() > 0.1, "the prior alone does not know it"
