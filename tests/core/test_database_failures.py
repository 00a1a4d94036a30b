"""What a person reads when the database cannot be used: real failures of real databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from core.database import Database, forbid_open_transaction
from core.errors import DatabaseError

BUSY = "busy with another program; try again in a moment"
FULL = "disk is full or cannot be written; free some space"
DAMAGED = "file is damaged; restore a backup"
CLOSED = "cannot be opened for writing; check its path and permissions"
SILENT = "does not answer; check that it runs and that DATABASE_URL is right"
HOLD_THE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A database with one table, which gives up at once where it would wait."""
    with closing(Database(f"sqlite:///{tmp_path / 'a.db'}")) as database:
        event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=0"))
        write(database, "CREATE TABLE note (said TEXT)")
        yield database


def write(database: Database, *statements: str) -> None:
    """Run statements in one transaction."""
    with database.begin() as session:
        for statement in statements:
            session.execute(text(statement))


def notes(database: Database) -> int:
    with database.read() as session:
        return int(session.scalar(text("SELECT count(*) FROM note")) or 0)


def test_a_lock_of_another_program_is_said_and_passes(sqlite: Database) -> None:
    command = [sys.executable, "-c", HOLD_THE_LOCK, str(sqlite.url.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(DatabaseError, match=BUSY):
            write(sqlite, "INSERT INTO note VALUES ('mine')")
        assert notes(sqlite) == 0  # readers need not wait
        other.communicate()
    write(sqlite, "INSERT INTO note VALUES ('mine')")
    assert notes(sqlite) == 1


def test_a_full_disk_is_said_and_takes_back_the_transaction(sqlite: Database) -> None:
    with pytest.raises(DatabaseError, match=FULL):
        write(
            sqlite,
            "PRAGMA max_page_count = 8",
            "INSERT INTO note VALUES ('small')",
            "INSERT INTO note VALUES (hex(zeroblob(100000)))",
        )
    assert notes(sqlite) == 0
    forbid_open_transaction()


def test_a_file_that_may_only_be_read_is_said(sqlite: Database) -> None:
    with pytest.raises(DatabaseError, match=CLOSED):
        write(sqlite, "PRAGMA query_only = ON", "INSERT INTO note VALUES ('mine')")
    assert notes(sqlite) == 0


@pytest.mark.parametrize("use", [Database.migrate, Database.check], ids=["migrate", "check"])
def test_a_file_that_is_no_database_is_said(use: Callable[[Database], None], tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"These are holiday photographs." * 200)
    with closing(Database(f"sqlite:///{tmp_path / 'a.db'}")) as database, pytest.raises(DatabaseError, match=DAMAGED):
        use(database)
    assert (tmp_path / "a.db").read_bytes().startswith(b"These are holiday")


def test_a_damaged_page_is_said(sqlite: Database) -> None:
    write(sqlite, *["INSERT INTO note VALUES (hex(zeroblob(1000)))"] * 20)
    sqlite.close()
    file = Path(str(sqlite.url.database))
    file.write_bytes(file.read_bytes()[:4096] + b"\xff" * (file.stat().st_size - 4096))
    with pytest.raises(DatabaseError, match=DAMAGED):
        notes(sqlite)


def test_a_folder_in_place_of_the_file_is_said(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}")) as database, pytest.raises(DatabaseError, match=CLOSED):
        database.check()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match=r"folder cannot be made .*check DATABASE_URL"):
        Database(f"sqlite:///{tmp_path / 'file' / 'folder' / 'a.db'}")


def test_a_statement_that_is_wrong_is_not_taken_for_a_failure_of_the_disk(database: Database) -> None:
    with pytest.raises(DatabaseError, match=r"refused a statement \((OperationalError|UndefinedTable)\); see the log"):
        write(database, "SELECT * FROM nowhere")
    database.check()


@pytest.mark.parametrize("place", ["127.0.0.1:1", "no-such-host.invalid"], ids=["closed port", "unknown host"])
def test_a_postgresql_that_is_not_there_is_said_without_the_password(place: str) -> None:
    with closing(Database(f"postgresql://me:hush@{place}/coach")) as database:
        for use in (database.check, database.migrate):
            with pytest.raises(DatabaseError, match=SILENT) as caught:
                use()
            assert "hush" not in f"{caught.value} {caught.value.__cause__}"


def test_a_database_that_the_server_does_not_have_is_said(postgres: str) -> None:
    url = postgres.replace("/postgres?", "/nowhere?")
    with closing(Database(url)) as database, pytest.raises(DatabaseError, match=SILENT):
        database.check()


def own_number(session: Session) -> int:
    return int(session.scalar(text("SELECT pg_backend_pid()")) or 0)


def end_connection(url: str, number: int) -> None:
    """End a connection from outside, as a server does that is restarted."""
    with closing(Database(url)) as other:
        write(other, f"SELECT pg_terminate_backend({number}, 5000)")


def test_a_connection_cut_in_the_middle_is_said_and_the_next_transaction_works(postgres: str) -> None:
    def go_on_after_the_cut(session: Session) -> None:
        end_connection(postgres, own_number(session))
        session.execute(text("SELECT 1"))

    with closing(Database(postgres)) as database:
        with pytest.raises(DatabaseError, match=SILENT), database.begin() as session:
            go_on_after_the_cut(session)
        database.check()


def test_a_connection_that_was_cut_while_nobody_used_it_is_replaced_unnoticed(postgres: str) -> None:
    with closing(Database(postgres)) as database:
        with database.read() as session:
            number = own_number(session)
        end_connection(postgres, number)
        database.check()
