"""What was found about one signal at the end of a window, in numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from core.drift.model import Level, Signal, Tally, Window
from core.drift.replay import Path
from core.setting_values import DriftRules


@dataclass(frozen=True, slots=True)
class Finding:
    """One signal at the hour `until`; shares lie in [0, 1], hours count from 1970.

    ``rate`` is the share over `measured` (since the onset, or the report's window where nothing is up), and ``usual``
    what the reference expects of the same hours, weighed by their trials. ``floor`` is the one-sided 95 % lower bound
    of Wilson (1927) of the rate. Reference counts that are too few make the level ``not enough data``.
    """

    signal: Signal
    level: Level
    since: int | None
    onset: int | None
    evidence: float | None
    alarm_at: float | None
    measured: tuple[int, int]
    trials: int
    positives: int
    rate: float | None
    usual: float | None
    usual_low: float | None
    usual_high: float | None
    floor: float | None
    reference_trials: int
    reference_positives: int
    needed: int

    def facts(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Finding:
        """Make it of what JSON holds."""
        given = facts | {"signal": Signal(facts["signal"]), "level": Level(facts["level"])}
        return cls(**(given | {"measured": (int(facts["measured"][0]), int(facts["measured"][1]))}))


def needed(signal: Signal, rules: DriftRules) -> int:
    """Return the trials that a reference needs: lookups for misses, votes for dislikes, looked-at hits for the rest."""
    return rules.reference_lookups if signal is Signal.MISS else rules.reference_votes


def unknown(signal: Signal, reference: Tally | None, window: Window, rules: DriftRules) -> Finding:
    """Return the finding of a signal whose reference is too small, or that has none."""
    trials, positives = reference.total if reference is not None else (0, 0)
    return Finding(
        signal, Level.NO_DATA, None, None, None, None, (window.since, window.until), 0, 0, None, None, None, None, None,
        trials, positives, needed(signal, rules),
    )  # fmt: skip


def finding(path: Path, reference: Tally, window: Window, rules: DriftRules) -> Finding:
    """Return what a path says at its end about a window of it."""
    standing, onset = path.standings[-1], int(path.onsets[-1])
    up = standing.level.rank >= Level.WATCH.rank and path.window.since <= onset < path.window.until
    measured = Window(onset if up else max(window.since, path.window.since), path.window.until)
    part = slice(measured.since - path.window.since, None)
    trials, positives = path.tally.within(measured).total
    weights = path.tally.trials[part].astype(float)
    if not weights.sum():
        weights = np.ones(len(weights))
    usual, low, high = (float(np.average(one[part], weights=weights)) for one in (path.expected, path.low, path.high))
    all_trials, all_positives = reference.total
    return Finding(
        signal=path.signal,
        level=standing.level,
        since=standing.since,
        onset=onset if up else None,
        evidence=round(float(path.evidence[-1]), 6),
        alarm_at=path.alarm_at,
        measured=(measured.since, measured.until),
        trials=trials,
        positives=positives,
        rate=positives / trials if trials else None,
        usual=usual,
        usual_low=low,
        usual_high=high,
        floor=wilson_floor(positives, trials),
        reference_trials=all_trials,
        reference_positives=all_positives,
        needed=needed(path.signal, rules),
    )


def wilson_floor(positives: int, trials: int, confidence: float = 0.95) -> float | None:
    """Return the one-sided lower bound of a share by Wilson's score (1927); None without trials.

    >>> round(wilson_floor(7, 20), 2)
    0.2
    """
    if not trials:
        return None
    z, share = float(norm.ppf(confidence)), positives / trials
    middle = share + z**2 / (2 * trials)
    half = z * float(np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2)))
    return min(share, max(0.0, (middle - half) / (1 + z**2 / trials)))
