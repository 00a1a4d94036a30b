"""What drift analysis speaks of, as values. Hours are whole numbers counted from 1970 in UTC; windows are half open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
DAY = 24
WEEK = 7 * DAY
MONDAY = 4 * DAY
"""The first Monday of 1970: detectors count from a Monday, so that they know the weekend."""


class Signal(StrEnum):
    """A rate that is watched."""

    MISS = "miss"
    """Misses among the turns that the cache could have answered."""
    DISLIKE = "dislike"
    """Thumbs down among all thumbs."""
    FALSE_HIT = "false_hit"
    """Hits found wrong among the hits that were looked at."""

    @property
    def plural(self) -> str:
        """What is counted, as the beginning of a sentence."""
        return {"miss": "misses", "dislike": "dislikes", "false_hit": "false hits"}[self.value]


class Level(StrEnum):
    """How far a drift has come; `NO_DATA` is a state of its own and no level."""

    NO_DATA = "not enough data"
    CALM = "calm"
    WATCH = "watch"
    DRIFT = "drift"
    CONFIRMED = "confirmed"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """-1 for `NO_DATA`, 0 for calm, and 1 to 4."""
        return _RANKS[self.value]


_RANKS = {level.value: rank for rank, level in enumerate(Level, start=-1)}


class Kind(StrEnum):
    """Which analysis made a report. A replay looks back, and neither alerts nor recommends."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    REPLAY = "replay"

    @property
    def hours(self) -> int:
        """The length of its window (of a replay's: given by who asks)."""
        return {"hourly": 1, "daily": DAY, "weekly": WEEK}.get(self.value, 0)


@dataclass(frozen=True, slots=True)
class Window:
    """The hours from `since` up to, and without, `until`."""

    since: int
    until: int

    @property
    def hours(self) -> int:
        """Its length."""
        return self.until - self.since

    def __contains__(self, hour: int) -> bool:
        return self.since <= hour < self.until


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Trials and positives by hour, oldest first; an hour in which nothing happened may be absent.

    Parameters
    ----------
    hours, trials, positives : array of int64, shape (n,)
        Hours rise; 0 <= positives <= trials.
    """

    hours: Counts
    trials: Counts
    positives: Counts

    @classmethod
    def of(cls, rows: list[tuple[int, int, int]]) -> Self:
        """Make it of (hour, trials, positives)."""
        table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 3)
        return cls(table[:, 0], table[:, 1], table[:, 2])

    def within(self, window: Window) -> Tally:
        """Return the part within a window."""
        chosen = (self.hours >= window.since) & (self.hours < window.until)
        return Tally(self.hours[chosen], self.trials[chosen], self.positives[chosen])

    def filled(self, window: Window) -> Tally:
        """Return every hour of a window, with zeros where nothing happened."""
        part, size = self.within(window), max(0, window.hours)
        trials, positives = np.zeros(size, np.int64), np.zeros(size, np.int64)
        trials[part.hours - window.since] = part.trials
        positives[part.hours - window.since] = part.positives
        return Tally(np.arange(window.since, window.since + size), trials, positives)

    @property
    def total(self) -> tuple[int, int]:
        """All trials and all positives."""
        return int(self.trials.sum()), int(self.positives.sum())

    @property
    def rate(self) -> float | None:
        """The observed share in [0, 1]; None without trials."""
        trials, positives = self.total
        return positives / trials if trials else None


def hour_of(at: datetime) -> int:
    """Return the whole hours from 1970 to an aware time.

    >>> start_of(hour_of(datetime(2026, 5, 1, 13, 59, tzinfo=UTC))).isoformat()
    '2026-05-01T13:00:00+00:00'
    """
    return int(at.timestamp() // 3600)


def start_of(hour: int) -> datetime:
    """Return when an hour begins, in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)


def due(kind: Kind, now: int) -> Window:
    """Return the newest whole window of a kind that has ended at the hour `now`; weeks begin on Monday, in UTC.

    >>> start_of(due(Kind.WEEKLY, hour_of(datetime(2026, 5, 6, 9, tzinfo=UTC))).until).date().isoformat()
    '2026-05-04'
    """
    shift = MONDAY if kind is Kind.WEEKLY else 0
    until = (now - shift) // kind.hours * kind.hours + shift
    return Window(until - kind.hours, until)
