from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlmodel import col

from core.database import Database, UtcDateTime
from core.errors import DatabaseError
from core.prepared import Prepared
from core.semantic_cache.records import CacheEntry
from tests.core.semantic_cache.entries import NOW, make_entry

COLUMNS = (CacheEntry.id, CacheEntry.documents, CacheEntry.created_at, CacheEntry.right, CacheEntry.served_at)
MADE = select(*COLUMNS).where(
    col(CacheEntry.created_at) == bindparam("at", type_=UtcDateTime), col(CacheEntry.standing) == "shared"
)


def test_values_go_in_and_come_out_as_sqlalchemy_has_them(database: Database) -> None:
    make_entry(database, documents={"squat": "1"})
    prepared = Prepared(MADE)
    with database.look() as connection:
        expected = [tuple(row) for row in connection.execute(MADE, {"at": NOW})]
    assert len(expected) == 1
    assert prepared.rows(database, {"at": NOW}) == prepared.rows(database, {"at": NOW}) == expected
    assert prepared.rows(database, {"at": datetime(2000, 1, 1, tzinfo=UTC)}) == []


def test_each_run_sees_what_was_committed_before_and_leaves_no_transaction_open(database: Database) -> None:
    prepared = Prepared(MADE)
    for count in range(3):
        assert len(prepared.rows(database, {"at": NOW})) == count
        make_entry(database, answer=str(count))
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_one_statement_serves_many_threads(database: Database) -> None:
    make_entry(database)
    prepared, found = Prepared(MADE), list[int]()
    threads = [Thread(target=lambda: found.append(len(prepared.rows(database, {"at": NOW})))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8


def test_a_value_that_is_missing_is_an_error_and_no_answer(database: Database) -> None:
    with pytest.raises(Exception, match="at"):
        Prepared(MADE).rows(database, {})


def test_a_connection_that_broke_is_replaced(database: Database) -> None:
    make_entry(database)
    prepared = Prepared(MADE)
    with closing(database.engine.raw_connection()) as connection:
        driver: Any = connection.driver_connection
    driver.close()
    for _ in range(2):
        assert len(prepared.rows(database, {"at": NOW})) == 1
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_an_error_of_the_database_is_explained(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 100)
    with pytest.raises(DatabaseError, match="damaged"):
        Prepared(MADE).rows(Database(f"sqlite:///{broken}"), {"at": NOW})
