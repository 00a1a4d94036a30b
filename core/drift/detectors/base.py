"""What every detector keeps: its reference, what it saw of late, and whether the alarm is on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from core.drift.detectors.contract import Level, Numbers
from core.drift.detectors.counts import check, checked
from core.drift.detectors.reference import Reference
from core.errors import InputError

RECENT = 72
"""Hours of which the raw rate is told."""
Z95 = 1.959963984540054


def wilson(positives: float, trials: float, z: float = Z95) -> float:
    """Return the lower bound of a share by Wilson (1927), in [0, 1]; 0 without trials."""
    if trials <= 0:
        return 0.0
    share, square = positives / trials, z * z
    half = z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    return max(0.0, (share + square / (2 * trials) - half) / (1 + square / trials))


@dataclass(frozen=True, slots=True)
class Recent:
    """Counts of the last 72 hours: the raw ``rate``, None without trials, and the Wilson bound ``lower`` below it."""

    trials: int
    positives: int

    @property
    def rate(self) -> float | None:
        """The observed share, in [0, 1]."""
        return self.positives / self.trials if self.trials else None

    @property
    def lower(self) -> float:
        """The share that the true one is above, with a confidence of 97.5 %."""
        return wilson(self.positives, self.trials)


class Base(ABC):
    """A detector that judges hour by hour; those that inherit say how.

    Parameters
    ----------
    least : int
        Trials that a reference needs; with fewer the level is :attr:`Level.UNKNOWN`.
    """

    def __init__(self, least: int) -> None:
        self._least = least
        self._reference: Reference | None = None
        self._hours: deque[tuple[int, int, int]] = deque()
        self._last: int | None = None
        self.alarm = False
        self.evidence = 0.0
        self.onset: int | None = None

    @property
    @abstractmethod
    def limit(self) -> float:
        """The evidence at which the alarm goes on."""

    @abstractmethod
    def _begin(self, reference: Reference) -> None:
        """Get ready to watch, from a reference that has trials enough."""

    @abstractmethod
    def _judge(self, hour: int, trials: int, positives: int) -> None:
        """Take one hour with at least one trial, and set ``alarm``, ``evidence`` and ``onset``."""

    def _rest(self, hour: int) -> None:  # noqa: B027 - most have nothing to do
        """Take one hour without a trial: it says nothing of the rate."""

    @property
    def level(self) -> Level:
        """What the last update says."""
        if not self._enough:
            return Level.UNKNOWN
        if self.alarm:
            return Level.DRIFT
        return Level.WATCH if self.evidence >= self._watch_limit else Level.CALM

    @property
    def recent(self) -> Recent:
        """What was seen in the 72 hours up to the last update."""
        return Recent(sum(row[1] for row in self._hours), sum(row[2] for row in self._hours))

    @property
    def reference(self) -> Reference:
        """What was fitted.

        Raises
        ------
        InputError
            Nothing was.
        """
        if self._reference is None:
            raise InputError("The detector needs a reference first: call fit.")
        return self._reference

    def fit(self, hours: ArrayLike, trials: ArrayLike, positives: ArrayLike) -> None:
        """Take a reference of shape (n,) and start anew; see :class:`Detector`."""
        columns = checked(hours, trials, positives)
        self._reference = Reference.of(*columns)
        self._hours.clear()
        self._last = None
        self.alarm, self.evidence, self.onset = False, 0.0, None
        if self._enough:
            self._begin(self._reference)

    def update(self, hour: int, trials: int, positives: int) -> bool:
        """Take one hour and return whether the alarm is on; see :class:`Detector`."""
        # NumPy's integers are several times slower to calculate with, one at a time.
        hour, trials, positives = int(hour), int(trials), int(positives)
        check(trials, positives)
        if self._last is not None and hour <= self._last:
            raise InputError("Each hour may be given once, in order of time.")
        if self._reference is None:
            raise InputError("The detector needs a reference first: call fit.")
        self._last = hour
        self._hours.append((hour, trials, positives))
        while self._hours[0][0] <= hour - RECENT:
            self._hours.popleft()
        if self._enough and trials:
            self._judge(hour, trials, positives)
        elif self._enough:
            self._rest(hour)
        return self.alarm

    def expected(self, hours: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
        """Return the usual rate at hours and the band that holds it on nineteen days of twenty, each of shape (n,)."""
        at, reference = np.asarray(hours, dtype=np.int64), self.reference
        half = Z95 * sqrt(reference.spread**2 + reference.wobble.deviation**2)
        return reference.rate(at), reference.rate(at, -half), reference.rate(at, half)

    @property
    def _watch_limit(self) -> float:
        return self.limit / 2

    @property
    def _enough(self) -> bool:
        return self._reference is not None and self._reference.trials >= max(1, self._least)
