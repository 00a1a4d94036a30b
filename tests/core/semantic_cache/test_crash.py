"""A server dies by SIGKILL in the middle of writes; the next start brings index and database together again."""

from __future__ import annotations

import hashlib
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

import numpy as np
import pytest
from sqlmodel import select

from core.adapters.pinecone_store import PineconeStore
from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.ports import Vector, VectorRecord, VectorStore
from core.semantic_cache.records import CacheQuestion
from core.semantic_cache.service import SemanticCache
from core.semantic_cache.upkeep import agree, namespaces
from tests.contracts.adapters import quick
from tests.core.semantic_cache.caches import SCOPE, admit, cache_of, served
from tests.house import MovableClock
from tests.standins.pinecone_server import PineconeStandIn
from tests.standins.server import serving

DIMENSION = 32
KILLS = 4
DAYS = 5
"""Days that a writer lets pass after each answer."""
KEPT = 30 // DAYS
"""Answers that are kept: `cache_of` keeps each for 30 days. From then on a writer drops one a step."""
SPACE = SCOPE.namespace


class Hashing:
    """An embedder that gives each text a direction of its own."""

    name = "hashing"
    dimension = DIMENSION

    def embed(self, texts: Sequence[str]) -> Vector:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts]
        rows = np.array([np.random.default_rng(seed).normal(size=DIMENSION) for seed in seeds]).reshape(-1, DIMENSION)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows and the vectors are; `pinecone` is (key, address), None for vectors in the database."""

    url: str
    pinecone: tuple[str, str] | None = None

    def open(self, stack: ExitStack) -> tuple[Database, VectorStore]:
        database = stack.enter_context(closing(Database(self.url)))
        if self.pinecone is None:
            return database, stack.enter_context(closing(StoredVectors(database, "faiss")))
        key, address = self.pinecone
        return database, stack.enter_context(closing(PineconeStore(key, address, resilience=quick("Pinecone"))))


def clock_at(step: int) -> MovableClock:
    clock = MovableClock()
    clock.pass_by(days=DAYS * step)
    return clock


def write(place: Place, first: int, said: Connection) -> None:
    """Admit one answer after the other and drop what is past its time, without end; say each step that is done."""
    with ExitStack() as stack:
        database, store = place.open(stack)
        clock = clock_at(first)
        cache = cache_of(database, Hashing(), clock, store=store)
        for step in range(first, first + 10_000):
            admit(cache, Hashing(), f"question {step}", f"answer {step}")
            said.send(step)
            clock.pass_by(days=DAYS)
            cache.reconcile()


def killed(place: Place, first: int, moment: random.Random) -> list[int]:
    """Run a writer, kill it at a random moment, and return the steps that it said were done."""
    processes = get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    heard, said = processes.Pipe(duplex=False)
    writer = processes.Process(target=write, args=(place, first, said))
    writer.start()
    said.close()
    done = [heard.recv() for _ in range(moment.randint(1, KEPT + 3))]
    time.sleep(moment.uniform(0, 0.02))
    writer.kill()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    with suppress(EOFError, OSError):
        while True:
            done.append(heard.recv())
    heard.close()
    return done


def start(cache: SemanticCache, database: Database, store: VectorStore) -> None:
    """Do what a server does by itself when it starts."""
    for namespace in namespaces(database):
        agree(database, store, namespace)
    while cache.reconcile():
        pass


def check_agreement(place: Place, done: set[int]) -> None:
    """Start a server; every acknowledged answer that is young enough is found by its meaning, and no orphan is left."""
    step = max(done) + 1
    with ExitStack() as stack:
        database, store = place.open(stack)
        cache = cache_of(database, Hashing(), clock_at(step), store=store)
        start(cache, database, store)
        with database.read() as session:
            rows = list(session.exec(select(CacheQuestion)))
        assert store.ids(SPACE) == {row.id for row in rows}
        assert all(row.indexed for row in rows)
        young = {f"question {one}" for one in done if one + KEPT > step}
        assert young <= {row.question for row in rows}
        for row in rows:
            [match] = store.query(SPACE, Hashing().embed([row.question])[0], limit=1)
            assert match.id == row.id
            assert match.score == pytest.approx(1, abs=1e-3)
            assert served(cache, row.question) == row.question.replace("question", "answer")


@pytest.fixture(params=["faiss", "pinecone"])
def place(request: pytest.FixtureRequest, database: Database) -> Iterator[tuple[Place, Callable[[], None]]]:
    """The place, and what waits until the vector store has done all that it was asked for."""
    url = database.url.render_as_string(hide_password=False)
    if request.param == "faiss":
        yield Place(url), lambda: None
        return
    standin = PineconeStandIn(dimension=DIMENSION)

    def settle() -> None:
        seen = -1
        while seen != len(standin.exchanges):
            seen = len(standin.exchanges)
            time.sleep(0.05)

    with serving(standin.app) as address:
        yield Place(url, (standin.api_key, address)), settle


def test_after_any_kill_the_next_start_brings_index_and_database_together(
    place: tuple[Place, Callable[[], None]],
) -> None:
    where, settle = place
    moment, done = random.Random(3), set[int]()
    for _ in range(KILLS):
        done.update(killed(where, max(done, default=-2) + 2, moment))
        settle()
        check_agreement(where, done)


def test_a_start_removes_orphans_and_indexes_what_the_store_has_lost(
    place: tuple[Place, Callable[[], None]], database: Database
) -> None:
    with ExitStack() as stack:
        _, store = place[0].open(stack)
        cache = cache_of(database, Hashing(), clock_at(0), store=store)
        for number in range(6):
            admit(cache, Hashing(), f"question {number}", f"answer {number}")
        whole = store.ids(SPACE)
        lost = sorted(whole)[:3]
        store.delete(SPACE, lost)
        facts = {"tenant": SCOPE.tenant, "release": SCOPE.release, "locale": SCOPE.locale, "entry": "gone"}
        orphan = Hashing().embed(["question 9"])[0]
        store.upsert(SPACE, [VectorRecord("orphan", orphan, facts)])
        store.upsert("documents", [VectorRecord("not the cache's", orphan, {})])
        assert served(cache, "question 9") is None
        assert agree(database, store, SPACE) == 4
        start(cache, database, store)
        assert store.ids(SPACE) == whole
        assert agree(database, store, SPACE) == 0
        assert store.ids("documents") == {"not the cache's"}
        vectors = Hashing().embed([f"question {number}" for number in range(6)])
        assert {store.query(SPACE, vector, limit=1)[0].id for vector in vectors} == whole
