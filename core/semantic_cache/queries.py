"""Bounded queries over the cache's tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, select

from core.database import UtcDateTime
from core.semantic_cache.model import Kind, Scope, Standing
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheQuestion, HiddenAnswer

OPEN = (Standing.PENDING, Standing.SHARED)


_EXACT = (
    select(CacheEntry)
    .join(CacheQuestion)
    .where(CacheQuestion.namespace == bindparam("namespace"), CacheQuestion.key == bindparam("key"))
    .where(CacheEntry.expires_at > bindparam("now", type_=UtcDateTime))
    .where(CacheEntry.tenant == bindparam("tenant"), CacheEntry.release == bindparam("release"))
    .where(CacheEntry.locale == bindparam("locale"), CacheQuestion.kind != Kind.NEGATIVE)
    .where(col(CacheEntry.standing).in_(OPEN))
    .order_by(col(CacheEntry.created_at).desc())
    .limit(10)
)


def exact(session: Session, scope: Scope, key: str, now: datetime) -> list[CacheEntry]:
    """Return the live entries that answer exactly this question in this scope, newest first (at most 10)."""
    where = {"namespace": scope.namespace, "key": key, "now": now}
    where |= {"tenant": scope.tenant, "release": scope.release, "locale": scope.locale}
    return list(session.exec(_EXACT, params=where))


def all_hidden(session: Session, tenant: str, actor_id: str) -> list[HiddenAnswer]:
    """Return every answer that the user must not see (one for each thumb down that the user gave)."""
    query = select(HiddenAnswer).where(HiddenAnswer.tenant == tenant, HiddenAnswer.actor_id == actor_id)
    return list(session.exec(query))


def serving(session: Session, entry_ids: list[str], now: datetime) -> set[str]:
    """Return which of these entries are still served."""
    query = select(CacheEntry.id).where(col(CacheEntry.id).in_(entry_ids), CacheEntry.expires_at > now)
    return set(session.exec(query.where(col(CacheEntry.standing).in_(OPEN))))


def newest_with(session: Session, scope: Scope, key: str) -> str | None:
    """Return the id of the newest entry of a scope with this answer."""
    query = select(CacheEntry.id).where(
        CacheEntry.answer_key == key,
        CacheEntry.tenant == scope.tenant,
        CacheEntry.release == scope.release,
        CacheEntry.locale == scope.locale,
    )
    return session.exec(query.order_by(col(CacheEntry.created_at).desc()).limit(1)).first()


def questions_of(session: Session, entry_id: str) -> list[CacheQuestion]:
    """Return the questions of an entry, the first asked first (at most 1,000)."""
    query = select(CacheQuestion).where(CacheQuestion.entry_id == entry_id).order_by(col(CacheQuestion.id))
    return list(session.exec(query.limit(1000)))


def unindexed(session: Session, now: datetime, limit: int) -> list[tuple[CacheQuestion, CacheEntry]]:
    """Return questions, with their live entries, whose vector is not known to be in the store."""
    query = select(CacheQuestion, CacheEntry).join(CacheEntry).where(col(CacheQuestion.indexed).is_(False))
    return list(session.exec(query.where(CacheEntry.expires_at > now).limit(limit)))


def expired(session: Session, now: datetime, limit: int) -> list[CacheQuestion]:
    """Return questions of entries that are past their time."""
    query = select(CacheQuestion).join(CacheEntry).where(CacheEntry.expires_at <= now).limit(limit)
    return list(session.exec(query))


def remove(session: Session, questions: list[CacheQuestion]) -> None:
    """Delete these questions, and their entries once no question is left."""
    entries = {question.entry_id for question in questions}
    session.exec(delete(CacheQuestion).where(col(CacheQuestion.id).in_([question.id for question in questions])))
    kept = set(session.exec(select(CacheQuestion.entry_id).where(col(CacheQuestion.entry_id).in_(entries))))
    session.exec(delete(CacheEntry).where(col(CacheEntry.id).in_(entries - kept)))


def cost_of(session: Session, entry_id: str | None) -> float | None:
    """Return what it cost to make an entry's answer, in US dollars; None if it is gone."""
    return session.exec(select(CacheEntry.cost_usd).where(CacheEntry.id == entry_id)).first()


def label_of(session: Session, decision_id: str | None) -> float | None:
    """Return how likely a decision is known to be right, in [0, 1]; None if that is not known or it is not there."""
    return session.exec(select(CacheDecision.label).where(CacheDecision.id == decision_id)).first()
