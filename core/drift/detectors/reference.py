"""The reference: what rate is usual at which hour, how well that is known, and how much it wobbles by itself.

A binomial regression with a ridge on calendar terms, by iteratively reweighted least squares (McCullagh & Nelder,
1989, *Generalized Linear Models*, ch. 4). Hours of a crowd are left out, and those of a rate far from usual (outages)
are weighed down as Huber (1964) does, so that they do not become what is usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from core.drift.detectors.contract import Numbers
from core.drift.detectors.season import WEEK, places, terms
from core.drift.detectors.volume import Profile
from core.drift.detectors.wobble import Wobble

STEPS, ROUNDS = 25, 3
OUTLYING = 3.0
"""Standard deviations beyond which an hour of the reference is weighed down."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A frozen reference; the arrays are of shape (168,), by hour of the week.

    ``logit`` is the usual log-odds, ``spread`` the standard error of the level, ``wobble`` the natural variation.
    """

    logit: Numbers
    spread: float
    wobble: Wobble
    volume: Profile
    trials: int
    positives: int

    @classmethod
    def of(cls, hours: Numbers, trials: Numbers, positives: Numbers) -> Reference:
        """Fit to checked counts of shape (n,); without a trial any rate is usual."""
        if not trials.sum():
            return cls(np.zeros(WEEK), inf, Wobble(0.0, 1.0), Profile(np.ones(WEEK)), 0, 0)
        table, prior = terms()
        volume = Profile.of(hours, trials)
        x = table[places(hours)]
        # What a crowd asks all at once is not what is usual.
        kept = np.where(volume.crowds(hours, trials), 0.0, 1.0)
        if (trials * kept).sum() < trials.sum() / 2:  # all comes in crowds: they are what is usual here
            kept, volume = np.ones(len(hours)), Profile(np.full(WEEK, float(trials.max())))
        weight = kept
        dispersion = 1.0
        for _ in range(ROUNDS):
            beta, precision = _fit(x, trials * weight, positives * weight, prior)
            rate = _sigmoid(x @ beta)
            variance = np.maximum(trials * rate * (1 - rate), 1e-9)
            wobble = Wobble.of(hours, weight * (positives - trials * rate), weight * variance)
            away = np.abs(positives - trials * rate) / np.sqrt(
                variance * wobble.dispersion * (1 + variance * wobble.deviation**2)
            )
            weight = kept * np.minimum(1.0, OUTLYING / np.maximum(away, 1e-9))
            dispersion = wobble.dispersion
        mean = np.average(x, axis=0, weights=trials * kept + 1e-9)
        # Days that wobble together (half of them, say) tell the level less well than their counts do.
        days = max(1.0, len(np.unique(hours // 24)) / 2)
        spread = float(np.sqrt(dispersion * mean @ np.linalg.solve(precision, mean) + wobble.deviation**2 / days))
        return cls(table @ beta, spread, wobble, volume, int(trials.sum()), int(positives.sum()))

    def rate(self, hours: Numbers, shift: float = 0.0) -> Numbers:
        """Return the usual rate at hours, moved by `shift` in log-odds, in (0, 1) and of the same shape."""
        return _sigmoid(self.logit[places(hours)] + shift)


def _fit(x: Numbers, trials: Numbers, positives: Numbers, prior: Numbers) -> tuple[Numbers, Numbers]:
    """Return the maximum of the posterior, shape (p,), and its precision, shape (p, p)."""
    level = np.log((positives.sum() + 0.5) / (trials.sum() - positives.sum() + 0.5))
    beta = np.zeros(x.shape[1])
    centre = np.zeros(x.shape[1])
    beta[0] = centre[0] = level
    precision = np.diag(prior)
    for _ in range(STEPS):
        rate = _sigmoid(x @ beta)
        precision = (x * (trials * rate * (1 - rate))[:, None]).T @ x + np.diag(prior)
        step = np.linalg.solve(precision, x.T @ (positives - trials * rate) - prior * (beta - centre))
        # From the pooled rate Newton's step may overshoot only where hardly anything was seen.
        beta = beta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-5:
            break
    return beta, precision


def _sigmoid(logit: Numbers) -> Numbers:
    value: Numbers = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
    return value
