"""How much a group of questions must grow before it is news: a test that allows for the natural wobble of topics."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import betabinom, binom

from core.ports import Vector
from core.topics.clustering import k_means, unit_rows

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

USUAL_WOBBLE = 0.25
"""What is assumed of a tenant with fewer than three past weeks."""
LEAST_WOBBLE, MOST_WOBBLE = 0.01, 0.6
"""Above the upper bound only a topic that is all new could be found; so much is itself a change."""
LEAST_WEEKS = 3
CALIBRATION_GROUPS = 40
_DROP = 1.3528
"""Half the 90 % quantile of chi-squared with one degree of freedom: a one-sided 95 % bound by profile likelihood."""


def growth_p_values(before: Counts, after: Counts, sizes: tuple[int, int], wobble: float) -> Floats:
    """Return for each group the chance that it would grow this much by itself, shape (groups,), each in [0, 1].

    Of the t questions of a group, ``after`` are of the current sample. If its share of all questions is the same in
    both, then, given t, ``after`` is binomial with the current sample's share m of all questions (the exact
    conditional test of two Poisson rates: Przyborowski and Wilenski, Biometrika 1940). The share of a topic differs
    between two weeks without any drift, by independent gamma factors with mean 1 and standard deviation `wobble`: then
    ``after`` is beta-binomial, with parameters m s and (1 - m) s where s = 1 / (2 wobble² m (1 - m)). This is exact for
    samples of one size, and has the right variance of the log ratio for others.

    Parameters
    ----------
    before, after : arrays of shape (groups,)
        Questions of the reference and of the current sample.
    sizes : pair of int
        Questions of both samples, each at least 1.
    wobble : float
        Standard deviation of a topic's share from week to week, relative to the share; 0 for none.
    """
    total, share = before + after, sizes[1] / (sizes[0] + sizes[1])
    if wobble < LEAST_WOBBLE:
        return np.asarray(binom.sf(after - 1, total, share), dtype=np.float64)
    first, second = _beta(share, wobble)
    return np.asarray(np.clip(betabinom.sf(after - 1, total, first, second), 0.0, 1.0), dtype=np.float64)


def _beta(share: float, wobble: float) -> tuple[float, float]:
    strength = 1.0 / (2.0 * wobble**2 * share * (1.0 - share))
    return share * strength, (1.0 - share) * strength


def holm(p_values: Floats) -> Floats:
    """Return the p-values adjusted for their number (Holm, Scandinavian Journal of Statistics 1979).

    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def wobble_of(weeks: Sequence[Vector], *, seed: int = 0) -> float:
    """Return how much the shares of topics differ from week to week without drift, as :func:`growth_p_values` takes it.

    Each pair of neighbouring weeks is grouped as a comparison groups it, and the beta-binomial law is fitted to all
    groups of all pairs by maximum likelihood. The upper 95 % bound of the estimate is returned, within [0.01, 0.6];
    with fewer than three weeks 0.25.

    Parameters
    ----------
    weeks : sequence of arrays of shape (questions, dimension)
        Vectors of a sample of each past week, oldest first; weeks without questions are left out.
    """
    filled = [unit_rows(week) for week in weeks if len(week)]
    if len(filled) < LEAST_WEEKS:
        return USUAL_WOBBLE
    pairs = [_counted(one, other, seed) for one, other in pairwise(filled)]

    def surprise(log_wobble: float) -> float:
        wobble = float(np.exp(log_wobble))
        return -sum(
            float(betabinom.logpmf(after, before + after, *_beta(share, wobble)).sum())
            for before, after, share in pairs
        )

    lowest, highest = np.log(LEAST_WOBBLE), np.log(MOST_WOBBLE)
    best = minimize_scalar(surprise, bounds=(lowest, highest), method="bounded", options={"xatol": 0.02})
    bound = best.fun + _DROP
    if surprise(highest) <= bound:
        return MOST_WOBBLE
    return float(np.exp(brentq(lambda at: surprise(at) - bound, best.x, highest, xtol=0.01)))


def _counted(before: Vector, after: Vector, seed: int) -> tuple[Counts, Counts, float]:
    labels, centres = k_means(np.concatenate([before, after]), CALIBRATION_GROUPS, seed=seed)
    parts = labels[: len(before)], labels[len(before) :]
    first, second = (np.bincount(part, minlength=len(centres)) for part in parts)
    return first, second, len(after) / len(labels)
