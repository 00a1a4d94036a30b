"""What is usual at an hour: the share that the reference expects there, and the band in which it wobbles by itself."""

from __future__ import annotations

import numpy as np

from core.drift.detectors.reference import Reference
from core.drift.model import MONDAY, Counts, Floats, Tally

Z90 = 1.6448536269514722


def usual(reference: Tally, hours: Counts) -> tuple[Floats, Floats, Floats]:
    """Return the expected share at hours, and the lower and upper end of its 90 % band, all of the hours' shape.

    The band covers the error of the reference and the natural wobble from day to day, added in log-odds; it holds the
    true rate of an hour, not the counted one, which scatters more where there are few trials.
    """
    fitted = Reference.of(reference.hours - MONDAY, reference.trials, reference.positives)
    reach = Z90 * float(np.hypot(fitted.spread, fitted.wobble.deviation))
    expected, low, high = (np.asarray(fitted.rate(hours - MONDAY, shift), float) for shift in (0.0, -reach, reach))
    return expected, low, high
