from __future__ import annotations

import numpy as np
from sqlmodel import select

from benchmarks.cache.filling import Pattern, among, fill
from benchmarks.cache.latency import Remembering, measure
from core.adapters.onnx_embedder import OnnxEmbedder
from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.semantic_cache.records import CacheEntry, CacheQuestion
from core.semantic_cache.upkeep import agree
from tests.core.semantic_cache.caches import SCOPE, admit, cache_of, served
from tests.house import MovableClock

KNOWN = ["How do I do the push-up?", "How do I do the plank?", "How do I do the squat?"]


def test_what_is_filled_in_is_what_admission_writes(
    database: Database, embedder: OnnxEmbedder, clock: MovableClock
) -> None:
    store = StoredVectors(database)
    cache = cache_of(database, embedder, clock, store=store)
    pattern = Pattern.of(database, admit(cache, embedder, "What is this?", "An answer."))
    vectors = embedder.embed([*KNOWN, "How much water should I drink?", "Is creatine safe?"])
    fill(database, store, SCOPE, pattern, KNOWN, vectors, 200)
    with database.read() as session:
        entries, questions = list(session.exec(select(CacheEntry))), list(session.exec(select(CacheQuestion)))
    assert len(entries) == len(questions) == len({entry.answer_key for entry in entries}) == 201
    own = {"id", "answer", "answer_key"}
    assert all(entry.model_dump(exclude=own) == entries[0].model_dump(exclude=own) for entry in entries)
    assert agree(database, store, SCOPE.namespace) == 0
    assert cache.reconcile() == 0
    assert served(cache, KNOWN[1]) == "An answer. (1)"
    [match] = store.query(SCOPE.namespace, vectors[2], limit=1, where={"tenant": SCOPE.tenant})
    assert {question.id: question.question for question in questions}[match.id] == KNOWN[2]


def test_made_up_vectors_lie_among_real_ones(embedder: OnnxEmbedder) -> None:
    real = embedder.embed([*KNOWN, "How much water should I drink?", "Is creatine safe?"])
    made = among(real, 500, np.random.default_rng(0))
    assert made.shape == (500, embedder.dimension)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert 0.6 < np.median((made @ real.T).max(axis=1)) < 0.99
    assert len({row.tobytes() for row in made}) == 500


def test_what_is_remembered_is_what_the_embedder_says(embedder: OnnxEmbedder) -> None:
    remembering = Remembering(embedder)
    for texts in (KNOWN, KNOWN[1:], []):
        assert np.array_equal(remembering.embed(texts), embedder.embed(texts))


def test_lookups_are_timed_without_what_goes_before() -> None:
    def spin() -> None:
        sum(number * number for number in range(20_000))

    bare = measure("x", lambda question: None, ["a", "b"], before=spin)
    busy = measure("x", lambda question: spin(), ["a", "b"])
    assert bare["n"] == busy["n"]
    assert bare["hits"] == 0
    assert bare["cpu p50 ms"] < 0.2 * busy["cpu p50 ms"]
    assert busy["cpu p50 ms"] <= busy["cpu p99 ms"]
