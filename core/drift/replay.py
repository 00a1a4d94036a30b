"""Runs a detector over the past, hour by hour, as if it had watched; nothing about it needs to be remembered.

90 days are 2,160 updates of at most 100 microseconds, so that every report replays the time since the reference and a
crash leaves nothing behind that has to be repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.drift.detectors import Detector, make_detector
from core.drift.levels import Reading, Standing, step
from core.drift.model import MONDAY, Counts, Floats, Level, Signal, Tally, Window
from core.drift.usual import usual
from core.setting_values import DriftRules

Maker = Callable[[Signal], Detector]
LONGEST_HOURS = 90 * 24
"""How far back a replay begins at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """What a signal did in each hour of `window`, all arrays of shape (window.hours,).

    ``evidence`` is on the scale of ``alarm_at``, at which the alarm comes; ``expected``, ``low`` and ``high`` are the
    share that the reference makes usual in each hour, and its band; ``onsets`` holds -1 where nothing was seen.
    """

    signal: Signal
    window: Window
    tally: Tally
    evidence: Floats
    alarms: npt.NDArray[np.bool_]
    onsets: Counts
    expected: Floats
    low: Floats
    high: Floats
    standings: tuple[Standing, ...]
    alarm_at: float

    @property
    def levels(self) -> tuple[Level, ...]:
        """The level in each hour."""
        return tuple(one.level for one in self.standings)

    def changes(self) -> list[tuple[int, Level, Level]]:
        """Return (hour, before, after) of each change of level."""
        levels = (Level.CALM, *self.levels)
        pairs = enumerate(pairwise(levels))
        return [(self.window.since + at, old, new) for at, (old, new) in pairs if old is not new]

    def until(self, hour: int) -> Path:
        """Return the path as it was when the hour before `hour` had ended."""
        size = max(0, min(hour, self.window.until) - self.window.since)
        window = Window(self.window.since, self.window.since + size)
        return Path(
            self.signal, window, self.tally.within(window), self.evidence[:size], self.alarms[:size],
            self.onsets[:size], self.expected[:size], self.low[:size], self.high[:size], self.standings[:size],
            self.alarm_at,
        )  # fmt: skip


def replay(
    signal: Signal, reference: Tally, live: Tally, window: Window, rules: DriftRules, make: Maker | None = None
) -> Path:
    """Return what the signal's detector, fitted on `reference`, would have said in each hour of a window.

    Parameters
    ----------
    make : callable, optional
        Makes the detector; by default the product's own. A what-if gives another.
    """
    detector = (make or _default)(signal)
    _fit(detector, reference)
    filled = live.filled(window)
    expected, low, high = usual(reference, filled.hours)
    above = _above_rule(signal, reference, filled, rules)
    high_now, votes = _still_high(filled, high, rules.recent_hours), _recent(filled.trials, rules.critical_hours)
    size, standing, standings = window.hours, Standing(since=window.since), []
    evidence, alarms, onsets = np.zeros(size), np.zeros(size, bool), np.full(size, -1)
    for at, (hour, trials, positives) in enumerate(_rows(filled)):
        alarms[at] = detector.update(hour - MONDAY, trials, positives)
        evidence[at] = detector.evidence
        onsets[at] = -1 if detector.onset is None else detector.onset + MONDAY
        share = float(evidence[at]) / detector.limit
        reading = Reading(hour, share, bool(alarms[at]), bool(high_now[at]), bool(above[at]), int(votes[at]))
        standing = step(standing, reading, signal, rules)
        standings.append(standing)
    return Path(signal, window, filled, evidence, alarms, onsets, expected, low, high, tuple(standings), detector.limit)


def _default(signal: Signal) -> Detector:
    return make_detector(signal.value)


def _fit(detector: Detector, reference: Tally) -> None:
    detector.fit(reference.hours - MONDAY, reference.trials, reference.positives)


def _rows(tally: Tally) -> Sequence[tuple[int, int, int]]:
    return list(zip(tally.hours.tolist(), tally.trials.tolist(), tally.positives.tolist(), strict=True))


def _above_rule(signal: Signal, reference: Tally, filled: Tally, rules: DriftRules) -> npt.NDArray[np.bool_]:
    """Say for each hour whether dislikes are shown, by evidence, to be above the critical rate."""
    shown = np.zeros(len(filled.hours), bool)
    if signal is Signal.DISLIKE:
        detector = make_detector(signal.value, null=rules.critical_rate)
        _fit(detector, reference)
        for at, (hour, trials, positives) in enumerate(_rows(filled)):
            shown[at] = detector.update(hour - MONDAY, trials, positives)
    return shown


def _recent(values: Counts | Floats, hours: int) -> Floats:
    """Return for each hour the sum over it and the hours before it, `hours` in all."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    before = sums[np.maximum(0, np.arange(1, len(sums)) - hours)]
    return np.asarray(sums[1:] - before, np.float64)


def _still_high(filled: Tally, high: Floats, hours: int) -> npt.NDArray[np.bool_]:
    """Say for each hour whether the last `hours` by themselves are above the upper end of what is usual."""
    usual = _recent(filled.trials * high, hours)
    return _recent(filled.positives, hours) > usual
