from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.database import Database
from core.monitoring.job_records import job_states, record_run

BEGAN = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_failure_counts_and_leaves_the_time_of_the_last_success(database: Database) -> None:
    record_run(database, "roll up", BEGAN, BEGAN + timedelta(seconds=1))
    later = BEGAN + timedelta(minutes=1)
    record_run(database, "roll up", later, later, "The disk is full.")
    with database.read() as session:
        (row,) = job_states(session)
    assert (row.runs, row.failures, row.error) == (2, 1, "The disk is full.")
    assert (row.began_at, row.succeeded_at) == (later, BEGAN + timedelta(seconds=1))


def test_a_success_clears_the_error(database: Database) -> None:
    record_run(database, "roll up", BEGAN, BEGAN, "The disk is full.")
    record_run(database, "roll up", BEGAN, BEGAN)
    with database.read() as session:
        (row,) = job_states(session)
    assert (row.runs, row.failures, row.error) == (2, 1, "")
