"""Which entries leave first when there are too many: those that save least."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from core.semantic_cache.records import CacheEntry, CacheQuestion

LEAST_COST = 1e-4
"""US dollars that any answer counts as: an embedded model costs time."""
LOOKED_AT = 2000


def usefulness(cost_usd: float, served: int, age: timedelta, redundancy: int) -> float:
    """Return what an entry saves a day: cost × reuse ÷ redundancy (after GreedyDual-Size: Cao and Irani, 1997).

    >>> day = timedelta(days=1)
    >>> usefulness(0.01, 9, 2 * day, 1) > usefulness(0.01, 9, 2 * day, 3) > usefulness(0.01, 0, 2 * day, 3)
    True
    """
    days = max(age / timedelta(days=1), 0.0) + 1.0
    return max(cost_usd, LEAST_COST) * (served + 1) / days / max(redundancy, 1)


def excess(session: Session, most: int) -> dict[str, int]:
    """Return by how many each tenant's entries exceed a limit; those whose questions went elsewhere do not count."""
    count = func.count(func.distinct(CacheQuestion.entry_id))
    query = select(CacheEntry.tenant, count).join(CacheQuestion).group_by(CacheEntry.tenant).having(count > most)
    return {tenant: found - most for tenant, found in session.exec(query)}


def least_useful(session: Session, tenant: str, count: int, now: datetime) -> list[CacheQuestion]:
    """Return the questions of the `count` least useful entries of a tenant, among the 2,000 served least."""
    asked = select(CacheQuestion.id).where(CacheQuestion.entry_id == CacheEntry.id)
    rows = session.exec(
        select(CacheEntry)
        .where(CacheEntry.tenant == tenant, asked.exists())
        .order_by(col(CacheEntry.served), col(CacheEntry.created_at))
        .limit(LOOKED_AT)
    ).all()
    worst = sorted(rows, key=lambda row: usefulness(row.cost_usd, row.served, now - row.created_at, row.redundancy))
    ids = [row.id for row in worst[:count]]
    return list(session.exec(select(CacheQuestion).where(col(CacheQuestion.entry_id).in_(ids))))
