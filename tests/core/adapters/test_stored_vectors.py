from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from sqlmodel import Session, col, func, select

from core.adapters import vector_records
from core.adapters.stored_vectors import SWEEP_EVERY, StoredVectors
from core.adapters.vector_records import Change, StoredVector
from core.database import Database
from core.errors import ServiceUnavailable
from core.ports import Vector, VectorRecord
from core.settings import ROOT

SPACE = "cache-default"


def unit(seed: int, dimension: int = 16) -> Vector:
    vector = np.random.default_rng(seed).normal(size=dimension).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def records(first: int, last: int) -> list[VectorRecord]:
    return [VectorRecord(str(number), unit(number), {"half": number % 2}) for number in range(first, last)]


@contextmanager
def another_server(database: Database) -> Iterator[StoredVectors]:
    """A store of a server of its own on the same database."""
    with closing(Database(database.url.render_as_string(hide_password=False))) as other:
        yield StoredVectors(other)


def test_what_one_server_writes_another_finds_at_once(database: Database) -> None:
    store = StoredVectors(database)
    with another_server(database) as other:
        store.upsert(SPACE, records(0, 5))
        assert other.query(SPACE, unit(3), limit=1)[0].id == "3"
        store.delete(SPACE, ["3"])
        assert other.ids(SPACE) == {"0", "1", "2", "4"}
        other.upsert(SPACE, records(7, 8))
        assert store.query(SPACE, unit(7), limit=1)[0].id == "7"
        store.drop(SPACE)
        assert other.ids(SPACE) == set()


def test_servers_that_write_at_once_lose_nothing(database: Database) -> None:
    store = StoredVectors(database)
    with another_server(database) as other:
        writers = [
            Thread(target=lambda s=server, f=first: [s.upsert(SPACE, records(n, n + 1)) for n in range(f, f + 10)])
            for first, server in ((0, store), (10, other), (20, store), (30, other))
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert store.ids(SPACE) == other.ids(SPACE) == {str(number) for number in range(40)}


def marks(database: Database) -> int:
    query = select(func.count()).select_from(StoredVector).where(col(StoredVector.deleted).is_(True))
    with database.read() as session:
        return session.exec(query).one()


def test_old_marks_are_removed_and_a_server_that_slept_meanwhile_still_agrees(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.adapters.stored_vectors.MARKS_KEPT", 2 * SWEEP_EVERY)
    store = StoredVectors(database)
    count = 5 * SWEEP_EVERY
    with another_server(database) as asleep, another_server(database) as awake:
        store.upsert(SPACE, records(0, count))
        assert len(asleep.ids(SPACE)) == count
        for number in range(count - 3):
            store.delete(SPACE, [str(number)])
            if number % SWEEP_EVERY == 0:
                awake.ids(SPACE)
        store.upsert(SPACE, [VectorRecord("0", unit(9), {"half": 9})])
        assert 2 * SWEEP_EVERY <= marks(database) <= 3 * SWEEP_EVERY
        left = {"0", str(count - 3), str(count - 2), str(count - 1)}
        assert asleep.ids(SPACE) == awake.ids(SPACE) == store.ids(SPACE) == left
        assert [match.id for match in asleep.query(SPACE, unit(9), limit=9, where={"half": 9})] == ["0"]


def test_a_server_that_slept_while_a_namespace_was_dropped_and_filled_anew_agrees(database: Database) -> None:
    store = StoredVectors(database)
    with another_server(database) as asleep:
        store.upsert(SPACE, records(0, 5))
        assert len(asleep.ids(SPACE)) == 5
        store.drop(SPACE)
        store.upsert(SPACE, [VectorRecord("4", unit(4, dimension=8), {})])
        assert [match.id for match in asleep.query(SPACE, unit(4, dimension=8), limit=9)] == ["4"]


def test_a_server_in_use_reads_only_what_is_new(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.adapters.stored_vectors.MARKS_KEPT", 2 * SWEEP_EVERY)
    read: list[str] = []
    store = StoredVectors(database)
    store.upsert(SPACE, records(0, 50))
    changes = vector_records.changes

    def watched(session: Session, namespace: str, after: int) -> Iterator[Sequence[Change]]:
        for rows in changes(session, namespace, after):
            read.extend(row[0] for row in rows)
            yield rows

    monkeypatch.setattr(vector_records, "changes", watched)
    assert len(store.ids(SPACE)) == 50
    read.clear()
    for number in range(4 * SWEEP_EVERY):  # enough to sweep marks
        store.upsert(SPACE, records(100 + number % 3, 101 + number % 3))
        if number % 50 == 0:
            store.delete(SPACE, [str(number // 50)])
            store.ids(SPACE)
    assert len(read) < 150


def test_a_store_that_is_closed_gives_up_its_partitions(database: Database) -> None:
    store = StoredVectors(database, accelerate_above=100)
    store.upsert(SPACE, records(0, 3000))
    store.query(SPACE, unit(1), limit=1)
    store.close()
    assert store.query(SPACE, unit(7), limit=1)[0].id == "7"
    store.settle()
    assert store.query(SPACE, unit(8), limit=1, where={"half": 0})[0].id == "8"


def test_a_store_whose_database_fails_is_unavailable(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'empty.db'}")) as unmigrated:
        store = StoredVectors(unmigrated)
        with pytest.raises(ServiceUnavailable, match="refused a statement"):
            store.query(SPACE, unit(1), limit=1)
        with pytest.raises(ServiceUnavailable):
            store.upsert(SPACE, records(0, 1))


def test_no_call_is_made_inside_a_transaction(database: Database) -> None:
    store = StoredVectors(database)
    with database.read(), pytest.raises(RuntimeError, match="inside a database transaction"):
        store.query(SPACE, unit(1), limit=1)


WRITER = """
import sys
from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from tests.core.adapters.test_stored_vectors import SPACE, records
store = StoredVectors(Database(sys.argv[1]))
for number in range(100_000):
    store.upsert(SPACE, records(number, number + 1))
    print(number, flush=True)
"""


def test_after_a_kill_every_acknowledged_vector_is_found_and_nothing_needs_repair(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WRITER, url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(30)]
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout.read().split()]
    store = StoredVectors(database)
    assert {str(number) for number in acknowledged} <= store.ids(SPACE)
    assert all(store.query(SPACE, unit(number), limit=1)[0].id == str(number) for number in acknowledged[-5:])
    store.upsert(SPACE, records(200_000, 200_001))
    assert "200000" in store.ids(SPACE)
