"""River's detectors of change under the same contract: each trial is fed to them as 0 or 1.

They tell that a mean changed, not which way; a change counts as an alarm, for a day, where the last day's rate is above
the reference's. ADWIN: Bifet & Gavaldà (2007); Page–Hinkley: Page (1954). river is optional.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.drift.detectors.base import Base
from core.drift.detectors.reference import Reference
from core.errors import InputError

DAY = 24


class River(Base):
    """One of river's detectors.

    Parameters
    ----------
    name : str
        ``"ADWIN"`` or ``"PageHinkley"``.
    settings
        What river's class takes.

    Raises
    ------
    InputError
        river is not installed.
    """

    def __init__(self, name: str, least: int = 0, **settings: Any) -> None:
        super().__init__(least)
        try:
            self._make = getattr(import_module("river.drift"), name)
        except ModuleNotFoundError as error:
            raise InputError("This detector needs river: pip install river.") from error
        self._settings = settings

    @property
    def limit(self) -> float:
        """1: these detectors say yes or no."""
        return 1.0

    def fit(self, hours: ArrayLike, trials: ArrayLike, positives: ArrayLike) -> None:
        """Take a reference and start anew; see :class:`Detector`."""
        super().fit(hours, trials, positives)
        if self._enough:
            for row in zip(np.asarray(trials).tolist(), np.asarray(positives).tolist(), strict=True):
                self._feed(*row)

    def _feed(self, trials: int, positives: int) -> bool:
        """Feed one hour and return whether river saw a change."""
        outcomes = np.arange(trials) < positives
        # Within an hour no order is known; sorted, each hour would be a change.
        self._order.shuffle(outcomes)
        changed = False
        for one in outcomes.tolist():
            self._river.update(float(one))
            changed = changed or self._river.drift_detected
        return changed

    def _begin(self, reference: Reference) -> None:
        self._river = self._make(**self._settings)
        self._order = np.random.default_rng(0)
        self._usual = reference.positives / reference.trials
        self._until = -1

    def _judge(self, hour: int, trials: int, positives: int) -> None:
        changed = self._feed(trials, positives)
        recent = [row for row in self._hours if row[0] > hour - DAY]
        raised = sum(row[2] for row in recent) > self._usual * sum(row[1] for row in recent)
        if changed and raised:
            if not self.alarm:
                self.onset = hour
            self._until = hour + DAY
        self.alarm = hour < self._until
        self.evidence, self.onset = float(self.alarm), self.onset if self.alarm else None
