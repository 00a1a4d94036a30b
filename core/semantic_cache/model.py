"""The cache's words: what is asked, where it may be answered from, and how a lookup ended."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from core.ports import Vector
from core.text import normalise

OPENING = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """A hard key, never embedded: nothing crosses a tenant, a release (with its embedder) or a language."""

    tenant: str
    release: str
    locale: str

    @property
    def namespace(self) -> str:
        """The scope's own part of the vector store."""
        return f"cache-{self.tenant}-{self.release}-{self.locale}"


class Standing(StrEnum):
    """Whom an entry is served to."""

    PENDING = "pending"
    """To the user whose question it answered, until a second user or a judge agrees."""
    SHARED = "shared"
    """To everybody in its scope."""
    QUARANTINED = "quarantined"
    """To nobody, until it is verified again or retired."""
    RETIRED = "retired"
    """To nobody; its questions stay as negative examples."""


class Kind(StrEnum):
    """How a question came to its entry."""

    ASKED = "asked"
    ALIAS = "alias"
    """A paraphrase that was verified."""
    NEGATIVE = "negative"
    """A question that the entry does not answer."""


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """What an admin decides about the cache; part of the release.

    Parameters
    ----------
    enabled : bool
        Off: every lookup is a miss and nothing is kept.
    error_budget : float
        Largest share of answered turns that may be false hits, in (0, 0.2].
    time_to_live : timedelta
        An entry is dropped this long after it was made; a hit never extends it.
    fresh_for : timedelta
        After this an entry is still served, and made anew in the background.
    most_entries : int
        Entries above which the least useful ones are evicted.
    judge_calls_per_day : int
        Verdicts that may be asked of a judge that costs money, in 24 hours.
    audit_share : float
        Share of the semantic hits that a judge looks at afterwards, drawn at random, in [0, 1].
    """

    enabled: bool = True
    error_budget: float = 0.01
    time_to_live: timedelta = timedelta(days=30)
    fresh_for: timedelta = timedelta(days=21)
    most_entries: int = 100_000
    judge_calls_per_day: int = 1000
    audit_share: float = 0.05

    @property
    def words(self) -> str:
        """The policy in one line, as a release keeps it."""
        if not self.enabled:
            return "off"
        return f"on budget={self.error_budget:g} days={self.time_to_live / timedelta(days=1):g}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a lookup ended as it did; kept with the turn.

    ``tier`` is ``off``, ``exact``, ``semantic`` or ``none``; ``similarity`` is the cosine to ``question``, the nearest
    known question that nothing speaks against, in [-1, 1]; ``veto`` says in words why the nearest was not a hit;
    ``probability`` is how sure the cache is that the entry answers the question and ``required`` how sure it had to be
    (None where nothing was weighed); ``asked`` and ``liked`` are how often the entry was served and liked before;
    ``decision`` is the id under which the decision is kept; ``degraded`` says that the index was down.
    """

    tier: str
    similarity: float | None = None
    question: str | None = None
    veto: str | None = None
    probability: float | None = None
    required: float | None = None
    asked: int = 0
    liked: int = 0
    decision: str | None = None
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Weighed:
    """A semantic decision before it is kept: what was compared and what came of it.

    ``features`` are those of :mod:`core.semantic_cache.evidence` in their order.
    """

    id: str
    question: str
    entry_id: str
    known: str
    features: tuple[float, ...]
    similarity: float
    probability: float
    required: float
    served: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry answers the question; ``stale`` says that it should be made anew in the background."""

    entry_id: str
    answer: str
    answer_key: str
    sources: tuple[Mapping[str, Any], ...]
    created_at: datetime
    evidence: Evidence
    weighed: Weighed | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing may be served. `vector` is the question's embedding, computed once; None when no tier needed it.

    ``redundancy`` is one, and one for each entry that lies close to the question.
    """

    vector: Vector | None
    evidence: Evidence
    weighed: Weighed | None = None
    redundancy: int = 1


@dataclass(frozen=True, slots=True)
class Hidden:
    """What one user must never be shown again: answers by key, and how these begin, so that a stream can be held."""

    keys: frozenset[str] = frozenset()
    openings: tuple[str, ...] = ()

    def may_show(self, so_far: str) -> bool:
        """Say whether the beginning of an answer already differs from the beginning of every hidden one."""
        said = _folded(so_far)
        return not any(opening.startswith(said) or said.startswith(opening) for opening in self.openings)


def opening_of(answer: str) -> str:
    """Return the first characters of an answer, as :class:`Hidden` compares them."""
    return _folded(answer)[:OPENING]


def question_key(question: str) -> str:
    """Return the key of the exact tier: equal for questions that differ only in case, spacing or final punctuation."""
    return hashlib.sha256(normalise(question).encode()).hexdigest()


def answer_key(answer: str) -> str:
    """Return the key by which an answer is recognised wherever it turns up again."""
    return hashlib.sha256(_folded(answer).encode()).hexdigest()


def _folded(answer: str) -> str:
    return " ".join(answer.split()).casefold()
