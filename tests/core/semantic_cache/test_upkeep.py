"""The cache while its parts are down, after a crash, and when answers are past their time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlmodel import func, select

from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.ports import Vector, VectorRecord
from core.semantic_cache.model import Evidence, Miss, answer_key
from core.semantic_cache.records import CacheEntry, CacheQuestion
from core.semantic_cache.service import SemanticCache
from core.semantic_cache.upkeep import BATCH
from tests.broken import BrokenEmbedder, BrokenStore
from tests.core.semantic_cache.caches import ANA, SCOPE, SOURCES, PassingOn, Plane, admit, cache_of, evidence, served
from tests.house import MovableClock


class PowerCut(BaseException):
    """The process dies."""


class DiesBeforeWriting(PassingOn):
    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        raise PowerCut


class DiesAfterWriting(PassingOn):
    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        self.inner.upsert(namespace, records)
        raise PowerCut


@pytest.fixture
def plane() -> Plane:
    return Plane(first=0, close=20)


def rows(database: Database) -> tuple[int, int]:
    with database.read() as session:
        return tuple(
            session.exec(select(func.count()).select_from(table)).one() for table in (CacheEntry, CacheQuestion)
        )


def test_without_an_embedder_equal_questions_are_still_served(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    admit(cache_of(database, plane, clock), plane, "first", "answer")
    cache = cache_of(database, BrokenEmbedder(), clock)
    assert served(cache, "first") == "answer"
    assert cache.lookup(SCOPE, "close", ANA) == Miss(None, Evidence("none", degraded=True))


def test_without_an_index_equal_questions_are_still_served(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    admit(cache_of(database, plane, clock), plane, "first", "answer")
    cache = cache_of(database, plane, clock, store=BrokenStore())
    assert served(cache, "first") == "answer"
    found = cache.lookup(SCOPE, "close", ANA)
    assert found.evidence == Evidence("none", degraded=True)
    assert isinstance(found, Miss)
    assert found.vector is not None


def caught_up(database: Database, plane: Plane, clock: MovableClock) -> None:
    """Check that an answer without its vector is found by its words at once, and by its meaning after reconciling."""
    cache = cache_of(database, plane, clock)
    assert served(cache, "first") == "answer"
    assert [cache.reconcile(), cache.reconcile()] == [1, 0]
    assert served(cache, "close") == "answer"
    assert len(StoredVectors(database).ids(SCOPE.namespace)) == 1


def test_an_answer_that_the_index_did_not_take_is_indexed_later(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    admit(cache_of(database, plane, clock, store=BrokenStore()), plane, "first", "answer")
    assert served(cache_of(database, plane, clock), "close") is None
    caught_up(database, plane, clock)


def test_an_answer_that_could_not_be_embedded_is_indexed_later(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    assert cache_of(database, plane, clock).admit(
        SCOPE, "first", None, "answer", SOURCES, key=answer_key("answer"), by=ANA, vouched=True
    )
    caught_up(database, plane, clock)


@pytest.mark.parametrize("dying", [DiesBeforeWriting, DiesAfterWriting])
def test_a_crash_between_row_and_vector_loses_nothing(
    database: Database, plane: Plane, clock: MovableClock, dying: type[PassingOn]
) -> None:
    with pytest.raises(PowerCut):
        admit(cache_of(database, plane, clock, store=dying(StoredVectors(database))), plane, "first", "answer")
    caught_up(database, plane, clock)


def test_nothing_is_said_to_be_reconciled_while_the_index_is_down(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    broken = cache_of(database, plane, clock, store=BrokenStore())
    admit(broken, plane, "first", "answer")
    assert broken.reconcile() == 0
    clock.pass_by(days=30)
    assert broken.reconcile() == 0
    assert rows(database) == (1, 1)
    assert cache_of(database, plane, clock).reconcile() == 1
    assert rows(database) == (0, 0)


def test_what_is_past_its_time_leaves_rows_and_index(database: Database, plane: Plane, clock: MovableClock) -> None:
    store = StoredVectors(database)
    cache = cache_of(database, plane, clock, store=store)
    admit(cache, plane, "first", "old")
    clock.pass_by(days=15)
    admit(cache, plane, "close", "young")
    clock.pass_by(days=15)
    assert [cache.reconcile(), cache.reconcile()] == [1, 0]
    assert rows(database) == (1, 1)
    assert len(store.ids(SCOPE.namespace)) == 1
    assert served(cache, "first") == "young"


class DiesAfterDeleting(PassingOn):
    def delete(self, namespace: str, ids: Sequence[str]) -> None:
        self.inner.delete(namespace, ids)
        raise PowerCut


def test_a_crash_between_deleted_vector_and_row_leaves_no_row_for_good(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    cache = cache_of(database, plane, clock, store=DiesAfterDeleting(StoredVectors(database)))
    admit(cache, plane, "first", "answer")
    clock.pass_by(days=30)
    with pytest.raises(PowerCut):
        cache.reconcile()
    assert cache_of(database, plane, clock).reconcile() == 1
    assert rows(database) == (0, 0)


def test_what_is_past_its_time_goes_without_an_embedder_and_is_not_embedded(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    cache = cache_of(database, BrokenEmbedder(), clock)
    for days in (30, 0):
        cache.admit(SCOPE, "first", None, "answer", SOURCES, key=answer_key("answer"), by=ANA, vouched=True)
        clock.pass_by(days=days)
    assert cache.reconcile() == 1
    assert rows(database) == (1, 1)
    assert evidence(cache, "close").degraded
    assert cache_of(database, plane, clock).reconcile() == 1
    assert plane.asked == ["first"]


def test_more_than_a_batch_takes_more_than_one_run(database: Database, clock: MovableClock) -> None:
    plane = Plane(**{f"q{number}": 0.0 for number in range(BATCH + 3)})
    cache: SemanticCache = cache_of(database, plane, clock)
    for question in plane.degrees:
        cache.admit(SCOPE, question, None, "answer", SOURCES, key=answer_key("answer"), by=ANA, vouched=True)
    assert [cache.reconcile() for _ in range(3)] == [BATCH, 3, 0]
    clock.pass_by(days=30)
    assert [cache.reconcile() for _ in range(3)] == [BATCH, 3, 0]
    assert rows(database) == (0, 0)


class Recording(PassingOn):
    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        self.taken: list[Vector] = [record.vector for record in records]
        super().upsert(namespace, records)


def test_the_vector_of_the_lookup_is_the_one_that_is_kept(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    store = Recording(StoredVectors(database))
    cache = cache_of(database, plane, clock, store=store)
    missed = cache.lookup(SCOPE, "first", ANA)
    assert isinstance(missed, Miss)
    cache.admit(SCOPE, "first", missed.vector, "answer", SOURCES, key=answer_key("answer"), by=ANA, vouched=True)
    assert store.taken[0] is missed.vector
    assert plane.asked == ["first"]


def test_a_start_brings_back_lost_vectors_and_drops_those_that_nobody_owns(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    store = StoredVectors(database)
    cache = cache_of(database, plane, clock, store=store)
    for question in ("first", "close"):
        admit(cache, plane, question, f"of {question}")
    lost, kept = sorted(store.ids(SCOPE.namespace))
    store.delete(SCOPE.namespace, [lost])
    store.upsert(SCOPE.namespace, [VectorRecord("orphan", plane.embed(["first"])[0], {})])
    cache.upkeep.start()
    assert store.ids(SCOPE.namespace) == {lost, kept}
    assert cache.reconcile() == 0


def test_a_start_without_the_index_leaves_everything_for_later(
    database: Database, plane: Plane, clock: MovableClock, caplog: pytest.LogCaptureFixture
) -> None:
    admit(cache_of(database, plane, clock), plane, "first", "answer")
    cache_of(database, plane, clock, store=BrokenStore()).upkeep.start()
    assert "cache_not_reconciled" in [record.getMessage() for record in caplog.records]
    assert rows(database) == (1, 1)


def test_a_start_without_the_embedder_ends(database: Database, clock: MovableClock) -> None:
    cache = cache_of(database, BrokenEmbedder(), clock)
    cache.admit(SCOPE, "first", None, "answer", SOURCES, key=answer_key("answer"), by=ANA, vouched=True)
    cache.upkeep.start()
    assert served(cache, "first") == "answer"


def test_a_start_drops_what_is_past_its_time_however_much(database: Database, clock: MovableClock) -> None:
    plane = Plane(**{f"q{number}": 0.0 for number in range(BATCH + 3)})
    cache = cache_of(database, plane, clock)
    for question in plane.degrees:
        cache.admit(SCOPE, question, None, "answer", SOURCES, key=answer_key("answer"), by=ANA, vouched=True)
    clock.pass_by(days=30)
    cache.upkeep.start()
    assert rows(database) == (0, 0)
    assert plane.asked == []
