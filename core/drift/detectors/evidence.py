"""Evidence for a raised rate that may be looked at as often as one likes.

For an hour with n trials and x positives and a null rate p, the likelihood ratio of a higher rate q is an e-value: its
mean is at most 1 for *every* rate up to p, whatever n is, because it rises with x. Two things keep it one: an exponent
in (0, 1], by Jensen's inequality, and a cap, so that no single hour convinces.

E-values of an hour that began at each past hour are multiplied and added up: M_t = (M_{t-1} + 1) e_t, the statistic of
Shiryaev (1963) and Roberts (1966). Then M_t - t is a supermartingale, so that E[M_t] <= t, and an alarm at M >= A comes
after A hours or more on average, however the rate moves below p: the e-detector of Shin, Ramdas & Rinaldo (2023,
"E-detectors", arXiv:2203.03532). Several q are tried and their M averaged, which keeps both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from core.drift.detectors.contract import Numbers

HIGHEST = 1e12
"""Evidence beyond this says no more, and would only make numbers overflow."""


@dataclass(frozen=True, slots=True)
class Bets:
    """Log likelihood ratios of one trial, nested lists of shape (slots, shifts): floats are quick to reach."""

    positive: list[list[float]]
    negative: list[list[float]]
    cap: list[float]

    @classmethod
    def of(cls, null: Numbers, shifts: Sequence[float], usual: Numbers, caps: Caps) -> Bets:
        """Bet on each of `shifts`, in log-odds above `null` of shape (slots,), where `usual` trials are expected."""
        p = null[:, None]
        q = 1 / (1 + (1 - p) / p * np.exp(-np.asarray(shifts)))
        positive, negative = np.log(q / p), np.log((1 - q) / (1 - p))
        growth = usual[:, None] * (q * positive + (1 - q) * negative)
        cap = np.clip(caps.times * growth[:, len(shifts) // 2], caps.least, caps.most)
        return cls(positive.tolist(), negative.tolist(), cap.tolist())

    def of_hour(self, slot: int, trials: int, positives: int, weight: float, doubted: float = 0.0) -> list[float]:
        """Return the log e-value of each shift for one hour.

        Parameters
        ----------
        weight : float
            The exponent, in (0, 1].
        doubted : float
            Trials that a crowd may have brought, at least 0: the hour may not speak for a shift without them.
        """
        won, lost = weight * positives, weight * (trials - positives)
        cap, doubt = self.cap[slot], weight * min(doubted, positives)
        rows = zip(self.positive[slot], self.negative[slot], strict=True)
        logs = [min(won * up + lost * down, cap) for up, down in rows]
        if not doubt:
            return logs
        return [min(one, max(0.0, one - doubt * up)) for one, up in zip(logs, self.positive[slot], strict=True)]


@dataclass(frozen=True, slots=True)
class Caps:
    """The most an hour may say, in natural logarithms: `times` what the middle bet gains if true, within bounds."""

    times: float = 4.0
    least: float = 0.8
    most: float = 3.0


class ShiryaevRoberts:
    """The mixture of Shiryaev–Roberts statistics, one for each shift."""

    def __init__(self, shifts: int) -> None:
        self._sums = [0.0] * shifts

    @property
    def value(self) -> float:
        """The evidence, at least 0: the mean over the shifts."""
        return sum(self._sums) / len(self._sums)

    def add(self, logs: Sequence[float]) -> None:
        """Take the log e-values of one hour, one for each shift."""
        self._sums = [min((total + 1) * exp(one), HIGHEST) for total, one in zip(self._sums, logs, strict=True)]
