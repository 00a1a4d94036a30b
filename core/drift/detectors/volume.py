"""How many trials are usual at which hour, so that a crowd that comes all at once is known for one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.drift.detectors.contract import Numbers
from core.drift.detectors.season import WEEK, places

TIMES, DEVIATIONS, FLOOR = 2.5, 5.0, 3.0
"""An hour is unusual above this many times the usual trials and this many Poisson deviations, and never below this."""


def unusual(usual: float) -> float:
    """Return the number of trials above which an hour is unusual, where `usual` are expected."""
    return float(max(TIMES * usual, usual + DEVIATIONS * usual**0.5 + FLOOR))


@dataclass(frozen=True, slots=True)
class Profile:
    """Usual trials by hour of the week, shape (168,)."""

    usual: Numbers

    @classmethod
    def of(cls, hours: Numbers, trials: Numbers) -> Profile:
        """Take the medians over weeks of each hour of the day, apart for the weekend, scaled to the usual total."""
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
        return cls(np.maximum(usual, 0.02))

    def unusual(self, hours: Numbers) -> Numbers:
        """Return the number of trials above which each hour is unusual, of the shape of `hours`."""
        usual = self.usual[places(hours)]
        limit: Numbers = np.maximum(TIMES * usual, usual + DEVIATIONS * np.sqrt(usual) + FLOOR)
        return limit


def _trimmed(values: Numbers) -> float:
    """Return the mean without the highest tenth and as many of the lowest."""
    ordered = np.sort(values)
    cut = -(-len(ordered) // 10) if len(ordered) > 2 else 0
    return float(ordered[cut : len(ordered) - cut].mean())
