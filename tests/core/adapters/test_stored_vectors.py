from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from core.adapters.stored_vectors import COMPACT_ABOVE, COMPACT_EVERY, StoredVectors
from core.adapters.vector_records import marks
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


def test_marks_of_deleted_vectors_are_removed_in_the_end(database: Database) -> None:
    store = StoredVectors(database)
    count = COMPACT_ABOVE + COMPACT_EVERY + 20
    with another_server(database) as other:
        store.upsert(SPACE, records(0, count))
        other.query(SPACE, unit(0), limit=1)
        store.delete(SPACE, [str(number) for number in range(COMPACT_ABOVE + 1)])
        for number in range(COMPACT_ABOVE + 1, COMPACT_ABOVE + 1 + COMPACT_EVERY):
            store.delete(SPACE, [str(number)])
        with database.read() as session:
            assert marks(session, SPACE) < COMPACT_EVERY
        assert other.ids(SPACE) == store.ids(SPACE) == {str(n) for n in range(COMPACT_ABOVE + 1 + COMPACT_EVERY, count)}


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
