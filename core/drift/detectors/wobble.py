"""How much a rate varies by itself: from day to day, and from hour to hour.

No rate is as steady as a coin: each day has a level of its own. With r the sum of a day's residuals and v its binomial
variance, r / v estimates the day's level in log-odds with variance 1 / v + τ². τ is the mean of its posterior under a
half-normal prior, which a moment estimate (DerSimonian & Laird, 1986) equals with many days and beats with few: it does
not jump to zero. What is left within a day is Pearson's dispersion, at least 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.drift.detectors.contract import Numbers

GRID = np.linspace(0.0, 0.6, 61)
PRIOR = 0.1
"""Standard deviation of the half-normal prior of τ, in log-odds."""
LEAST = 0.5
"""Days with less information than this say nothing of their level."""
TAIL = 3.0


@dataclass(frozen=True, slots=True)
class Wobble:
    """Deviation of daily levels in log-odds, and dispersion of hours within a day, at least 1."""

    deviation: float
    dispersion: float

    @classmethod
    def of(cls, hours: Numbers, residuals: Numbers, variances: Numbers) -> Wobble:
        """Estimate from the residuals of hours and their binomial variances, all of shape (n,)."""
        days, day = np.unique(hours // 24, return_inverse=True)
        info = np.bincount(day, variances, len(days))
        level = np.bincount(day, residuals, len(days)) / np.maximum(info, 1e-9)
        known = info > LEAST
        within = residuals - variances * np.where(known, level, 0.0)[day]
        share = variances / np.maximum(info[day], 1e-9)
        left = np.maximum(variances * (1 - np.where(known[day], share, 0.0)), 1e-9)
        busy = variances > 0.2
        dispersion = float(np.mean(np.minimum(within[busy] ** 2 / left[busy], 9.0))) if busy.sum() > 48 else 1.0
        dispersion = max(1.0, dispersion)
        return cls(_deviation(level[known], dispersion / info[known]), dispersion)


def _deviation(levels: Numbers, variances: Numbers) -> float:
    """Return the posterior mean of τ."""
    if not len(levels):
        return PRIOR
    total = variances[None, :] + GRID[:, None] ** 2
    # A single strange day is cut to what a strange day may be, so that it does not make every day one.
    squares = np.minimum(levels**2 / total, TAIL**2)
    height = -0.5 * (np.log(total) + squares).sum(axis=1) - 0.5 * (GRID / PRIOR) ** 2
    weight = np.exp(height - height.max())
    return float(weight @ GRID / weight.sum())
