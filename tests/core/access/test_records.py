from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import delete, select

from core.access.records import GENESIS, AuditRow, audit_since, broken_link, write_audit
from core.database import Database
from tests.house import MovableClock, person

START = MovableClock().now()
OTHER: dict[str, object] = {
    "tenant": "elsewhere", "number": 99, "at": START + timedelta(microseconds=1), "actor": "mallory", "action": "none",
    "subject": "another", "detail": {"to": "another"}, "previous": "f" * 64, "hash": "f" * 64,
}  # fmt: skip


def write(database: Database, count: int, tenant: str = "default", action: str = "channel.moved") -> None:
    for number in range(count):
        with database.begin() as session:
            at = START + timedelta(minutes=number)
            write_audit(session, person(tenant=tenant), at, action, "stable", {"to": f"release {number}"})


def rows(database: Database, tenant: str = "default") -> list[AuditRow]:
    with database.read() as session:
        return sorted(session.exec(select(AuditRow).where(AuditRow.tenant == tenant)), key=lambda row: row.number)


def broken(database: Database, tenant: str = "default") -> int | None:
    with database.read() as session:
        return broken_link(session, tenant)


def test_every_row_names_the_one_before_it(database: Database) -> None:
    write(database, 4)
    written = rows(database)
    assert [row.number for row in written] == [1, 2, 3, 4]
    assert [row.previous for row in written] == [GENESIS, *(row.hash for row in written[:-1])]
    assert broken(database) is None


def test_a_row_says_who_did_what_and_when(database: Database) -> None:
    write(database, 1)
    (row,) = rows(database)
    assert (row.actor, row.action, row.subject) == (person().id, "channel.moved", "stable")
    assert (row.at, row.detail) == (START, {"to": "release 0"})


def test_tenants_have_chains_of_their_own(database: Database) -> None:
    write(database, 2)
    write(database, 3, tenant="gym")
    assert [row.number for row in rows(database, "gym")] == [1, 2, 3]
    assert broken(database) is None
    assert broken(database, "gym") is None


def test_a_chain_without_rows_holds(database: Database) -> None:
    assert broken(database) is None


def test_the_other_values_are_of_every_column() -> None:
    assert set(OTHER) == set(AuditRow.__table__.columns.keys())


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("column", [name for name in OTHER if name not in ("tenant", "number")])
def test_any_change_of_any_row_is_found(database: Database, column: str, number: int) -> None:
    write(database, 3)
    with database.begin() as session:
        setattr(session.get(AuditRow, ("default", number)), column, OTHER[column])
    assert broken(database) == number


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("column", ["tenant", "number"])
def test_a_row_that_was_moved_away_is_found(database: Database, column: str, number: int) -> None:
    write(database, 3)
    with database.begin() as session:
        setattr(session.get(AuditRow, ("default", number)), column, OTHER[column])
    assert broken(database) == number + 1


def test_a_row_that_was_moved_into_another_chain_is_found(database: Database) -> None:
    write(database, 1)
    with database.begin() as session:
        session.get_one(AuditRow, ("default", 1)).tenant = "gym"
    assert broken(database, "gym") == 1


@pytest.mark.parametrize("number", [1, 2])
def test_a_gap_is_found(database: Database, number: int) -> None:
    write(database, 3)
    with database.begin() as session:
        session.exec(delete(AuditRow).where(AuditRow.number == number))
    assert broken(database) == number + 1


def test_a_row_that_was_written_anew_with_a_hash_that_fits_breaks_the_next(database: Database) -> None:
    write(database, 2)
    second = rows(database)[1].model_dump()
    with database.begin() as session:
        session.exec(delete(AuditRow))
        write_audit(session, person("Mallory"), START, "channel.moved", "stable", {"to": "release 0"})
        session.add(AuditRow(**second))
    assert broken(database) == 2


def test_what_is_rolled_back_leaves_no_row(database: Database) -> None:
    def fail_later() -> None:
        with database.begin() as session:
            write_audit(session, person(), START, "channel.moved", "stable")
            raise LookupError

    with pytest.raises(LookupError):
        fail_later()
    assert rows(database) == []


@pytest.mark.parametrize(("since", "expected"), [(START, [0, 1, 2]), (START + timedelta(minutes=1), [1, 2])])
def test_rows_are_found_by_action_and_time_oldest_first(
    database: Database, since: datetime, expected: list[int]
) -> None:
    write(database, 3)
    write(database, 1, action="release.created")
    write(database, 1, tenant="gym")
    with database.read() as session:
        found = audit_since(session, "default", "channel.moved", since)
    assert [row.detail["to"] for row in found] == [f"release {number}" for number in expected]


def test_of_too_many_rows_the_newest_are_returned(database: Database) -> None:
    write(database, 5)
    with database.read() as session:
        found = audit_since(session, "default", "channel.moved", START, limit=2)
    assert [row.number for row in found] == [4, 5]
