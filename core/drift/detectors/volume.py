"""How many trials are usual at which hour, so that a crowd that comes all at once is known for one."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from math import sqrt

import numpy as np

from core.drift.detectors.contract import Numbers
from core.drift.detectors.season import WEEK, places

SPREADS = np.linspace(0.0, 1.0, 21)
BUSY, BEYOND = 0.84, 1.0
"""The quantile of hours that lies one standard deviation above the usual."""
DAY = 24
CROWDED = 2.5
SKEW = 1.0
"""An hour, or some together, are a crowd so many standard deviations above the usual, and this: about (2.5² - 1) / 6,
by which Cornish & Fisher (1938) correct a quantile for the skew of few counts."""
ENOUGH = 1.0
"""Trials that are expected of the hours that are compared with the usual together, at least: less says nothing."""
KEEP = 0.7
"""Share of what some hours are that stays an hour later: about three hours."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Usual trials by hour of the week, shape (168,), and how far they vary beyond chance, relative to them."""

    usual: Numbers
    spread: float = 0.0

    @classmethod
    def of(cls, hours: Numbers, trials: Numbers) -> Profile:
        """Take the trimmed means over weeks of each hour of the day, apart for the weekend."""
        usual = np.zeros(WEEK)
        day, weekend = hours % 24, hours // 24 % 7 >= 5
        slots = np.arange(WEEK)
        for hour in range(24):
            for rest in (False, True):
                mine = trials[(day == hour) & (weekend == rest)]
                mine = mine if len(mine) >= 3 else trials[day == hour]
                # Where counts are low their median says little: 0 for a mean of one half.
                middle = _trimmed(mine) if len(mine) else _trimmed(trials)
                usual[(slots % 24 == hour) & ((slots // 24 >= 5) == rest)] = middle
        usual = np.maximum(usual, 0.02)
        return cls(usual, _spread(trials, usual[places(hours)]))

    def crowds(self, hours: Numbers, trials: Numbers) -> Numbers:
        """Return which hours, in order of time and of shape (n,), are a crowd's."""
        inflow = Inflow(self)
        rows = zip(places(hours).tolist(), trials.tolist(), strict=True)
        return np.array([inflow.excess(*row) > 0 for row in rows], bool)


def _trimmed(values: Numbers) -> float:
    """Return the mean without the highest tenth and as many of the lowest."""
    ordered = np.sort(values)
    cut = -(-len(ordered) // 10) if len(ordered) > 2 else 0
    return float(ordered[cut : len(ordered) - cut].mean())


def _spread(trials: Numbers, usual: Numbers) -> float:
    """Return the least relative deviation under which busy hours are no busier than a normal law has them.

    A quantile is asked, which bursts move little.
    """
    for spread in SPREADS:
        away = (trials - usual) / np.sqrt(usual + (spread * usual) ** 2)
        if np.quantile(away, BUSY) <= BEYOND:
            return float(spread)
    return float(SPREADS[-1])


class Inflow:
    """What of an hour's trials came on top of the usual, where that is too much to be chance.

    One hour is looked at, and about three together, so that a small crowd that stays is seen too. What is usual grows
    with the median hour of the last day: growth that lasts is believed after half a day, a burst never. Hours in which
    hardly anything is usual are taken together until something is, so that idle nights say nothing.
    """

    def __init__(self, profile: Profile) -> None:
        self._usual: list[float] = profile.usual.tolist()
        self._square = profile.spread**2
        self._ratios = deque([1.0] * DAY)
        self._ordered = [1.0] * DAY
        self._seen = self._due = self._chance = 0.0
        self._taken = self._awaited = 0.0

    def excess(self, slot: int, trials: int) -> float:
        """Take the trials of an hour of the week; return how many of them are a crowd's, 0 where there is none."""
        usual = self._usual[slot]
        expected = usual * self._growth(trials, usual)
        self._seen = KEEP * self._seen + trials
        self._due = KEEP * self._due + expected
        self._chance = KEEP * KEEP * self._chance + expected
        over = trials - expected
        if over <= 0:
            return 0.0
        now = over > CROWDED * sqrt(expected + self._square * expected**2) + SKEW
        long = self._seen - self._due > CROWDED * sqrt(self._chance + self._square * self._due**2) + SKEW
        return over if now or long else 0.0

    def _growth(self, trials: int, usual: float) -> float:
        """Return the median of the last day's trials relative to the usual, at least 1, and take another hour."""
        middle = self._ordered[DAY // 2]
        self._taken, self._awaited = self._taken + trials, self._awaited + usual
        if self._awaited >= ENOUGH:
            ratio = self._taken / self._awaited
            self._taken = self._awaited = 0.0
            self._ratios.append(ratio)
            insort(self._ordered, ratio)
            del self._ordered[bisect_left(self._ordered, self._ratios.popleft())]
        return max(1.0, middle)
