"""Joins what meaning, words and names say about each passage into one score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.knowledge.model import Passage

MEANING = 0.9
"""Weight of meaning against words; how it was chosen: docs/DECISIONS.md."""
NAMED = 0.1
"""What an exercise gains that the question names and asks about with no other word."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that may answer a question.

    ``score`` is the fused score (larger is better, comparable within one question only); ``similarity`` is the
    cosine to the question in [-1, 1], or None where only words found it.
    """

    passage: Passage
    score: float
    similarity: float | None


@dataclass(frozen=True, slots=True)
class Scores:
    """What each way of looking says of the passages that it found, by passage id.

    ``similarity`` is the cosine in [-1, 1], or None where vectors could not be searched; ``lexical`` is BM25, above 0;
    ``named`` is, for passages of exercises that the question names, the share in [0, 1] of its words that are the name.
    """

    similarity: Mapping[str, float] | None
    lexical: Mapping[str, float]
    named: Mapping[str, float]

    @property
    def fused(self) -> dict[str, float]:
        """One score for every passage that was found."""
        scores = fuse(self.similarity or {}, self.lexical)
        return {identity: score + NAMED * self.named.get(identity, 0.0) for identity, score in scores.items()}


def fuse(similarity: Mapping[str, float], lexical: Mapping[str, float], meaning: float = MEANING) -> dict[str, float]:
    """Return a convex combination of both scores for every id that has one, in [0, 1].

    Each score is scaled between the least that it can be (-1 and 0) and the best of this question. An id that meaning
    did not find is at most as near as the farthest that it found. S. Bruch, S. Gai and A. Ingber, "An Analysis of
    Fusion Functions for Hybrid Retrieval", ACM TOIS 42, 2023 (there TM2C2): better than fusing ranks, and it keeps how
    much better one passage is than the next.

    >>> fused = fuse({"a": 0.9, "b": 0.8}, {"b": 7.0, "c": 2.0})
    >>> sorted(fused, key=fused.get, reverse=True)
    ['b', 'a', 'c']
    """
    nearest, farthest = max(similarity.values(), default=-1.0), min(similarity.values(), default=-1.0)
    most = max(lexical.values(), default=0.0)

    def score(identity: str) -> float:
        near = (similarity.get(identity, farthest) + 1) / (nearest + 1) if nearest > -1 else 0.0
        words = lexical.get(identity, 0.0) / most if most > 0 else 0.0
        return meaning * near + (1 - meaning) * words

    return {identity: score(identity) for identity in dict.fromkeys([*similarity, *lexical])}
