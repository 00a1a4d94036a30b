"""What the scheduler's jobs did last: one row a job, whichever server ran it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from core.database import Database, UtcDateTime


class JobState(SQLModel, table=True):
    """A job's newest run; ``runs`` and ``failures`` count all of them, ``error`` says why the newest one failed."""

    __tablename__ = "job_states"

    name: str = Field(primary_key=True)
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    succeeded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    runs: int = 0
    failures: int = 0
    error: str = ""


def record_run(database: Database, name: str, began: datetime, ended: datetime, error: str = "") -> None:
    """Keep how a run of a job ended; `error` is empty if it went well."""
    with database.begin() as session:
        row = session.get(JobState, name, with_for_update=True) or JobState(name=name, began_at=began, ended_at=ended)
        row.began_at, row.ended_at, row.error = began, ended, error
        row.succeeded_at = row.succeeded_at if error else ended
        row.runs, row.failures = row.runs + 1, row.failures + bool(error)
        session.add(row)


def job_states(session: Session) -> Sequence[JobState]:
    """Return every job that ever ran, by name."""
    return session.exec(select(JobState).order_by(col(JobState.name))).all()
