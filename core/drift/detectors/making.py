"""Detectors by signal."""

from __future__ import annotations

from core.drift.detectors.anytime import AnytimeDetector, Design
from core.errors import InputError

LEAST = {"miss": 300, "dislike": 100, "false_hit": 100}
"""Trials that a reference needs: lookups, votes, hits that were judged."""


def make_detector(signal: str, *, null: float | None = None, design: Design | None = None) -> AnytimeDetector:
    """Return the default detector of a signal: ``"miss"``, ``"dislike"`` or ``"false_hit"``.

    Parameters
    ----------
    null : float, optional
        A rate in (0, 1): the alarm then says that the true rate is above it, whatever the reference was.

    Raises
    ------
    InputError
        There is no such signal, or `null` is no rate.
    """
    if signal not in LEAST:
        raise InputError(f"There is no signal {signal}; there are {', '.join(LEAST)}.")
    if null is not None and not 0 < null < 1:
        raise InputError("The rate to be exceeded must lie between 0 and 1.")
    return AnytimeDetector(LEAST[signal], null=null, design=design)
