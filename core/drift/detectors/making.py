"""Detectors by signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.drift.detectors.anytime import AnytimeDetector, Design
from core.drift.detectors.evidence import Caps
from core.errors import InputError

LEAST: Mapping[str, int] = {"miss": 300, "dislike": 100, "false_hit": 100}
"""Trials that a reference needs: lookups, votes, hits that were judged."""
SPARSE = Caps(times=3.0, least=1.1)
DESIGNS: Mapping[str, Design] = {
    # Anybody can make misses by the hundred, so that one hour of them says less.
    "miss": Design(caps=Caps(times=2.0)),
    # Votes are few: waiting for as much proof of the end would keep the alarm on for days.
    "dislike": Design(caps=SPARSE, fallen=5.0, release=400.0),
    "false_hit": Design(caps=SPARSE, fallen=5.0, release=400.0),
}


def make_detector(
    signal: str, *, null: float | None = None, margin: float | None = None, design: Design | None = None
) -> AnytimeDetector:
    """Return the default detector of a signal: ``"miss"``, ``"dislike"`` or ``"false_hit"``.

    Parameters
    ----------
    null : float, optional
        A rate in (0, 1): the alarm then says that the true rate is above it, whatever the reference was.
    margin : float, optional
        How far above the usual the rate must be shown to be, in log-odds, at least 0; 0.15 without.
    design : Design, optional
        All that the detector weighs by, in place of the signal's own.

    Raises
    ------
    InputError
        There is no such signal, `null` is no rate, or `margin` is below 0.
    """
    if signal not in LEAST:
        raise InputError(f"There is no signal {signal}; there are {', '.join(LEAST)}.")
    if null is not None and not 0 < null < 1:
        raise InputError("The rate to be exceeded must lie between 0 and 1.")
    if margin is not None and not 0 <= margin < 5:
        raise InputError("The margin must be at least 0 and below 5.")
    design = design or DESIGNS[signal]
    design = design if margin is None else replace(design, margin=margin)
    return AnytimeDetector(LEAST[signal], null=null, design=design)
