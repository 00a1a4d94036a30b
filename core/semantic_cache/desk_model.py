"""What an admin sees of the cache, as values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.semantic_cache.model import Standing

Z95 = 1.959963984540054


class Filter(StrEnum):
    """Which entries are listed, and what comes first."""

    ALL = "all"
    MOST_SERVED = "most served"
    WORST_LIKED = "worst liked"
    QUARANTINED = "quarantined"
    PENDING = "pending"
    STALE = "stale"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Share:
    """A share estimated from a sample: ``value`` in [0, 1], and how many draws the sample is worth (at least 0)."""

    value: float | None = None
    draws: float = 0.0

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % score interval (Wilson, 1927) for the effective number of draws; None without a draw.

        >>> low, high = Share(0.35, 20).interval
        >>> round(low, 2), round(high, 2)
        (0.18, 0.57)
        """
        if self.value is None or self.draws <= 0:
            return None
        n, z = self.draws, Z95
        middle = (self.value + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * math.sqrt(self.value * (1 - self.value) / n + z**2 / (4 * n**2))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry in the list.

    ``question`` is the first that it answered; ``outdated`` says that a document that it quotes has changed;
    ``saved_usd`` is what its hits saved, None where the price of its answer is not known or nothing.
    """

    id: str
    question: str
    standing: Standing
    served: int
    liked: int
    disliked: int
    created_at: datetime
    fresh_until: datetime
    expires_at: datetime
    release: str
    outdated: bool
    saved_usd: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """A moment in the life of an entry: when, what (one or two words), who, and the evidence in words."""

    at: datetime
    what: str
    who: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Served:
    """Whom an entry was served to, and the thumb that came back: 1, -1, or 0 for none."""

    at: datetime
    who: str
    thumb: int


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry with its whole history.

    ``questions`` are by kind, first asked first; ``steps`` are oldest first; ``served`` is newest first, to ``users``
    different people at least; ``undoable`` names the last step of a person if it can be undone.
    """

    row: EntryRow
    answer: str
    sources: tuple[Mapping[str, Any], ...]
    questions: Mapping[str, tuple[str, ...]]
    steps: tuple[Step, ...]
    served: tuple[Served, ...]
    users: int
    undoable: str | None
    waits_for: str
    """In words, what has to happen before an entry that is pending or quarantined is served."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Decisions whose similarity is in [low, high), by what became known of them: numbers of decisions."""

    low: float
    high: float
    right: int
    wrong: int
    unknown: int

    @property
    def known_right(self) -> Share:
        """The share of right ones among those that became known."""
        known = self.right + self.wrong
        return Share(self.right / known, known) if known else Share()


@dataclass(frozen=True, slots=True)
class Budgeted:
    """What an error budget would have served of the decisions that are kept.

    Parameters
    ----------
    budget : float
        Largest share of weighed lookups that may be false hits, in (0, 1).
    required : float
        How sure the cache would have had to be, in [0, 1].
    served : int
        Decisions that would have been hits.
    weighed : int
        Decisions in all.
    believed : float
        False hits among them, as a share of all weighed, that are known or believed.
    found : Share
        The same as random looks at decisions say, with their uncertainty.
    """

    budget: float
    required: float
    served: int
    weighed: int
    believed: float
    found: Share

    @property
    def share(self) -> float:
        """The share of weighed lookups that would have been served, in [0, 1]."""
        return self.served / self.weighed if self.weighed else 0.0

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the false hits as a share of all weighed lookups."""
        return _scaled(self.found, self.share)


@dataclass(frozen=True, slots=True)
class Summary:
    """The cache at a glance.

    ``standing`` counts live entries; ``hits`` are all of the last seven days, ``weighed`` the lookups of these days
    that no tier decided at once, of which ``passed`` were served; ``labelled`` decisions became known; ``false_hits``
    is the estimated share of weighed hits that do not answer, from random looks in the last 30 days, and ``hit_share``
    the share of that time's weighed lookups that were hits; ``judged`` and ``may_judge`` are the paid verdicts of the
    last 24 hours.
    """

    standing: Mapping[Standing, int]
    stale: int
    hits: int
    weighed: int
    passed: int
    labelled: int
    false_hits: Share
    hit_share: float
    budget: float
    judged: int
    may_judge: int

    @property
    def false_rate(self) -> float | None:
        """False hits as a share of all weighed lookups, which is what the budget bounds; None without a look."""
        return None if self.false_hits.value is None else self.false_hits.value * self.hit_share

    @property
    def false_interval(self) -> tuple[float, float] | None:
        """The 95 % interval of :attr:`false_rate`."""
        return _scaled(self.false_hits, self.hit_share)


def _scaled(share: Share, by: float) -> tuple[float, float] | None:
    bounds = share.interval
    return bounds and (bounds[0] * by, bounds[1] * by)
