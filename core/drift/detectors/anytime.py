"""The default: an anytime-valid detector of a raised rate.

The null is that the rate of each hour is at most the upper end of what the reference calls usual: its level, plus what
is not known of it, plus its natural wobble, plus a margin that nobody would act on. Against it evidence is gathered
(:mod:`core.drift.detectors.evidence`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, log1p

import numpy as np

from core.drift.detectors.base import Base
from core.drift.detectors.course import Onset, Recovery
from core.drift.detectors.evidence import Bets, Caps, ShiryaevRoberts
from core.drift.detectors.reference import Reference
from core.drift.detectors.season import WEEK
from core.drift.detectors.volume import Inflow

USUAL = Caps()
FREE = Caps(times=0.0, least=6.0, most=6.0)
"""For the onset: an hour may say much, as it only dates what the evidence has found."""


@dataclass(frozen=True, slots=True)
class Design:
    """How the detector weighs.

    ``run_length`` and ``watch_length`` are the least average number of hours between false alarms and false watches;
    ``margin`` is in log-odds, ``certainty`` and ``wobble`` in standard deviations of what they stand for.
    """

    run_length: float = 2160.0
    watch_length: float = 168.0
    margin: float = 0.15
    certainty: float = 1.0
    wobble: float = 2.5
    shifts: tuple[float, ...] = (0.2, 0.45, 0.9)
    sizes: tuple[float, ...] = (0.25, 0.5, 0.75, 1.0, 1.5, 2.2)
    caps: Caps = USUAL
    recovered: float = 2.5
    """Log likelihood ratio of the usual rate against half the shift at which the alarm ends."""
    fallen: float = 8.0
    """Log likelihood ratio of a raised rate that is over against one that goes on at which it ends."""
    release: float = 168.0
    """Evidence below which it ends."""
    settling: float = 4.0
    """How many times a day's own uncertainty the wobble must exceed to count in full."""


class AnytimeDetector(Base):
    """Evidence of Shiryaev–Roberts type against a null that includes season, uncertainty and wobble.

    Parameters
    ----------
    least : int
        Trials that a reference needs; with fewer the level is :attr:`Level.UNKNOWN`.
    null : float, optional
        A rate in (0, 1) that the true rate must be shown to exceed, in place of the reference's upper end.
    """

    def __init__(self, least: int = 300, *, null: float | None = None, design: Design | None = None) -> None:
        super().__init__(least)
        self._design, self._null = design or Design(), null
        self._evidence = ShiryaevRoberts(len(self._design.shifts))
        self._onset = Onset(self._design.sizes)
        self._recovery = Recovery(self._design.recovered)
        self._weight = 1.0

    @property
    def limit(self) -> float:
        """The evidence at which the alarm goes on: the average run length."""
        return self._design.run_length

    @property
    def _watch_limit(self) -> float:
        return self._design.watch_length

    @property
    def _enough(self) -> bool:
        return super()._enough or (self._null is not None and self._reference is not None)

    def _begin(self, reference: Reference) -> None:
        design, week = self._design, np.arange(WEEK)
        usual = reference.volume.usual
        if self._null is None:
            base = reference.rate(week)
            null = reference.rate(week, self._allowance(reference))
        else:
            base = null = np.full(WEEK, self._null)
        self._base = base.tolist()
        self._bets = Bets.of(null, design.shifts, usual, design.caps)
        self._course = Bets.of(base, design.sizes, usual, FREE)
        self._weight = 1 / reference.wobble.dispersion
        self._inflow = Inflow(reference.volume)
        self._evidence = ShiryaevRoberts(len(design.shifts))
        self._recovery.forget()
        self._onset.forget()

    def _allowance(self, reference: Reference) -> float:
        """Return how far above the reference the null lies, in log-odds.

        A day's wobble is allowed for as far as days tell it: where a day says little, it convinces nobody either.
        """
        design, wobble = self._design, reference.wobble.deviation
        rate = (reference.positives + 0.5) / (reference.trials + 1)
        day = reference.volume.usual.sum() / 7 * rate * (1 - rate)
        clear = wobble / np.sqrt(wobble**2 + design.settling / max(day, 1e-9)) if wobble else 0.0
        return float(design.margin + np.hypot(design.certainty * reference.spread, design.wobble * clear * wobble))

    def _judge(self, hour: int, trials: int, positives: int) -> None:
        slot, weight = hour % WEEK, self._weight
        doubted = self._inflow.excess(slot, trials)
        self._evidence.add(self._bets.of_hour(slot, trials, positives, weight, doubted))
        self._onset.add(hour, self._course.of_hour(slot, trials, positives, weight, doubted))
        self.evidence = self._evidence.value
        if self.alarm:
            self._end(slot, trials, positives, doubted)
        elif self.evidence >= self.limit:
            self.alarm = True
            self._recovery.forget()
            self._onset.mark()
        self.onset = self._onset.start if self.alarm or self.evidence >= self._watch_limit else None

    def _rest(self, hour: int) -> None:
        self._inflow.excess(hour % WEEK, 0)

    def _end(self, slot: int, trials: int, positives: int, doubted: float) -> None:
        """Take the alarm back where the usual rate has become the likelier one, or the evidence is gone."""
        usual = self._base[slot]
        odds = usual / (1 - usual) * exp(self._onset.shift / 2)
        raised = odds / (1 + odds)
        lost = positives * log(usual / raised) + (trials - positives) * (log1p(-usual) - log1p(-raised))
        over = (not doubted and self._recovery.add(self._weight * lost)) or self._onset.fallen >= self._design.fallen
        if over or self.evidence < self._design.release:
            self.alarm = False
            self._evidence = ShiryaevRoberts(len(self._design.shifts))
            self._onset.forget()
            self.evidence = 0.0
