from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from core.database import Database
from core.semantic_cache.model import Scope
from core.semantic_cache.queries import exact, expired, remove, serving, unindexed
from core.semantic_cache.records import CacheEntry, CacheQuestion
from tests.house import MovableClock

SCOPE = Scope("default", "release", "en")
NOW = MovableClock().time


def entry(name: str, *, days: float = 1, age: float = 0) -> CacheEntry:
    return CacheEntry(
        id=name, tenant=SCOPE.tenant, release=SCOPE.release, locale=SCOPE.locale, answer=name, answer_key=name,
        sources=[], created_at=NOW - timedelta(days=age), fresh_until=NOW + timedelta(days=days),
        expires_at=NOW + timedelta(days=days),
    )  # fmt: skip


def question(name: str, entry_id: str, *, key: str = "key", indexed: bool = True) -> CacheQuestion:
    return CacheQuestion(
        id=name, entry_id=entry_id, namespace=SCOPE.namespace, key=key, question=name, indexed=indexed
    )  # fmt: skip


def keep(database: Database, entries: list[CacheEntry], questions: list[CacheQuestion]) -> None:
    with database.begin() as session:
        session.add_all(entries)
        session.flush()
        session.add_all(questions)


def ids(session: Session) -> tuple[set[str], set[str]]:
    return set(session.exec(select(CacheEntry.id))), set(session.exec(select(CacheQuestion.id)))


def test_equal_questions_come_newest_first_live_only_and_ten_at_most(database: Database) -> None:
    entries = [entry(f"e{age:02}", age=age) for age in range(12)] + [entry("over", days=0, age=-1)]
    keep(database, entries, [question(f"q{one.id}", one.id) for one in entries])
    with database.read() as session:
        assert [one.id for one in exact(session, SCOPE, "key", NOW)] == [f"e{age:02}" for age in range(10)]
        assert exact(session, SCOPE, "other", NOW) == []
        assert exact(session, replace(SCOPE, tenant="other"), "key", NOW) == []


def test_only_live_entries_are_served(database: Database) -> None:
    keep(database, [entry("live"), entry("over", days=0)], [question("a", "live"), question("b", "over")])
    with database.read() as session:
        assert serving(session, ["live", "over", "unknown"], NOW) == {"live"}


def test_an_entry_lasts_as_long_as_one_of_its_questions(database: Database) -> None:
    questions = [question("a", "both"), question("b", "both"), question("c", "single")]
    keep(database, [entry("both"), entry("single")], questions)
    with database.begin() as session:
        remove(session, [questions[0], questions[2]])
        assert ids(session) == ({"both"}, {"b"})
        remove(session, [questions[1]])
        assert ids(session) == (set(), set())


def test_what_waits_and_what_is_over_are_told_apart_and_limited(database: Database) -> None:
    entries = [entry("e1"), entry("e2"), entry("over", days=0)]
    keep(database, entries, [question(f"q{one.id}", one.id, indexed=False) for one in entries])
    with database.read() as session:
        assert {row.id for row, _ in unindexed(session, NOW, 10)} == {"qe1", "qe2"}
        assert [row.id for row in expired(session, NOW, 10)] == ["qover"]
        assert len(unindexed(session, NOW, 1)) == 1
        assert expired(session, NOW, 0) == []


def test_there_is_no_question_without_an_entry(database: Database) -> None:
    with pytest.raises(IntegrityError):
        keep(database, [], [question("a", "nowhere")])
