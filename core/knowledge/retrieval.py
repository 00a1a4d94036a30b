"""Fuses the dense and the lexical ranking into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.knowledge.model import Passage

RANK_CONSTANT = 60
"""The `k` of reciprocal rank fusion, at its published value."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that may answer a question.

    ``score`` is the fused rank score (larger is better, comparable within one question only); ``similarity`` is the
    cosine to the question in [-1, 1], or None where only words found it.
    """

    passage: Passage
    score: float
    similarity: float | None


def fuse(rankings: Iterable[Sequence[str]]) -> dict[str, float]:
    """Return a score for every id: the sum over rankings of 1 / (60 + rank).

    Reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009. It needs no common scale of the scores.

    >>> fused = fuse([["a", "b"], ["b", "c"]])
    >>> max(fused, key=fused.get)
    'b'
    """
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, identity in enumerate(ranking, start=1):
            scores[identity] = scores.get(identity, 0.0) + 1 / (RANK_CONSTANT + rank)
    return scores
