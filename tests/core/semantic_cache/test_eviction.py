from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.semantic_cache.eviction import usefulness
from core.semantic_cache.model import CachePolicy
from core.semantic_cache.records import CacheEntry, CacheQuestion
from core.semantic_cache.service import SemanticCache
from core.semantic_cache.upkeep import BATCH
from tests.core.semantic_cache.caches import ANA, SCOPE, Plane, admit, cache_of, served
from tests.core.semantic_cache.entries import make_entry
from tests.house import MovableClock

quickly = settings(deadline=None, max_examples=200)
costs, counts, days = st.floats(0, 10), st.integers(0, 10**6), st.floats(0, 365)
NAMES = ("one", "two", "three", "four", "five")


@quickly
@given(costs, counts, days, st.integers(1, 20), st.integers(1, 1000))
def test_what_cost_more_or_is_reused_more_is_worth_more_and_what_is_old_or_double_less(
    cost: float, served: int, age: float, redundancy: int, more: int
) -> None:
    def worth(**other: float) -> float:
        told = {"cost": cost, "served": served, "age": age, "redundancy": redundancy} | other
        return usefulness(told["cost"], int(told["served"]), timedelta(days=told["age"]), int(told["redundancy"]))

    assert worth() > 0
    assert worth(cost=cost + more) > worth()
    assert worth(served=served + more) > worth()
    assert worth(age=age + more) < worth()
    assert worth(redundancy=redundancy + more) < worth()


def test_a_free_answer_and_one_from_the_future_are_worth_something() -> None:
    assert usefulness(0.0, 0, timedelta(days=-1), 0) > 0


def ids(database: Database) -> tuple[set[str], set[str]]:
    with database.read() as session:
        return set(session.exec(select(CacheEntry.answer))), set(session.exec(select(CacheQuestion.id)))


@pytest.fixture
def plane() -> Plane:
    return Plane(**{name: 40 * number for number, name in enumerate(NAMES)})


def limited(database: Database, plane: Plane, clock: MovableClock, most: int) -> SemanticCache:
    return cache_of(database, plane, clock, policy=CachePolicy(time_to_live=timedelta(days=30), most_entries=most))


def test_the_least_useful_leave_and_index_and_database_agree(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    cache = limited(database, plane, clock, 3)
    for name in NAMES:
        admit(cache, plane, name, f"of {name}")
    with database.begin() as session:
        for entry in session.exec(select(CacheEntry)):
            entry.served = {"of two": 0, "of four": 1}.get(entry.answer, 5)
    assert [cache.reconcile(), cache.reconcile()] == [2, 0]
    answers, questions = ids(database)
    assert answers == {"of one", "of three", "of five"}
    assert StoredVectors(database).ids(SCOPE.namespace) == questions
    assert served(cache, "two") is None
    assert served(cache, "three") == "of three"


def test_what_is_dear_outlives_what_is_cheap(database: Database, plane: Plane, clock: MovableClock) -> None:
    cache = limited(database, plane, clock, 1)
    for name, cost in (("one", 0.05), ("two", 0.0001)):
        cache.admit(SCOPE, name, plane.embed([name])[0], name, [], key=name, by=ANA, vouched=True, cost_usd=cost)
    assert cache.reconcile() == 1
    assert ids(database)[0] == {"one"}


def test_each_tenant_has_a_limit_of_its_own(database: Database, plane: Plane, clock: MovableClock) -> None:
    cache = limited(database, plane, clock, 2)
    for tenant, count in (("one", 4), ("other", 2)):
        for number in range(count):
            make_entry(database, f"q{number}", f"{tenant} {number}", scope=replace(SCOPE, tenant=tenant))
    assert [cache.reconcile(), cache.reconcile()] == [2, 0]
    answers, _ = ids(database)
    assert sorted(answer.split()[0] for answer in answers) == ["one", "one", "other", "other"]


def test_a_great_excess_leaves_batch_by_batch(database: Database, plane: Plane, clock: MovableClock) -> None:
    for number in range(BATCH + 5):
        make_entry(database, f"q{number}", f"a{number}", scope=SCOPE)
    cache = limited(database, plane, clock, 2)
    assert [cache.reconcile() for _ in range(3)] == [BATCH, 3, 0]
    assert len(ids(database)[0]) == 2


def test_entries_whose_questions_went_elsewhere_do_not_stand_in_the_way(
    database: Database, plane: Plane, clock: MovableClock
) -> None:
    for number in range(4):
        make_entry(database, f"q{number}", f"a{number}", scope=SCOPE, served=number)
    with database.begin() as session:
        for entry in session.exec(select(CacheEntry).where(CacheEntry.served < 2)):
            for question in session.exec(select(CacheQuestion).where(CacheQuestion.entry_id == entry.id)):
                session.delete(question)
    cache = limited(database, plane, clock, 1)
    assert [cache.reconcile(), cache.reconcile()] == [1, 0]
    assert ids(database)[0] == {"a0", "a1", "a3"}
    clock.pass_by(days=31)
    cache.reconcile()
    assert ids(database) == (set(), set())
