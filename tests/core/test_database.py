from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, literal, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, col

from core.database import Database, UtcDateTime, forbid_open_transaction, new_id
from core.errors import DatabaseError, SettingsError
from core.knowledge.records import KnowledgeSnapshot

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
zones = st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-14 * 60, 14 * 60))
times = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=zones)
on_a_database = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def row(version: str = "a", at: datetime = NOON) -> KnowledgeSnapshot:
    return KnowledgeSnapshot(version=version, namespace="n", created_at=at, indexed=False)


def versions(database: Database) -> list[str]:
    """Return the rows that are kept, the earliest first."""
    with database.read() as session:
        return list(session.scalars(select(col(KnowledgeSnapshot.version)).order_by(col(KnowledgeSnapshot.created_at))))


def time_of(session: Session, version: str = "a") -> datetime:
    at = session.scalar(select(col(KnowledgeSnapshot.created_at)).where(col(KnowledgeSnapshot.version) == version))
    assert at is not None
    return at


@on_a_database
@given(at=times)
def test_a_time_comes_back_as_the_same_instant_in_utc(database: Database, at: datetime) -> None:
    with database.read() as session:  # nothing of it is kept for the next example
        session.add(row(at=at))
        session.flush()
        found = time_of(session)
    assert found == at
    assert found.tzinfo is UTC


@on_a_database
@given(one=times, later=st.timedeltas(timedelta(hours=-15), timedelta(hours=15)), zone=zones)
def test_times_of_any_zone_are_compared_as_instants(
    database: Database, one: datetime, later: timedelta, zone: timezone
) -> None:
    with database.read() as session:
        session.add_all([row("one", one), row("other", (one + later).astimezone(zone))])
        session.flush()
        query = select(col(KnowledgeSnapshot.version)).where(col(KnowledgeSnapshot.created_at) >= one)
        assert ("other" in list(session.scalars(query))) == (later >= timedelta())


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with (
        pytest.raises(StatementError, match="a time without a time zone cannot be stored"),
        database.begin() as session,
    ):
        session.add(row(at=datetime(2026, 5, 4)))


def test_no_time_is_no_time(database: Database) -> None:
    with database.read() as session:
        assert session.scalar(select(literal(None, UtcDateTime()))) is None


def test_a_transaction_is_kept_at_its_end(database: Database) -> None:
    with database.begin() as session:
        session.add(row())
    assert versions(database) == ["a"]


def test_an_error_takes_back_the_whole_transaction(database: Database) -> None:
    def write_and_fail(session: Session) -> None:
        session.add(row())
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.begin() as session:
        write_and_fail(session)
    assert versions(database) == []


def test_a_broken_rule_of_the_schema_is_the_callers_to_answer(database: Database) -> None:
    with database.begin() as session:
        session.add(row())
    with pytest.raises(IntegrityError), database.begin() as session:
        session.add_all([row("b"), row("a")])
    assert versions(database) == ["a"]


def test_what_is_written_while_reading_is_not_kept(database: Database) -> None:
    with database.read() as session:
        session.add(row())
        session.flush()
    assert versions(database) == []


def test_rows_can_be_used_after_their_transaction(database: Database) -> None:
    with database.begin() as session:
        session.add(kept := row())
    assert kept.version == "a"


@pytest.mark.parametrize("kind", ["begin", "read"])
def test_a_remote_call_is_forbidden_inside_a_transaction_only(database: Database, kind: str) -> None:
    forbid_open_transaction()
    with getattr(database, kind)(), pytest.raises(RuntimeError, match="inside a database transaction"):
        forbid_open_transaction()
    forbid_open_transaction()


def test_a_transaction_inside_another_does_not_lift_the_ban(database: Database) -> None:
    with database.begin():
        with database.read():
            pass
        with pytest.raises(RuntimeError, match="inside a database transaction"):
            forbid_open_transaction()
    forbid_open_transaction()


def test_a_failed_transaction_lifts_the_ban(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.begin():
        raise ZeroDivisionError
    forbid_open_transaction()


def test_the_transaction_of_one_thread_does_not_bind_another(database: Database) -> None:
    passed: list[bool] = []

    def elsewhere() -> None:
        forbid_open_transaction()
        passed.append(True)

    with database.begin():
        (thread := Thread(target=elsewhere)).start()
        thread.join()
    assert passed == [True]


def test_a_reader_sees_what_was_kept_while_another_writes(database: Database) -> None:
    with database.begin() as session:
        session.add(row("a"))
    with database.begin() as session:
        session.add(row("b"))
        session.flush()
        assert versions(database) == ["a"]
    assert sorted(versions(database)) == ["a", "b"]


def test_a_writer_need_not_wait_for_a_reader(database: Database) -> None:
    with database.read() as reading:
        assert reading.scalar(select(col(KnowledgeSnapshot.version))) is None
        with database.begin() as session:
            session.add(row("a"))
    assert versions(database) == ["a"]


def test_writers_of_sqlite_wait_for_one_another(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'a.db'}")) as database:
        database.migrate()
        with database.begin() as session:
            session.add(row())

        def add_hours() -> None:
            for _ in range(10):
                with database.begin() as session:
                    session.get_one(KnowledgeSnapshot, ("a", "n")).created_at += timedelta(hours=1)

        threads = [Thread(target=add_hours) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.read() as session:
            assert time_of(session) == NOON + timedelta(hours=40)


def test_the_folder_of_a_database_is_made(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'new' / 'folder' / 'a.db'}")) as database:
        database.check()
    assert (tmp_path / "new" / "folder" / "a.db").is_file()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_may_be_named_as_people_name_it(postgres: str, scheme: str) -> None:
    with closing(Database(f"{scheme}:{postgres.partition(':')[2]}")) as database:
        database.check()
        assert not database.is_sqlite


@pytest.mark.parametrize(
    "url",
    ["", "coach.db", "mysql://me:hush@db/coach", "nothing://x", "sqlite://", "sqlite:///:memory:",
     "postgresql://me:hush@db:port/coach"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_unshown(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL cannot be read; write sqlite:///file") as caught:
        Database(url)
    assert "hush" not in str(caught.value)


def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    with database.begin() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="A newer version of this product wrote the database"):
        database.migrate()


def test_ids_are_unique_hexadecimal_and_sort_by_their_time() -> None:
    before = time.time_ns() // 1_000_000
    ids = [new_id() for _ in range(2000)]
    after = time.time_ns() // 1_000_000
    moments = [int(identity[:12], 16) for identity in ids]
    assert moments == sorted(moments)
    assert before <= moments[0] <= moments[-1] <= after
    assert (len(set(ids)), {len(identity) for identity in ids}) == (2000, {32})
    assert int("".join(ids), 16)


def test_a_look_reads_what_is_committed_keeps_nothing_and_counts_as_a_transaction(database: Database) -> None:
    with database.begin() as session:
        session.add(row("a"))
    with database.look() as connection:
        connection.execute(insert(KnowledgeSnapshot).values(**row("b", NOON).model_dump()))
        found = connection.execute(select(col(KnowledgeSnapshot.version), col(KnowledgeSnapshot.created_at))).all()
        with pytest.raises(RuntimeError, match="inside a database transaction"):
            forbid_open_transaction()
    assert dict(iter(map(tuple, found))) == {"a": NOON, "b": NOON}
    assert versions(database) == ["a"]
    forbid_open_transaction()
