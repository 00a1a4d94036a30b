"""What a judge is asked next, and what its verdicts cost: each call is written down before it is made.

The row is the claim on its subject and the spending of one verdict in one. Its number is taken first, and the primary
key lets only one server have it: whatever a claim read after that cannot have been changed by another claim.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, or_, select, update

from core.semantic_cache.model import Standing
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheVerdict
from core.semantic_cache.verdict import Verdict

LEASE = timedelta(minutes=5)
"""A call that did not end by then was cut off, and its subject is open again."""
DAY = timedelta(days=1)
MOST_TRIES = 5
UNSETTLED = ("open", "asking")


@dataclass(frozen=True, slots=True)
class Subject:
    """A decision, or with ``entry`` set an entry, that a judge is to look at."""

    tenant: str
    id: str
    entry: bool


def next_number(session: Session, tenant: str) -> int:
    """Return the number of a tenant's next call. To be read first of all in a claim's transaction."""
    newest = session.exec(select(func.max(CacheVerdict.number)).where(CacheVerdict.tenant == tenant)).one()
    return (newest or 0) + 1


def spent(session: Session, tenant: str, now: datetime) -> int:
    """Return how many paid calls were made for a tenant in the last 24 hours, failed ones included."""
    calls = select(func.count()).select_from(CacheVerdict).where(CacheVerdict.tenant == tenant, col(CacheVerdict.paid))
    return session.exec(calls.where(CacheVerdict.at > now - DAY)).one()


def waiting(session: Session, now: datetime, without: Collection[str]) -> Subject | None:
    """Return what waits longest for a judge: entries out of service, then decisions, then entries not yet shared.

    Parameters
    ----------
    without : collection of str
        Tenants that may not ask now.
    """
    return (
        _entry(session, Standing.QUARANTINED, now, without)
        or _decision(session, now, without)
        or _entry(session, Standing.PENDING, now, without)
    )


def claim(session: Session, subject: Subject, number: int, judge: str, paid: bool, now: datetime) -> bool:
    """Claim a subject for one call; False if another server has, or if it was tried too often and counts as failed.

    Raises
    ------
    IntegrityError
        Another server took the number; nothing is claimed.
    """
    table = CacheEntry if subject.entry else CacheDecision
    if session.exec(select(table.id).where(col(table.id) == subject.id, _free(table, now))).first() is None:
        return False
    if tries(session, subject, now) >= MOST_TRIES:
        mark(session, subject, "failed")
        return False
    call = CacheVerdict(tenant=subject.tenant, number=number, subject=subject.id, at=now, judge=judge, paid=paid)
    session.add(call)
    session.flush()  # before the subject is locked: whoever has the number may be waiting for the subject
    if mark(session, subject, "asking"):
        return True
    session.delete(call)
    return False


def tries(session: Session, subject: Subject, now: datetime) -> int:
    """Return how often a judge was asked about a subject in the last 24 hours."""
    calls = select(func.count()).select_from(CacheVerdict).where(CacheVerdict.subject == subject.id)
    return session.exec(calls.where(CacheVerdict.at > now - DAY)).one()


def mark(session: Session, subject: Subject, state: str) -> bool:
    """Write down where a subject stands, unless it is settled; return whether it was not."""
    table = CacheEntry if subject.entry else CacheDecision
    mine = update(table).where(col(table.id) == subject.id, col(table.judge_state).in_(UNSETTLED))
    return session.exec(mine.values(judge_state=state)).rowcount == 1


def end(session: Session, subject: Subject, number: int, verdict: Verdict, now: datetime) -> None:
    """Write down how a call ended."""
    mine = update(CacheVerdict).where(col(CacheVerdict.tenant) == subject.tenant, col(CacheVerdict.number) == number)
    session.exec(mine.values(ended_at=now, same=verdict.same, reason=verdict.reason, tokens=verdict.tokens))


def _decision(session: Session, now: datetime, without: Collection[str]) -> Subject | None:
    query = select(CacheDecision.tenant, CacheDecision.id).where(_free(CacheDecision, now))
    query = query.where(col(CacheDecision.tenant).not_in(without)).order_by(col(CacheDecision.at))
    found = session.exec(query.limit(1)).first()
    return Subject(found[0], found[1], entry=False) if found else None


def _entry(session: Session, standing: Standing, now: datetime, without: Collection[str]) -> Subject | None:
    query = select(CacheEntry.tenant, CacheEntry.id).where(CacheEntry.standing == standing, _free(CacheEntry, now))
    query = query.where(CacheEntry.expires_at > now, col(CacheEntry.tenant).not_in(without))
    found = session.exec(query.order_by(col(CacheEntry.created_at)).limit(1)).first()
    return Subject(found[0], found[1], entry=True) if found else None


def _free(table: type[CacheDecision] | type[CacheEntry], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a judge is still to look at a row, and that none is at it."""
    calls = select(CacheVerdict.number).where(CacheVerdict.subject == table.id, CacheVerdict.at > now - LEASE)
    state = col(table.judge_state)
    return and_(state.in_(UNSETTLED), or_(state == "open", ~calls.exists()))
