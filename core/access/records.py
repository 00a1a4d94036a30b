"""The audit trail: one row for each change of state, chained by hash to the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from core.access.model import Actor
from core.database import UtcDateTime

GENESIS = "0" * 64


class AuditRow(SQLModel, table=True):
    """Who changed what; ``hash`` covers the row and the hash of the row before it in the tenant."""

    __tablename__ = "audit"

    tenant: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    action: str
    subject: str
    detail: dict[str, str] = Field(sa_column=Column(JSON, nullable=False))
    previous: str
    hash: str


def _digest(row: AuditRow) -> str:
    facts = [row.tenant, row.number, row.at.isoformat(), row.actor, row.action, row.subject, row.detail, row.previous]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def write_audit(
    session: Session, actor: Actor, at: datetime, action: str, subject: str, detail: Mapping[str, str] | None = None
) -> None:
    """Append a row in the caller's transaction, so that the change and its trace stand or fall together.

    Two writers of one tenant cannot both append: the second meets the primary key (or waits for the lock).
    """
    last = session.exec(
        select(AuditRow).where(AuditRow.tenant == actor.tenant).order_by(col(AuditRow.number).desc()).limit(1)
    ).first()
    row = AuditRow(
        tenant=actor.tenant,
        number=last.number + 1 if last else 1,
        at=at,
        actor=actor.id,
        action=action,
        subject=subject,
        detail=dict(detail or {}),
        previous=last.hash if last else GENESIS,
        hash="",
    )
    row.hash = _digest(row)
    session.add(row)
    session.flush()


def audit_since(session: Session, tenant: str, action: str, since: datetime, limit: int = 200) -> list[AuditRow]:
    """Return the rows of one action since a time (the newest 200 at most), oldest first."""
    query = select(AuditRow).where(AuditRow.tenant == tenant, AuditRow.action == action, AuditRow.at >= since)
    newest = session.exec(query.order_by(col(AuditRow.number).desc()).limit(min(limit, 200)))
    return list(newest)[::-1]


def broken_link(session: Session, tenant: str) -> int | None:
    """Return the number of the first row whose hash does not fit, or None when the whole chain holds."""
    previous = GENESIS
    query = select(AuditRow).where(AuditRow.tenant == tenant).order_by(col(AuditRow.number))
    with closing(session.exec(query.execution_options(yield_per=1000))) as rows:
        for expected, row in enumerate(rows, start=1):
            if row.number != expected or row.previous != previous or row.hash != _digest(row):
                return row.number
            previous = row.hash
    return None
