"""What upkeep may take away, and what it may not."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import delete, select

from core.database import Database, new_id
from core.semantic_cache.model import Kind
from core.semantic_cache.records import CacheEntry, CacheQuestion
from core.semantic_cache.surplus import MOST_NEGATIVES, drop_empty, surplus
from tests.core.semantic_cache.entries import NOW, SCOPE, make_entry


def add_questions(database: Database, entry: str, kind: Kind, count: int) -> list[str]:
    rows = [
        CacheQuestion(
            id=f"{new_id()}{number:04}", entry_id=entry, namespace=SCOPE.namespace, key=f"{number}",
            question=f"{number}", kind=kind, indexed=True,
        )
        for number in range(count)
    ]  # fmt: skip
    with database.begin() as session:
        session.add_all(rows)
    return sorted(row.id for row in rows)


def test_of_too_many_negative_examples_the_oldest_leave(database: Database) -> None:
    full, few = make_entry(database), make_entry(database, "few")
    added = add_questions(database, full, Kind.NEGATIVE, MOST_NEGATIVES + 7)
    add_questions(database, full, Kind.ALIAS, MOST_NEGATIVES + 7)
    add_questions(database, few, Kind.NEGATIVE, MOST_NEGATIVES)
    with database.read() as session:
        assert sorted(row.id for row in surplus(session, 100)) == added[:7]
        assert len(surplus(session, 3)) == 3


def test_entries_without_a_question_leave_when_their_time_is_over(database: Database) -> None:
    asked, empty, young = (make_entry(database, at=NOW - timedelta(days=days)) for days in (31, 31, 1))
    with database.begin() as session:
        for entry in (empty, young):
            session.exec(delete(CacheQuestion).where(CacheQuestion.entry_id == entry))
    with database.begin() as session:
        assert drop_empty(session, NOW) == 1
    with database.read() as session:
        assert set(session.exec(select(CacheEntry.id))) == {asked, young}
