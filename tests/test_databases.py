"""A database that was lent before is as good as a new one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import text

from core.database import Database
from core.errors import DatabaseError
from tests.databases import Databases, PostgresPool

WRITE = "INSERT INTO leases (name, owner, until) VALUES ('x', 'y', '2026-05-04')"
ROWS = "SELECT (SELECT count(*) FROM leases), (SELECT count(*) FROM knowledge_documents)"


def run(url: str, *statements: str) -> None:
    with closing(Database(url)) as database, database.begin() as session:
        for statement in statements:
            session.execute(text(statement))


def rows(url: str) -> tuple[int, int]:
    """Return how many leases and documents there are."""
    with closing(Database(url)) as database, database.read() as session:
        leases, documents = session.execute(text(ROWS)).one()
        return leases, documents


@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize(
    "damage",
    [
        WRITE,
        "DELETE FROM knowledge_documents",
        "UPDATE knowledge_documents SET title = 'another'",
        "DROP TABLE leases",
        "CREATE INDEX an_index ON leases (owner)",
        "ALTER TABLE leases ADD COLUMN more TEXT",
    ],
)
def test_nothing_is_left_of_what_a_test_did(templates: Databases, tmp_path: Path, damage: str, filled: bool) -> None:
    with templates.lend(tmp_path, filled=filled) as url:
        before = rows(url)
        assert (before[0], before[1] > 0) == (0, filled)
        run(url, damage)
    with templates.lend(tmp_path, filled=filled) as url:
        assert rows(url) == before
        run(url, WRITE, "ALTER TABLE leases ADD COLUMN more TEXT", "CREATE INDEX an_index ON leases (owner)")
        with closing(Database(url)) as database, database.read() as session:
            titles = "SELECT count(*) FROM knowledge_documents WHERE title = 'another'"
            assert session.execute(text(titles)).scalar() == 0


def test_whom_a_test_left_behind_reaches_no_later_test(postgres_pool: PostgresPool, tmp_path: Path) -> None:
    with postgres_pool.lend(tmp_path, filled=False) as url:
        left = Database(url)
        left.check()
    with postgres_pool.lend(tmp_path, filled=False) as later, closing(left):
        assert later != url
        with pytest.raises(DatabaseError):
            left.check()


def test_a_database_with_nothing_but_new_rows_is_lent_again(postgres_pool: PostgresPool, tmp_path: Path) -> None:
    number = "SELECT oid FROM pg_database WHERE datname = current_database()"
    used = []
    for _ in range(2):
        with postgres_pool.lend(tmp_path, filled=False) as url, closing(Database(url)) as database:
            with database.begin() as session:
                session.execute(text(WRITE))
            with database.read() as session:
                used.append(session.execute(text(number)).scalar())
    assert used[0] == used[1]
