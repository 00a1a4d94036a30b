"""References, reports and alerts in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, Text
from sqlalchemy import select as columns_of  # of columns of any type
from sqlmodel import Field, Session, SQLModel, col, select

from core.database import UtcDateTime
from core.drift.episodes import Told, told_of
from core.drift.model import Kind

MOST_REPORTS = 500
MOST_ALERTS = 200


class DriftReference(SQLModel, table=True):
    """The window that counts as usual, hours from 1970; the newest row of a tenant is in force, old ones stay."""

    __tablename__ = "drift_references"
    __table_args__ = (Index("ix_drift_references_tenant", "tenant", "frozen_at"),)

    id: str = Field(primary_key=True)
    tenant: str
    since_hour: int
    until_hour: int
    frozen_at: datetime = Field(sa_type=UtcDateTime)
    by: str
    reason: str


class DriftReport(SQLModel, table=True):
    """What one analysis found; ``id`` is made of tenant, kind and window, so that a window has one report.

    Of a replay the reference and the inputs are part of the id too. A report is written once and never changed.
    """

    __tablename__ = "drift_reports"
    __table_args__ = (Index("ix_drift_reports_kind", "tenant", "kind", "until_hour"),)

    id: str = Field(primary_key=True)
    tenant: str
    kind: str
    since_hour: int
    until_hour: int
    reference_id: str | None
    made_at: datetime = Field(sa_type=UtcDateTime)
    level: str
    sentence: str = Field(sa_type=Text)
    findings: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    questions: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    changes: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """When each signal came to another level within the window."""
    advice: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    inputs_hash: str


class DriftAlert(SQLModel, table=True):
    """One change of level on its way to one channel; ``id`` is made of report, signal and channel.

    ``state``: ``waiting`` (also for the next try), ``sending``, ``sent``, ``failed`` (given up), ``unclear`` (cut off
    while it was sent), or ``kept`` (there is no channel).
    """

    __tablename__ = "drift_alerts"
    __table_args__ = (
        Index("ix_drift_alerts_due", "state", "next_try_at"),
        Index("ix_drift_alerts_newest", "tenant", "at"),
    )

    id: str = Field(primary_key=True)
    tenant: str
    report_id: str
    signal: str
    before: str
    after: str
    at: datetime = Field(sa_type=UtcDateTime)
    title: str
    body: str = Field(sa_type=Text)
    picture: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    channel: str
    state: str
    tries: int = 0
    next_try_at: datetime = Field(sa_type=UtcDateTime)
    last_error: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def reference_of(session: Session, tenant: str) -> DriftReference | None:
    """Return the reference in force."""
    return next(iter(references(session, tenant, 1)), None)


def references(session: Session, tenant: str, limit: int) -> list[DriftReference]:
    """Return the newest references (at most 100), newest first."""
    query = select(DriftReference).where(DriftReference.tenant == tenant)
    newest = query.order_by(col(DriftReference.frozen_at).desc(), col(DriftReference.id).desc())
    return list(session.exec(newest.limit(min(limit, 100))))


def last_report(session: Session, tenant: str, kind: Kind, before: int | None = None) -> DriftReport | None:
    """Return the newest report of a kind, or the newest whose window ended at or before an hour."""
    query = select(DriftReport).where(DriftReport.tenant == tenant, DriftReport.kind == kind)
    if before is not None:
        query = query.where(DriftReport.until_hour <= before)
    return session.exec(query.order_by(col(DriftReport.until_hour).desc()).limit(1)).first()


def reports(session: Session, tenant: str, kinds: list[Kind], since: int, until: int, limit: int) -> list[DriftReport]:
    """Return reports whose window ended between two hours (at most 500), newest first."""
    query = select(DriftReport).where(
        DriftReport.tenant == tenant, col(DriftReport.kind).in_(kinds),
        DriftReport.until_hour > since, DriftReport.until_hour <= until,
    )  # fmt: skip
    newest = query.order_by(col(DriftReport.until_hour).desc(), col(DriftReport.made_at).desc())
    return list(session.exec(newest.limit(min(limit, MOST_REPORTS))))


def alerts(session: Session, tenant: str, limit: int) -> list[DriftAlert]:
    """Return the newest alerts (at most 200), newest first."""
    query = select(DriftAlert).where(DriftAlert.tenant == tenant).order_by(col(DriftAlert.at).desc())
    return list(session.exec(query.order_by(col(DriftAlert.id)).limit(min(limit, MOST_ALERTS))))


def told(session: Session, tenant: str, limit: int) -> list[Told]:
    """Return what the newest alerts (at most 200) told, oldest first; the same on several channels counts once."""
    one = DriftAlert
    columns = columns_of(col(one.signal), col(one.before), col(one.after), col(one.at), col(DriftReport.findings))
    query = columns.join(DriftReport, col(DriftReport.id) == col(one.report_id)).where(col(one.tenant) == tenant)
    newest = query.order_by(col(one.at).desc(), col(DriftReport.until_hour).desc(), col(one.id))
    rows = session.connection().execute(newest.limit(min(limit, MOST_ALERTS))).all()
    return list(dict.fromkeys(told_of(*row) for row in reversed(rows)))
