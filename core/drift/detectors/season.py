"""What a rate depends on by the calendar: the terms of the reference's regression.

The smooth terms (level, two daily harmonics, the weekend) carry most seasons. The others let a season be of any shape
as far as the data ask for it: an effect for each hour of the day, of the week, and of the weekend, each held near zero
by its own ridge, which is the same as a normal prior.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from core.drift.detectors.contract import Numbers

WEEK = 168
HOUR_OF_DAY, WEEKDAY, WEEKEND_HOUR = 0.3, 0.15, 0.15
"""Standard deviations, in log-odds, that the effects are expected to have."""
SMOOTH, WEEKEND = 0.7, 0.5


def places(hours: Numbers) -> Numbers:
    """Return the hour of the week of each hour, in [0, 168)."""
    return np.asarray(hours) % WEEK


@lru_cache(maxsize=1)
def terms() -> tuple[Numbers, Numbers]:
    """Return the terms of each hour of the week, shape (168, p), and the precision of each one's prior, shape (p,)."""
    hour, day = np.arange(WEEK) % 24, np.arange(WEEK) // 24
    angle, weekend = 2 * np.pi * hour / 24, (day >= 5).astype(float)
    by_hour = np.eye(24)[hour]
    columns = [
        (np.ones(WEEK), 10.0),
        *((wave(turns * angle), SMOOTH) for turns in (1, 2) for wave in (np.sin, np.cos)),
        (weekend, WEEKEND),
        (by_hour, HOUR_OF_DAY),
        (np.eye(7)[day], WEEKDAY),
        (by_hour * weekend[:, None], WEEKEND_HOUR),
    ]
    parts = [(np.reshape(values, (WEEK, -1)), deviation) for values, deviation in columns]
    precision = np.concatenate([np.full(values.shape[1], deviation**-2) for values, deviation in parts])
    table = np.hstack([values for values, _ in parts])
    table.flags.writeable = precision.flags.writeable = False
    return table, precision
