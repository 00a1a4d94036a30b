"""Traffic for the tests of the detectors: a smooth day, an hourly rate, counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
REFERENCE = 28 * 24


def counts(
    hours: Numbers, rate: float | Numbers, *, volume: float = 50.0, seed: int = 0, swing: float = 0.3
) -> tuple[Numbers, Numbers]:
    """Return trials and positives of hours, whose log-odds swing by `swing` in a day."""
    rng, angle = np.random.default_rng(seed), 2 * np.pi * hours / 24
    trials = rng.poisson(volume * (1 + 0.5 * np.sin(angle)))
    usual = np.asarray(rate)
    odds = usual / (1 - usual) * np.exp(swing * np.sin(angle))
    return trials, rng.binomial(trials, odds / (1 + odds))


def fitted(detector: Any, rate: float = 0.3, **how: Any) -> Any:
    """Fit a detector on 28 days and return it."""
    hours = np.arange(REFERENCE)
    detector.fit(hours, *counts(hours, rate, **how))
    return detector


def fed(detector: Any, start: int, rate: float | Numbers, length: int, **how: Any) -> list[bool]:
    """Update a detector with `length` hours and return its alarms."""
    hours = np.arange(start, start + length)
    trials, positives = counts(hours, rate, **how)
    return [detector.update(*row) for row in zip(hours.tolist(), trials.tolist(), positives.tolist(), strict=True)]
