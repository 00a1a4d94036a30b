"""What the monitoring page shows, as values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its uncertainty: `low` and `high` bound the 95 % interval of Wilson (1927); None without trials."""

    positives: int
    trials: int

    @property
    def value(self) -> float | None:
        """The observed share in [0, 1]."""
        return self.positives / self.trials if self.trials else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % Wilson score interval.

        >>> low, high = Rate(7, 20).interval
        >>> round(low, 2), round(high, 2)
        (0.18, 0.57)
        """
        if not self.trials:
            return None
        share, n = self.positives / self.trials, self.trials
        middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
        return max(0.0, middle - half), min(1.0, middle + half)


def hour_of(at: datetime) -> int:
    """Return the hours from 1970 to an aware time."""
    return int(at.timestamp() // 3600)


def start_of(hour: int) -> datetime:
    """Return when an hour counted from 1970 begins, in UTC.

    >>> start_of(hour_of(datetime(2026, 5, 1, 13, 59, tzinfo=UTC))).isoformat()
    '2026-05-01T13:00:00+00:00'
    """
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
