"""An answer that comes again: the same entry takes it, and what is in quarantine does not return by itself."""

from __future__ import annotations

from sqlmodel import func, select

from core.access.model import system
from core.database import Database
from core.semantic_cache.model import answer_key
from core.semantic_cache.quarantine import quarantine, release
from core.semantic_cache.records import CacheEntry
from core.semantic_cache.service import SemanticCache
from tests.core.semantic_cache.caches import ANA, BEN, SCOPE, SOURCES, Plane, admit, cache_of, served
from tests.house import MovableClock


def again(cache: SemanticCache, plane: Plane, question: str, answer: str) -> str | None:
    vector = plane.embed([question])[0]
    return cache.admit(SCOPE, question, vector, answer, SOURCES, key=answer_key(answer), by=BEN, vouched=True)


def entries(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(CacheEntry)).one()


def test_the_same_answer_to_the_same_question_stays_one_entry(database: Database, clock: MovableClock) -> None:
    plane = Plane(first=0, other=90)
    cache = cache_of(database, plane, clock)
    entry = admit(cache, plane, "first", "answer")
    assert again(cache, plane, "first", "answer") == entry
    assert entries(database) == 1
    assert again(cache, plane, "first", "another answer") != entry
    assert again(cache, plane, "other", "answer") != entry


def test_what_is_quarantined_is_not_admitted_again_by_any_question(database: Database, clock: MovableClock) -> None:
    plane = Plane(first=0, close=20, other=90)
    cache = cache_of(database, plane, clock)
    entry = admit(cache, plane, "first", "answer")
    with database.begin() as session:
        assert quarantine(session, session.get_one(CacheEntry, entry), system("default"), clock.now(), "looked wrong")
    assert [again(cache, plane, question, "answer") for question in ("first", "close", "other")] == [None] * 3
    assert served(cache, "first", actor=ANA) is None
    with database.begin() as session:
        assert release(session, session.get_one(CacheEntry, entry), system("default"), clock.now(), "it is right")
    assert again(cache, plane, "other", "answer") is not None
