"""The contract of every rate detector: fit on a reference, update once an hour, then read.

Hours are integers since any Monday 00:00 of the clock that the season follows: ``hour % 24`` is the hour of the day and
``hour // 24 % 7`` the weekday. A trial is a lookup, a vote or a hit; a positive is a miss, a dislike or a false hit.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[Any]


class Level(StrEnum):
    """What one detector says after an update; what follows from it over days is decided elsewhere."""

    UNKNOWN = "not enough data"
    CALM = "calm"
    WATCH = "watch"
    DRIFT = "drift"


@runtime_checkable
class Detector(Protocol):
    """Watches the rate of one signal, hour by hour."""

    @property
    def alarm(self) -> bool:
        """Whether the alarm is on; it goes off again when the rate has come back."""
        ...

    @property
    def level(self) -> Level:
        """What the last update says; :attr:`Level.DRIFT` exactly while the alarm is on."""
        ...

    @property
    def evidence(self) -> float:
        """How strongly the data speak for a raised rate, at least 0, on the scale of this detector's ``limit``."""
        ...

    @property
    def limit(self) -> float:
        """The evidence at which the alarm goes on."""
        ...

    @property
    def onset(self) -> int | None:
        """Estimated hour in which the raised rate began; None while nothing speaks for one."""
        ...

    def fit(self, hours: ArrayLike, trials: ArrayLike, positives: ArrayLike) -> None:
        """Take a reference and start anew.

        Parameters
        ----------
        hours : array of int, shape (n,)
            Increasing; hours may be missing.
        trials, positives : array of int, shape (n,)
            0 <= positives <= trials; trials may be 0.

        Raises
        ------
        InputError
            The arrays differ in length, hours repeat, or counts are not possible.
        """
        ...

    def update(self, hour: int, trials: int, positives: int) -> bool:
        """Take one hour, later than all before it, and return whether the alarm is on.

        Raises
        ------
        InputError
            Counts are not possible.
        """
        ...

    def expected(self, hours: ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
        """Return the usual rate at hours of shape (n,) and the band that holds it on nineteen days of twenty.

        Raises
        ------
        InputError
            Nothing was fitted.
        """
        ...
