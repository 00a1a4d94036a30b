"""A stale entry's successor takes its questions over; it has a time to live of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, update

from core.database import Database, new_id
from core.semantic_cache.history import note
from core.semantic_cache.model import CachePolicy, Kind, Standing
from core.semantic_cache.queries import questions_of
from core.semantic_cache.records import CacheEntry, CacheQuestion

AGAIN = timedelta(minutes=10)
"""After this an entry whose renewal did not end, because of a crash, is due again."""


@dataclass(frozen=True, slots=True)
class Successor:
    """The answer that takes an entry's place."""

    answer: str
    key: str
    sources: Sequence[Mapping[str, Any]]
    documents: Mapping[str, str]
    vouched: bool
    cost_usd: float


def due(database: Database, release: str, now: datetime) -> tuple[str, str] | None:
    """Claim an entry of a release that waits to be made anew; return its id and its first question."""
    with database.begin() as session:
        waiting = select(CacheEntry.id).where(
            CacheEntry.release == release, col(CacheEntry.renew_at) <= now, CacheEntry.standing == Standing.SHARED
        )
        entry_id = session.exec(waiting.order_by(col(CacheEntry.renew_at)).limit(1)).first()
        if entry_id is None:
            return None
        claim = update(CacheEntry).where(col(CacheEntry.id) == entry_id, col(CacheEntry.renew_at) <= now)
        if session.exec(claim.values(renew_at=now + AGAIN)).rowcount != 1:
            return None
        asked = [row.question for row in questions_of(session, entry_id) if row.kind == Kind.ASKED]
    return (entry_id, asked[0]) if asked else None


def succeed(session: Session, entry_id: str, new: Successor, policy: CachePolicy, now: datetime) -> bool:
    """Put a new entry in the place of a stale one; False if that one is no longer served."""
    old = session.get(CacheEntry, entry_id, with_for_update=True)
    if old is None or old.standing != Standing.SHARED:
        return False
    entry = CacheEntry(
        id=new_id(), tenant=old.tenant, release=old.release, locale=old.locale, asked_by=old.asked_by,
        standing=Standing.SHARED if new.vouched else Standing.PENDING, answer=new.answer, answer_key=new.key,
        sources=[dict(source) for source in new.sources], documents=dict(new.documents), cost_usd=new.cost_usd,
        redundancy=old.redundancy, created_at=now, fresh_until=now + policy.fresh_for,
        expires_at=now + policy.time_to_live,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    note(session, entry, now, "system", "made", standing=entry.standing, instead_of=old.id)
    if entry.standing == Standing.SHARED:
        moved = update(CacheQuestion).where(col(CacheQuestion.entry_id) == old.id)
        session.exec(moved.values(entry_id=entry.id, indexed=False))
        old.standing = Standing.RETIRED
    else:  # nobody agreed with the new answer yet: the old one is served on until somebody does, or it expires
        first = questions_of(session, old.id)[0]
        session.add(CacheQuestion(**(first.model_dump() | {"id": new_id(), "entry_id": entry.id, "indexed": False})))
    old.renew_at = None
    note(session, old, now, "system", "renewed", by_entry=entry.id)
    return True
