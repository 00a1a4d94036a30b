from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import select

from core.database import Database
from core.inserting import inserted
from core.knowledge.records import KnowledgeSnapshot
from core.monitoring.records import TurnEvent
from tests.core.monitoring.events import turn_event

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def snapshot(version: str, namespace: str) -> KnowledgeSnapshot:
    return KnowledgeSnapshot(version=version, namespace=namespace, created_at=NOON, indexed=True)


def test_a_row_is_inserted_once_and_the_first_one_stays(database: Database) -> None:
    with database.begin() as session:
        assert inserted(session, snapshot("a", "n"))
        assert not inserted(session, KnowledgeSnapshot(version="a", namespace="n", created_at=NOON, indexed=False))
        assert inserted(session, snapshot("a", "m"))
    with database.read() as session:
        rows = session.exec(select(KnowledgeSnapshot)).all()
    assert sorted((row.namespace, row.indexed) for row in rows) == [("m", True), ("n", True)]


def test_what_the_database_counts_is_left_to_it_and_values_come_back_as_they_went(database: Database) -> None:
    names = [f"turn {number}" for number in range(3)]
    with database.begin() as session:
        for name in names:
            assert inserted(session, turn_event(0, turn_id=name, stages_ms={"cache": 1.5}))
    with database.read() as session:
        rows = session.exec(select(TurnEvent).order_by(TurnEvent.seq)).all()  # type: ignore[arg-type]
    assert [row.turn_id for row in rows] == names
    numbers = [row.seq for row in rows if row.seq is not None]
    assert numbers == sorted({*numbers})
    assert {row.stages_ms["cache"] for row in rows} == {1.5}
    assert rows[0].at == turn_event(0).at
