"""When a raised rate began, and when it is over: two cumulative sums (Page, 1954) beside the evidence.

The onset is the most likely one: with S_t the log likelihood ratio of a shift, the start that maximises S_T - S_start
is where the cumulative sum last stood at 0, and of several shifts the one with the highest sum counts. The end is shown
by a sum the other way, of the usual rate against half the shift that was found; or by how far the highest sum has
fallen, which is the log likelihood ratio of "it was raised and is over" against "it is raised still".
"""

from __future__ import annotations

from collections.abc import Sequence

DOUBT = 1.0
"""Natural logarithms by which a shift may be less likely than the best and still be the one."""


class Onset:
    """The most likely start and size of a raised rate."""

    def __init__(self, shifts: Sequence[float]) -> None:
        self._shifts = tuple(shifts)
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self._sums = [0.0] * len(self._shifts)
        self._starts: list[int | None] = [None] * len(self._shifts)
        self._peak = 0.0

    def add(self, hour: int, logs: Sequence[float]) -> None:
        """Take the log likelihood ratios of one hour, one for each shift."""
        for at, one in enumerate(logs):
            total = self._sums[at]
            if total <= 0:
                total, self._starts[at] = 0.0, hour
            self._sums[at] = total + one
        self._peak = max(self._peak, *self._sums)

    def mark(self) -> None:
        """Let the fall be counted from here."""
        self._peak = max(0.0, *self._sums)

    @property
    def fallen(self) -> float:
        """How much likelier it is that the raised rate is over than that it goes on, in natural logarithms."""
        return self._peak - max(0.0, *self._sums)

    @property
    def _best(self) -> int:
        return max(range(len(self._sums)), key=self._sums.__getitem__)

    @property
    def start(self) -> int | None:
        """The hour in which it began, None while nothing speaks for one."""
        return self._starts[self._best] if self._sums[self._best] > 0 else None

    @property
    def shift(self) -> float:
        """How far the rate moved, in log-odds: the lowest of the shifts that are about as likely as the best."""
        enough = max(self._sums) - DOUBT
        return next(shift for shift, total in zip(self._shifts, self._sums, strict=True) if total >= enough)


class Recovery:
    """Whether a rate that was raised has come back."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self._sum = 0.0

    def add(self, one: float) -> bool:
        """Take the log likelihood ratio of the usual rate against the raised one; return whether it is over."""
        self._sum = max(0.0, self._sum + min(one, self._limit / 2))
        return self._sum >= self._limit
