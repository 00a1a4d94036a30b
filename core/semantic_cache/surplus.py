"""What learning leaves behind and upkeep takes away: old negative examples, and entries without a question."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from core.semantic_cache.model import Kind
from core.semantic_cache.records import CacheEntry, CacheQuestion

MOST_NEGATIVES = 50
"""Negative examples that an entry keeps; the oldest leave."""


def surplus(session: Session, limit: int) -> list[CacheQuestion]:
    """Return negative examples that are too many for their entry; their vectors are to go before their rows."""
    order = col(CacheQuestion.id).desc()
    place = func.row_number().over(partition_by=col(CacheQuestion.entry_id), order_by=order).label("place")
    ranked = select(CacheQuestion.id, place).where(CacheQuestion.kind == Kind.NEGATIVE).subquery()
    ids = select(ranked.c.id).where(ranked.c.place > MOST_NEGATIVES).limit(limit)
    return list(session.exec(select(CacheQuestion).where(col(CacheQuestion.id).in_(ids))))


def drop_empty(session: Session, now: datetime) -> int:
    """Delete entries past their time that have no question, as those that were folded; return how many."""
    asked = select(CacheQuestion.id).where(CacheQuestion.entry_id == CacheEntry.id)
    empty = delete(CacheEntry).where(col(CacheEntry.expires_at) <= now, ~asked.exists())
    return session.exec(empty.execution_options(synchronize_session=False)).rowcount
