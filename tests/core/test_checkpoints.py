from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import enumerate as threads

import pytest
from sqlmodel import Session, text

from core.checkpoints import BACKSTOP_PAGES, Checkpoints
from core.database import Database

PATIENCE_S = 20


def until(said: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not said():
        assert time.monotonic() < limit
        time.sleep(0.02)


def fill(session: Session, rows: int = 100) -> None:
    session.execute(text("CREATE TABLE IF NOT EXISTS filled (words TEXT)"))
    session.execute(text("INSERT INTO filled VALUES (:words)"), [{"words": "w" * 3000}] * rows)


def in_file_alone(path: Path, copy: Path) -> int:
    """Return the rows that the file holds without its log."""
    copy.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM filled").fetchone()[0])
        except sqlite3.OperationalError:
            return 0
        finally:
            connection.close()


def test_what_was_committed_comes_into_the_file_while_connections_stay_open(tmp_path: Path) -> None:
    path = tmp_path / "a 100 % b.db"
    with closing(Database(f"sqlite:///{path}")) as database, database.read():
        with database.begin() as session:
            fill(session)
        until(lambda: in_file_alone(path, tmp_path / "copy.db") == 100)


def test_commits_do_not_checkpoint_until_the_log_is_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Checkpoints, "committed", lambda self: None)
    path = tmp_path / "a.db"
    with closing(Database(f"sqlite:///{path}")) as database:
        for _ in range(15):  # more than the thousand pages at which SQLite would begin
            with database.begin() as session:
                fill(session)
        assert in_file_alone(path, tmp_path / "copy.db") == 0
        with database.begin() as session:
            fill(session, BACKSTOP_PAGES)
        assert in_file_alone(path, tmp_path / "copy.db") > 0


def test_after_the_end_no_thread_is_left_and_the_database_can_be_used_again(tmp_path: Path) -> None:
    before = set(threads())
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    for _ in range(2):
        with database.begin() as session:
            fill(session)
        database.close()
        assert set(threads()) <= before


def test_a_file_that_is_gone_is_no_end_and_is_not_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    gone = tmp_path / "is it?#%.db"
    with closing(Checkpoints(str(gone))) as checkpoints:
        for _ in range(2):
            caplog.clear()
            checkpoints.committed()
            until(lambda: "not_checkpointed" in caplog.text)
    assert not gone.exists()
