"""Many rows at once on both databases: what is written is what is read, and what stands is given new values."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from core.database import Database
from core.monitoring.backlog import TURNS, Mark
from core.monitoring.bulk import settle, write
from core.monitoring.records import TurnEvent
from core.monitoring.rollup_records import RollupUsers
from core.monitoring.rows import chunks, is_postgresql, plain_rows, put
from tests.core.monitoring.events import turn_event

KEYS = ("tenant", "cube", "day", "value")
QUERY = select(*(getattr(RollupUsers, name) for name in (*KEYS, "sketch"))).order_by(col(RollupUsers.day))
BYTES = bytes(range(256))


def row(day: int, sketch: bytes = BYTES) -> tuple[Any, ...]:
    return ("t", "all", day, "a, b\t\\N", sketch)


def users(session: Session, rows: list[tuple[Any, ...]], there: set[tuple[Any, ...]] | None) -> None:
    put(session, "rollup_users", KEYS, ("sketch",), rows, there)


@pytest.mark.parametrize("known", [True, False], ids=["keys known", "keys not known"])
def test_rows_are_put_beside_what_is_there_and_over_it(database: Database, known: bool) -> None:
    with database.begin() as session:
        users(session, [row(1), row(2)], set() if known else None)
    with database.begin() as session:
        users(session, [row(2, b"new"), row(3)], {row(2)[:4]} if known else None)
    with database.read() as session:
        assert plain_rows(session, QUERY) == [row(1), row(2, b"new"), row(3)]


def test_what_is_wrongly_taken_for_new_changes_nothing(database: Database) -> None:
    """SQLite looks for itself; PostgreSQL refuses, and the transaction with it."""
    with database.begin() as session:
        users(session, [row(1)], set())
    if database.is_sqlite:
        return
    with pytest.raises(IntegrityError, match="duplicate key"), database.begin() as session:
        users(session, [row(0), row(1, b"lost")], set())
    with database.read() as session:
        assert plain_rows(session, QUERY) == [row(1)]


def test_rows_come_in_parts_with_the_values_that_were_written(database: Database) -> None:
    """Numbers, texts, nothing and bytes; more rows than the driver fetches at once."""
    count = 2_345
    with database.begin() as session:
        users(session, [row(day) for day in range(count)], set())
    with database.read() as session:
        parts = list(chunks(session, QUERY, 100))
    assert [len(part) for part in parts] == [100] * 23 + [45]
    assert [tuple(one) for part in parts for one in part] == [row(day) for day in range(count)]


def test_events_that_are_written_in_a_batch_are_the_rows_of_one_by_one(database: Database) -> None:
    told: dict[str, Any] = {
        "stages_ms": {"cache": 1.5, "a \"quoted\" stage": 2}, "cost_usd": None, "saved_usd": 0.25, "degraded": True,
        "error": "tab\tand\\N", "decision_id": None, "similarity": 0.75, "total_ms": 7,
    }  # fmt: skip
    single = turn_event(0.5, turn_id="single", **told)
    batched = turn_event(0.5, turn_id="batched", **told).model_dump(exclude={"seq", "xid"})
    with database.begin() as session:
        session.add(single)
    write(database, turns=[batched])
    settle(database)
    with database.read() as session:
        rows = session.exec(select(TurnEvent)).all()
    one, other = (item.model_dump(exclude={"seq", "xid", "turn_id"}) for item in rows)
    assert one == other


def test_postgresql_reads_what_waits_along_its_index(database: Database) -> None:
    """Else it would sort all that waits for each part of it, which takes longer the more there is."""
    write(database, turns=[turn_event(0, turn_id=f"turn {place}").model_dump() for place in range(3000)])
    with database.read() as session:
        if not is_postgresql(session):
            return
        first = TURNS.read(session, Mark(), 100)
        assert first
        query = select(TurnEvent.seq).where(TURNS.waiting(session, first[1]))
        query = query.order_by(col(TurnEvent.xid), col(TurnEvent.seq)).limit(100)
        plan = str(query.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        seen = [line for (line,) in session.connection().execute(text(f"EXPLAIN {plan}"))]
    assert any("ix_turn_events_commit" in line for line in seen)
    assert not any("Sort" in line for line in seen)
