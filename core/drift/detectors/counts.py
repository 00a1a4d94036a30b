"""Hourly counts, checked before any detector sees them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from core.drift.detectors.contract import Numbers
from core.errors import InputError


def checked(hours: ArrayLike, trials: ArrayLike, positives: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
    """Return the three columns as arrays of int, shape (n,), n may be 0.

    Raises
    ------
    InputError
        They differ in length, hours do not increase, or a count is not possible.
    """
    columns = [np.asarray(values) for values in (hours, trials, positives)]
    if any(column.ndim != 1 or len(column) != len(columns[0]) for column in columns):
        raise InputError("Hours, trials and positives must be lists of one length.")
    if any(column.size and not np.array_equal(column, np.round(column)) for column in columns):
        raise InputError("Hours, trials and positives must be whole numbers.")
    at, tried, found = (column.astype(np.int64) for column in columns)
    if np.any(np.diff(at) <= 0):
        raise InputError("Each hour may be given once, in order of time.")
    if np.any(found < 0) or np.any(found > tried):
        raise InputError("There cannot be more positives than trials, nor fewer than none.")
    return at, tried, found


def check(trials: int, positives: int) -> None:
    """Raise `InputError` where one hour's counts are not possible."""
    if not 0 <= positives <= trials:
        raise InputError("There cannot be more positives than trials, nor fewer than none.")
