"""Rules that are in use elsewhere, under the same contract: for comparison, and for those who want them.

None of them knows a season, and none keeps a promise on how often it errs when it is looked at every hour.
"""

from __future__ import annotations

from collections import deque
from math import log, log1p

from core.drift.detectors.base import Base, wilson
from core.drift.detectors.reference import Reference


class DailyRate(Base):
    """The legacy rule: an alarm while the rate of the last 24 hours is above a fixed threshold.

    Parameters
    ----------
    threshold : float
        In (0, 1).
    """

    def __init__(self, threshold: float, least: int = 0) -> None:
        super().__init__(least)
        self._threshold = threshold

    @property
    def limit(self) -> float:
        """The threshold."""
        return self._threshold

    def _begin(self, reference: Reference) -> None:
        self._day: deque[tuple[int, int, int]] = deque()

    def _judge(self, hour: int, trials: int, positives: int) -> None:
        self._day.append((hour, trials, positives))
        while self._day[0][0] <= hour - 24:
            self._day.popleft()
        self.evidence = self._score(sum(row[2] for row in self._day), sum(row[1] for row in self._day))
        alarm = self.evidence > self.limit
        if alarm and not self.alarm:
            self.onset = max(self._day[0][0], hour - 23)
        self.alarm = alarm
        self.onset = self.onset if alarm else None

    def _score(self, positives: int, trials: int) -> float:
        return positives / trials

    @property
    def _watch_limit(self) -> float:
        return self.limit


class WilsonRule(DailyRate):
    """An alarm while Wilson's lower bound of the rate of the last 24 hours is above a threshold."""

    def _score(self, positives: int, trials: int) -> float:
        return wilson(positives, trials)


class Cusum(Base):
    """Page's (1954) cumulative sum of log likelihood ratios, of a raised rate against the reference's pooled one.

    It starts anew after an alarm, which is on for a day.

    Parameters
    ----------
    ratio : float
        The odds of the raised rate as a multiple of the usual odds, above 1.
    height : float
        The sum at which the alarm goes on, in natural logarithms.
    """

    def __init__(self, ratio: float = 1.5, height: float = 7.7, least: int = 0) -> None:
        super().__init__(least)
        self._ratio, self._height = ratio, height

    @property
    def limit(self) -> float:
        """The sum at which the alarm goes on."""
        return self._height

    def _begin(self, reference: Reference) -> None:
        usual = min(max(reference.positives / reference.trials, 1e-4), 1 - 1e-4)
        raised = self._ratio * usual / (1 + (self._ratio - 1) * usual)
        self._won, self._lost = log(raised / usual), log1p(-raised) - log1p(-usual)
        self._until = -1

    def _judge(self, hour: int, trials: int, positives: int) -> None:
        start = hour if self.evidence == 0 else self.onset
        self.evidence = max(0.0, self.evidence + positives * self._won + (trials - positives) * self._lost)
        self.onset = start if self.evidence > 0 else None
        if self.evidence >= self.limit:
            self._until, self.evidence = hour + 24, 0.0
        self.alarm = hour < self._until
