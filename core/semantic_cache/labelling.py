"""What became known of a decision: its label, and the count of right and wrong of its entry."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select, update

from core.semantic_cache.records import CacheDecision, CacheEntry

THUMB = "thumb"


def locked_decision(session: Session, tenant: str, decision_id: str) -> CacheDecision | None:
    """Return a decision as it is now, locked to the end of the transaction."""
    query = select(CacheDecision).where(CacheDecision.id == decision_id, CacheDecision.tenant == tenant)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()


def relabel(session: Session, decision: CacheDecision, label: float | None, by: str | None, at: datetime) -> None:
    """Give a locked decision another label in [0, 1], or none, and correct its entry's counts by the difference."""
    before = decision.label
    decision.label, decision.labelled_by = label, by if label is not None else None
    decision.labelled_at = at if label is not None else None
    session.add(decision)
    right = (label or 0.0) - (before or 0.0)
    wrong = (0.0 if label is None else 1 - label) - (0.0 if before is None else 1 - before)
    counts = {"right": col(CacheEntry.right) + right, "wrong": col(CacheEntry.wrong) + wrong}
    session.exec(
        update(CacheEntry)
        .where(col(CacheEntry.id) == decision.entry_id)
        .values(**counts)
        .execution_options(synchronize_session=False)
    )
