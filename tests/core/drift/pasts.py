"""A past that a test makes up: counts by hour with a daily season, and questions, behind the protocol of a history."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime

import numpy as np

from core.drift.history import AskedQuestion
from core.drift.model import Signal, Tally, Window, hour_of

START = hour_of(datetime(2026, 3, 2, tzinfo=UTC))
"""A Monday."""
REFERENCE = 28 * 24
LIVE = START + REFERENCE
USUAL = {Signal.MISS: (40.0, 0.30), Signal.DISLIKE: (6.0, 0.15), Signal.FALSE_HIT: (3.0, 0.02)}
Rate = Callable[[np.ndarray], np.ndarray]


class Past:
    """What happened from `START` for `hours`; :meth:`raised` gives a signal another rate from an hour on."""

    def __init__(self, hours: int, *, seed: int = 0, volume: float = 1.0) -> None:
        self._random = np.random.default_rng(seed)
        self._volume = volume
        self.window = Window(START, START + hours)
        self.counts = {signal: self._made(signal) for signal in Signal}
        self.asked: list[tuple[int, AskedQuestion]] = []
        self.reads = 0

    def _made(self, signal: Signal, rate: float | None = None, window: Window | None = None) -> Tally:
        window = window or self.window
        hours = np.arange(window.since, window.until)
        volume, usual = USUAL[signal]
        season = np.sin(hours / 24 * 2 * np.pi)
        trials = self._random.poisson(volume * self._volume * (1 + 0.4 * season))
        odds = (rate or usual) / (1 - (rate or usual)) * np.exp(0.2 * season)
        return Tally(hours, trials, self._random.binomial(trials, odds / (1 + odds)))

    def raised(self, signal: Signal, rate: float, since: int, until: int | None = None) -> Past:
        """Give a signal another rate from an hour on, or between two."""
        part = Window(since, until or self.window.until)
        before, after = Window(START, since), Window(part.until, self.window.until)
        old = self.counts[signal]
        pieces = [old.within(before), self._made(signal, rate, part), old.within(after)]
        self.counts[signal] = Tally(
            *(np.concatenate([getattr(one, name) for one in pieces]) for name in ("hours", "trials", "positives"))
        )
        return self

    def span(self, tenant: str) -> Window | None:
        return self.window

    def tallies(self, tenant: str, window: Window) -> dict[Signal, Tally]:
        self.reads += 1
        return {signal: tally.within(window) for signal, tally in self.counts.items()}

    def questions(self, tenant: str, window: Window, limit: int) -> tuple[AskedQuestion, ...]:
        return tuple(one for hour, one in self.asked if hour in window)[:limit]

    def texts(self, tenant: str, turns: Collection[str]) -> dict[str, str]:
        return {one.turn: one.question for _, one in self.asked if one.turn in turns}
