"""Fills a cache with any number of entries in minutes: rows and vectors are written as admission writes them.

One entry is admitted through the cache itself; all others are copies of its rows with questions, answers and vectors
of their own, so that they hold whatever admission puts there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlmodel import SQLModel, insert, select

from core.database import Database, new_id
from core.ports import Vector, VectorRecord, VectorStore
from core.semantic_cache.model import Scope, answer_key, question_key
from core.semantic_cache.records import CacheEntry, CacheQuestion

CHUNK = 20_000
MIXED = 3
"""Real questions that the vector of a made-up one is mixed from."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The rows of an entry that was admitted, by table."""

    entry: Mapping[str, Any]
    question: Mapping[str, Any]

    @classmethod
    def of(cls, database: Database, entry_id: str) -> Pattern:
        """Read the rows of an entry with one question."""
        with database.read() as session:
            question = session.exec(select(CacheQuestion).where(CacheQuestion.entry_id == entry_id)).one()
            entry = session.get_one(CacheEntry, entry_id)
            return cls(entry.model_dump(), question.model_dump() | {"indexed": True})


def fill(
    database: Database,
    store: VectorStore,
    scope: Scope,
    pattern: Pattern,
    known: Sequence[str],
    vectors: Vector,
    count: int,
) -> None:
    """Write `count` entries: one for each known question, then made-up ones whose vectors lie among the `vectors`.

    Parameters
    ----------
    vectors : Vector
        Of real questions, shape (n, dimension); the first len(known) are those of the known ones.
    """
    for start, questions, rows in _contents(known, vectors, count):
        entries = [_entry(pattern, start + number) for number in range(len(questions))]
        asked = [_question(pattern, entry["id"], text) for entry, text in zip(entries, questions, strict=True)]
        _insert(database, CacheEntry, entries)
        _insert(database, CacheQuestion, asked)
        store.upsert(scope.namespace, [_record(scope, *one) for one in zip(entries, asked, rows, strict=True)])


def _contents(known: Sequence[str], vectors: Vector, count: int) -> Iterator[tuple[int, list[str], Vector]]:
    """Yield (number of the first, questions, vectors) of one chunk after the other."""
    random = np.random.default_rng(count)
    first = list(known[:count])
    yield 0, first, vectors[: len(first)]
    for start in range(len(first), count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        yield start, [f"Made-up question number {number}?" for number in numbers], among(vectors, len(numbers), random)


def among(vectors: Vector, count: int, random: np.random.Generator) -> Vector:
    """Return unit vectors among these: mixtures of some, the first of which weighs most, and noise of their shape."""
    chosen = vectors[random.integers(len(vectors), size=(count, MIXED))]
    weights = random.uniform((1, 0.1, 0), (1, 0.9, 0.5), size=(count, MIXED)).astype(np.float32)
    spread = np.linalg.cholesky(np.cov(vectors.T) + 1e-6 * np.eye(vectors.shape[1])).astype(np.float32)
    noise = random.standard_normal((count, vectors.shape[1]), dtype=np.float32) @ spread.T
    mixed = np.einsum("nm,nmd->nd", weights, chosen) + random.uniform(0.05, 0.5, (count, 1)).astype(np.float32) * noise
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)


def _entry(pattern: Pattern, number: int) -> dict[str, Any]:
    answer = f"{pattern.entry['answer']} ({number})"
    return {**pattern.entry, "id": new_id(), "answer": answer, "answer_key": answer_key(answer)}


def _question(pattern: Pattern, entry_id: str, question: str) -> dict[str, Any]:
    own = {"id": new_id(), "entry_id": entry_id, "key": question_key(question), "question": question}
    return {**pattern.question, **own}


def _record(scope: Scope, entry: Mapping[str, Any], question: Mapping[str, Any], vector: Vector) -> VectorRecord:
    facts = {"tenant": scope.tenant, "release": scope.release, "locale": scope.locale, "entry": entry["id"]}
    return VectorRecord(question["id"], vector, facts)


def _insert(database: Database, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        with database.begin() as session:
            session.execute(insert(table), [dict(row) for row in rows])
