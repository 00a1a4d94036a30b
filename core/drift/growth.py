"""Compares the questions of now with those of the reference, and says it in facts that a report keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np

from core.drift.history import AskedQuestion, History
from core.drift.model import WEEK, Window
from core.drift.questions import MOST_QUESTIONS, Asked, GrowthRule, QuestionDrift, compare
from core.drift.questions_growth import wobble_of
from core.drift.records import DriftReference
from core.drift.references import window_of
from core.ports import Embedder, Vector

WEEKS = 8
"""Weeks of the reference from which the natural wobble is learned, at most."""


class Growth:
    """Finds the topics that grew. It embeds up to 2,000 questions: call it with no transaction open."""

    def __init__(self, history: History, embedder: Embedder) -> None:
        self._history = history
        self._embedder = embedder
        self._known: dict[str, tuple[list[AskedQuestion], Vector, float]] = {}

    def facts(self, tenant: str, reference: DriftReference, window: Window) -> dict[str, Any]:
        """Return what grew from the reference to a window: topics (largest growth first), counts, and similarity."""
        before, before_vectors, wobble = self._reference(tenant, reference)
        now = self._history.questions(tenant, window, MOST_QUESTIONS)
        found = compare(
            before_vectors,
            self._embed(now),
            [one.question for one in before],
            [one.question for one in now],
            asked=[Asked(one.missed, one.disliked, one.user) for one in now],
            rule=GrowthRule(wobble=wobble),
        )
        return _facts(found, window, now) | {"similarity": {"reference": _mean(before), "now": _mean(now)}}

    def _reference(self, tenant: str, reference: DriftReference) -> tuple[list[AskedQuestion], Vector, float]:
        key = f"{tenant} {reference.id} {self._embedder.name}"
        if key not in self._known:
            weeks = _weeks(window_of(reference))
            asked = [self._history.questions(tenant, week, MOST_QUESTIONS // len(weeks)) for week in weeks]
            vectors = [self._embed(week) for week in asked]
            everything = [one for week in asked for one in week]
            # One reference is in force at a time: what was known of the one before is let go.
            self._known = {key: (everything, np.concatenate(vectors), wobble_of(vectors))}
        return self._known[key]

    def _embed(self, asked: Sequence[AskedQuestion]) -> Vector:
        places = {text: place for place, text in enumerate(dict.fromkeys(one.question for one in asked))}
        return self._embedder.embed(list(places))[[places[one.question] for one in asked]]


def _weeks(window: Window) -> list[Window]:
    count = max(1, min(WEEKS, window.hours // WEEK))
    edges = np.linspace(window.since, window.until, count + 1).astype(int).tolist()
    return [Window(*pair) for pair in pairwise(edges)]


def _facts(found: QuestionDrift, window: Window, now: Sequence[AskedQuestion]) -> dict[str, Any]:
    """Return what a report keeps. Of typical questions it keeps the turns: who is erased leaves no text behind."""
    turns, topics = {one.question: one.turn for one in now}, [asdict(topic) for topic in found.grown]
    for topic in topics:
        topic.pop("members")
        topic["typical"] = [turns[text] for text in topic["typical"] if text in turns]
    return {
        "since_hour": window.since,
        "until_hour": window.until,
        "enough": found.enough,
        "before": found.before,
        "after": found.after,
        "wobble": found.wobble,
        "grown": topics,
    }


def _mean(asked: Sequence[AskedQuestion]) -> dict[str, float | int | None]:
    """Return the mean similarity of lookups to what is known, its standard error, and how many there were."""
    values = np.array([one.similarity for one in asked if one.similarity is not None])
    if len(values) < 2:
        return {"mean": float(values[0]) if len(values) else None, "error": None, "lookups": len(values)}
    return {
        "mean": round(float(values.mean()), 4),
        "error": round(float(values.std(ddof=1) / np.sqrt(len(values))), 4),
        "lookups": len(values),
    }
