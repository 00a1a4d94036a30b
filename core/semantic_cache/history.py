"""The life of an entry, step by step: what happened, when, and by whom."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from core.database import new_id
from core.semantic_cache.records import CacheEntry, CacheEvent


def note(session: Session, entry: CacheEntry, at: datetime, by: str, what: str, **detail: str) -> None:
    """Append a step to an entry's history, in the transaction of the step itself.

    Parameters
    ----------
    by : str
        The id of a user, ``system``, or ``judge:`` and the judge's name.
    what : str
        One word or two, such as ``made``, ``agreed``, ``alias``, ``false hit``, ``quarantined``.
    """
    session.add(CacheEvent(id=new_id(), entry_id=entry.id, tenant=entry.tenant, at=at, by=by, what=what, detail=detail))


def history(session: Session, tenant: str, entry_id: str, limit: int = 200) -> list[CacheEvent]:
    """Return the steps of an entry (the newest 1,000 at most), oldest first. They outlive the entry."""
    query = select(CacheEvent).where(CacheEvent.entry_id == entry_id, CacheEvent.tenant == tenant)
    newest = query.order_by(col(CacheEvent.at).desc(), col(CacheEvent.id).desc()).limit(min(limit, 1000))
    return list(session.exec(newest))[::-1]


def last(session: Session, entry_id: str, what: str) -> CacheEvent | None:
    """Return the newest step of this kind."""
    query = select(CacheEvent).where(CacheEvent.entry_id == entry_id, CacheEvent.what == what)
    return session.exec(query.order_by(col(CacheEvent.at).desc(), col(CacheEvent.id).desc()).limit(1)).first()
