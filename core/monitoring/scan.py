"""Where thumbs point down more than anywhere else: the scan statistic over days.

Every stretch of up to two weeks of every series is compared with the rest of that series by the likelihood ratio of two
shares instead of one (Kulldorff, 1997, "A spatial scan statistic", section 3, Bernoulli model, over time alone).
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from core.monitoring.model import Rate
from core.monitoring.sparse import Ints

LONGEST_DAYS = 14
LEVEL = 0.001
"""Chance that a stretch is named where all is as usual, at most."""
LEAST_RISE = 1.5
"""Times the usual share: less is not worth a look, however sure."""
_MEDIAN = NormalDist().inv_cdf(0.75) ** 2
"""Of a chi-squared variable with one degree of freedom."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days `first` up to `end` (not included) of a series: the share there, and in the rest of the same series."""

    series: int
    first: int
    end: int
    rate: Rate
    usual: Rate


def worst_stretch(downs: Ints, votes: Ints) -> Stretch | None:
    """Return the stretch that stands out most, or None where none does.

    Parameters
    ----------
    downs, votes : int array [series, day]
        Thumbs down, and all thumbs.
    """
    found = [_most_of(place, *pair) for place, pair in enumerate(zip(downs, votes, strict=True))]
    surprise = [ratio / _spread(one, downs[one.series], votes[one.series]) for ratio, one in found]
    days = votes.shape[1]
    tried = len(found) * sum(days + 1 - length for length in _lengths(days))
    place = int(np.argmax(surprise)) if found else 0
    return found[place][1] if found and surprise[place] > _bound(tried) else None


def _lengths(days: int) -> range:
    """Return how long a stretch may be: what is longer than half of all days is the usual itself."""
    return range(1, min(LONGEST_DAYS, days // 2) + 1)


def _most_of(series: int, downs: Ints, votes: Ints) -> tuple[float, Stretch]:
    """Return the stretch of one series that is the least likely by chance, and the logarithm of its ratio."""
    sums = [np.cumsum(np.pad(one, (1, 0))) for one in (downs, votes)]
    total = [int(one[-1]) for one in sums]
    most, best = 0.0, (0, 0)
    for length in _lengths(len(votes)):
        inside = [one[length:] - one[:-length] for one in sums]
        surprise = _surprise(inside[0], inside[1], *map(np.array, total))
        first = int(surprise.argmax())
        if surprise[first] > most:
            most, best = float(surprise[first]), (first, first + length)
    counts = [int(one[best[1]] - one[best[0]]) for one in sums]
    rest = Rate(total[0] - counts[0], total[1] - counts[1])
    return most, Stretch(series, *best, Rate(*counts), rest)


def _spread(found: Stretch, downs: Ints, votes: Ints) -> float:
    """Return by how much the other days differ more than chance lets them, at least 1 (of a quasi-likelihood).

    The median of squared residuals is taken, so that a second bad week hides neither.
    """
    share = found.usual.value or 0.0
    others = np.flatnonzero(
        (votes > 0) & ((np.arange(len(votes)) < found.first) | (np.arange(len(votes)) >= found.end))
    )
    if not len(others) or not 0 < share < 1:
        return 1.0
    expected = votes[others] * share
    residual = (downs[others] - expected) ** 2 / (expected * (1 - share))
    return max(1.0, float(np.median(residual)) / _MEDIAN)


def leading(downs: Ints, votes: Ints, usual: Rate) -> int | None:
    """Return which of several parts of a stretch is furthest above the usual share, or None where none clearly is.

    Parameters
    ----------
    downs, votes : int array [part]
    """
    rest = np.array([usual.positives]), np.array([usual.trials])
    surprise = _surprise(downs, votes, downs + rest[0], votes + rest[1])
    place = int(surprise.argmax()) if len(surprise) else 0
    return place if len(surprise) and surprise[place] > _bound(len(surprise)) else None


def _surprise(down: Ints, voted: Ints, all_downs: Ints, all_votes: Ints) -> NDArray[np.float64]:
    """Return the logarithm of the likelihood ratio; 0 where the share inside is not clearly the higher one."""
    rest, others = all_downs - down, all_votes - voted
    inside, outside = down / np.maximum(voted, 1), rest / np.maximum(others, 1)
    ratio = _likelihood(down, voted) + _likelihood(rest, others) - _likelihood(all_downs, all_votes)
    counts = (voted > 0) & (others > 0) & (inside > outside * LEAST_RISE)
    return np.where(counts, ratio, 0.0)


def _likelihood(downs: Ints, votes: Ints) -> NDArray[np.float64]:
    some = np.maximum(votes, 1)
    told: NDArray[np.float64] = xlogy(downs, downs / some) + xlogy(votes - downs, (votes - downs) / some)
    return told


def _bound(tried: int) -> float:
    """Return what the ratio exceeds by chance in none of so many tries, at the level of them all (Bonferroni)."""
    return NormalDist().inv_cdf(1 - LEVEL / max(tried, 1)) ** 2 / 2
