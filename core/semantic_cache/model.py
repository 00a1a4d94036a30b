"""The cache's words: what is asked, where it may be answered from, and how a lookup ended."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a lookup ended as it did; kept with the turn.

    ``tier`` is ``off``, ``exact``, ``semantic`` or ``none``; ``similarity`` is the cosine to ``question``, the nearest
    known question, in [-1, 1]; ``veto`` says in words why that was not a hit; ``degraded`` that the index was down.
    """

    tier: str
    similarity: float | None = None
    question: str | None = None
    veto: str | None = None
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry answers the question."""

    entry_id: str
    answer: str
    answer_key: str
    sources: tuple[Mapping[str, Any], ...]
    created_at: datetime
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Miss:
    """Nothing may be served. `vector` is the question's embedding, computed once; None when no tier needed it."""

    vector: Vector | None
    evidence: Evidence


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
