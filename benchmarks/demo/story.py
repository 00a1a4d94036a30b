"""What happens in the ninety days, as rates and shares by hour; no row is made here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

DAYS = 90
BAD_WEEK = (52, 59)
"""Days, counted from the first one, in which a careless release answers knee pain with other questions' answers."""
NEW_SUBJECT = 68
"""The day from which people begin to ask about creatine."""
KNEE, CREATINE, PERSONAL, REST = "knee pain", "creatine", "personal", "the rest"
_BY_HOUR = (2, 1, 1, 1, 2, 6, 14, 20, 18, 12, 10, 12, 16, 14, 11, 11, 14, 20, 26, 28, 24, 16, 9, 4)
_BY_WEEKDAY = (1.15, 1.05, 1.0, 1.0, 0.9, 0.95, 1.05)


@dataclass(frozen=True, slots=True)
class Chances:
    """What becomes of a question: chances in [0, 1]."""

    miss: float
    dislike: float
    wrong: float
    """Of a hit: that its answer is another question's."""


@dataclass(frozen=True, slots=True)
class Story:
    """The story from `begin` on.

    Parameters
    ----------
    begin : datetime
        Aware; the first of the ninety days.
    questions_a_day : float
        On average.
    """

    begin: datetime
    questions_a_day: float = 480.0

    def day(self, at: datetime) -> float:
        """Return the days since the beginning."""
        return (at - self.begin) / timedelta(days=1)

    def expected(self, at: datetime) -> float:
        """Return how many questions the hour brings on average."""
        share = _BY_HOUR[at.hour] / sum(_BY_HOUR)
        growth = 0.9 + 0.2 * self.day(at) / DAYS
        return self.questions_a_day * share * _BY_WEEKDAY[at.weekday()] * growth

    def shares(self, at: datetime) -> dict[str, float]:
        """Return how often each subject is asked about; they sum to 1."""
        grown = min(1.0, max(0.0, (self.day(at) - NEW_SUBJECT) / (DAYS - NEW_SUBJECT)))
        # Who gets no fitting answer asks again.
        shares = {KNEE: 0.3 if self.is_bad(at) else 0.14, CREATINE: 0.015 + 0.24 * grown, PERSONAL: 0.07}
        return shares | {REST: 1.0 - sum(shares.values())}

    def chances(self, at: datetime, subject: str) -> Chances:
        """Return what becomes of a question about a subject; misses follow the hour, as new questions come at night."""
        season = 0.05 * math.cos(2 * math.pi * (at.hour - 3) / 24)
        if subject == CREATINE:
            return Chances(0.72, 0.22, 0.0)
        if subject == KNEE and self.is_bad(at):
            return Chances(0.06, 0.3, 0.85)
        return Chances(0.27 + season, 0.11, 0.012)

    def is_bad(self, at: datetime) -> bool:
        """Say whether the careless release serves."""
        return BAD_WEEK[0] <= self.day(at) < BAD_WEEK[1]
