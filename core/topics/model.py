"""Topics: what questions are about, in groups that keep their meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np

from core.ports import Vector

NO_TOPIC = ""
"""Of a question that is near no topic, or whose vector is not known."""
LEAST_SIMILARITY = 0.3
"""Cosine to the nearest topic below which a question has none."""
SAME_MEANING = 0.8
"""Cosine to the centre that a topic was born with, at or above which a group goes on under its id."""
LEAST_USERS = 3
"""Users who must have said a word before product managers see it as one of a topic."""
ENOUGH_QUESTIONS = 200
"""Different questions from which topics are made of them, and no longer of the library."""


class Questions(Protocol):
    """Where questions come from: those whose text is kept, may be shared, and means something by itself."""

    def __call__(self, tenant: str, since: datetime, limit: int) -> Sequence[tuple[str, str]]:
        """Return the newest questions (at most `limit`) since a time, each with the pseudonym of who asked."""
        ...


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic as product managers see it.

    ``words`` set it apart, the most telling first; ``size`` counts the questions (or, before there are enough, the
    headings of the library) that it was made of; ``typical`` are up to three of them; ``renamed`` says that a person
    named it; ``current`` that questions still fall into it.
    """

    id: str
    name: str
    words: tuple[str, ...]
    size: int
    typical: tuple[str, ...]
    renamed: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The topics of one fit, ready to assign: `centres` has shape (topics, dimension), rows of unit length."""

    version: int
    ids: tuple[str, ...]
    centres: Vector

    def nearest(self, vector: Vector) -> str:
        """Return the id of the topic nearest to a vector of shape (dimension,), or no topic."""
        if not self.ids or vector.shape != self.centres.shape[1:]:
            return NO_TOPIC
        similarity = self.centres @ vector
        best = int(similarity.argmax())
        return self.ids[best] if similarity[best] >= LEAST_SIMILARITY else NO_TOPIC


EMPTY = Snapshot(0, (), np.zeros((0, 0), dtype=np.float32))


def topic_count(questions: int) -> int:
    """Return how many groups to make of so many different questions: 12 to 40.

    >>> topic_count(50), topic_count(200), topic_count(4000)
    (12, 18, 40)
    """
    return max(12, min(40, round(1.25 * math.sqrt(questions))))
