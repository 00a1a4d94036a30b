"""Bounded queries for the admin's page. Every query names the tenant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, and_, or_
from sqlalchemy import select as columns_of  # of columns of any type
from sqlmodel import Session, col, func, select

from core.semantic_cache.desk_model import Filter
from core.semantic_cache.desk_outlook import Kept
from core.semantic_cache.labelling import THUMB
from core.semantic_cache.model import Standing
from core.semantic_cache.queries import OPEN
from core.semantic_cache.records import (
    CacheDecision,
    CacheEntry,
    CacheEvent,
    CacheQuestion,
    CacheServing,
    CacheVerdict,
    CacheVote,
)

MOST_ENTRIES = 200
MOST_STEPS = 200
MOST_DECISIONS = 5000
MOST_OUTDATED = 1000
LOOKED_AT = 5000
"""Newest entries among which those with changed documents are searched."""
_STANDING = {
    Filter.QUARANTINED: Standing.QUARANTINED,
    Filter.PENDING: Standing.PENDING,
    Filter.RETIRED: Standing.RETIRED,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; ``outdated`` are ids whose documents have changed."""

    only: Filter
    words: str
    outdated: Collection[str]
    limit: int


def found_entries(session: Session, tenant: str, wanted: Wanted, now: datetime) -> list[CacheEntry]:
    """Return live entries (at most 200); with words, those whose questions or answer hold them."""
    query = select(CacheEntry).where(CacheEntry.tenant == tenant, CacheEntry.expires_at > now)
    query = query.where(*_conditions(wanted, now))
    if words := wanted.words.strip().lower():
        asked = select(CacheQuestion.entry_id).where(
            func.lower(CacheQuestion.question).contains(words, autoescape=True)
        )
        answered = func.lower(CacheEntry.answer).contains(words, autoescape=True)
        query = query.where(or_(answered, col(CacheEntry.id).in_(asked)))
    return list(session.exec(query.order_by(*_order(wanted.only)).limit(max(0, min(wanted.limit, MOST_ENTRIES)))))


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    if wanted.only in _STANDING:
        return [col(CacheEntry.standing) == _STANDING[wanted.only]]
    if wanted.only is Filter.STALE:
        late = or_(col(CacheEntry.fresh_until) <= now, col(CacheEntry.id).in_(sorted(wanted.outdated)[:MOST_OUTDATED]))
        return [col(CacheEntry.standing).in_(OPEN), late]
    if wanted.only is Filter.MOST_SERVED:
        return [col(CacheEntry.served) > 0]
    return [col(CacheEntry.disliked) > 0] if wanted.only is Filter.WORST_LIKED else []


def _order(only: Filter) -> list[UnaryExpression[Any]]:
    newest: list[UnaryExpression[Any]] = [col(CacheEntry.created_at).desc(), col(CacheEntry.id).desc()]
    if only is Filter.MOST_SERVED:
        return [col(CacheEntry.served).desc(), *newest]
    if only is Filter.WORST_LIKED:  # by Laplace's rule, so that one thumb alone is not the worst of all
        rate = (col(CacheEntry.disliked) + 1.0) / (col(CacheEntry.liked) + col(CacheEntry.disliked) + 2.0)
        return [rate.desc(), col(CacheEntry.disliked).desc(), *newest]
    return [col(CacheEntry.fresh_until).asc(), *newest] if only is Filter.STALE else newest


def open_documents(session: Session, tenant: str, now: datetime) -> list[tuple[str, dict[str, str]]]:
    """Return id and documents of the newest entries that are served (at most 5,000)."""
    query = columns_of(col(CacheEntry.id), col(CacheEntry.documents)).where(col(CacheEntry.tenant) == tenant)
    query = query.where(col(CacheEntry.expires_at) > now, col(CacheEntry.standing).in_(OPEN))
    newest = query.order_by(col(CacheEntry.created_at).desc()).limit(LOOKED_AT)
    return [(identity, documents) for identity, documents in session.execute(newest)]


def first_questions(session: Session, tenant: str, ids: Collection[str]) -> dict[str, str]:
    """Return what each of these entries was made for; of one that is older than the history, its first question."""
    made = select(CacheEvent).where(CacheEvent.tenant == tenant, CacheEvent.what == "made")
    events = session.exec(made.where(col(CacheEvent.entry_id).in_(ids)).limit(MOST_ENTRIES))
    found = {event.entry_id: event.detail["question"] for event in events if event.detail.get("question")}
    first = select(func.min(CacheQuestion.id)).where(col(CacheQuestion.entry_id).in_(set(ids) - found.keys()))
    query = select(CacheQuestion.entry_id, CacheQuestion.question).where(
        col(CacheQuestion.id).in_(first.group_by(col(CacheQuestion.entry_id)))
    )
    return found | dict(session.exec(query).all())


def decisions_of(session: Session, tenant: str, entry_id: str) -> list[CacheDecision]:
    """Return the newest decisions about an entry (at most 200), newest first."""
    query = select(CacheDecision).where(CacheDecision.entry_id == entry_id, CacheDecision.tenant == tenant)
    return list(session.exec(query.order_by(col(CacheDecision.at).desc()).limit(MOST_STEPS)))


def votes_on(session: Session, tenant: str, entry_id: str) -> list[CacheVote]:
    """Return the newest votes on an entry (at most 200), newest first."""
    query = select(CacheVote).where(CacheVote.entry_id == entry_id, CacheVote.tenant == tenant)
    return list(session.exec(query.order_by(col(CacheVote.at).desc()).limit(MOST_STEPS)))


def verdicts_on(session: Session, tenant: str, entry_id: str) -> list[CacheVerdict]:
    """Return the newest calls of a judge about an entry's own answer (at most 200), newest first."""
    query = select(CacheVerdict).where(CacheVerdict.subject == entry_id, CacheVerdict.tenant == tenant)
    return list(session.exec(query.order_by(col(CacheVerdict.at).desc()).limit(MOST_STEPS)))


def people_served(session: Session, tenant: str, entry_id: str) -> int:
    """Return how many different users an entry was served to."""
    query = select(func.count(func.distinct(CacheServing.actor_id)))
    return session.exec(query.where(CacheServing.entry_id == entry_id, CacheServing.tenant == tenant)).one()


def kept_decisions(session: Session, tenant: str, measure: str, since: datetime) -> list[Kept]:
    """Return the newest decisions of one measure since a time (at most 5,000)."""
    columns = (
        col(CacheDecision.similarity),
        col(CacheDecision.features),
        col(CacheDecision.served),
        col(CacheDecision.label),
        col(CacheDecision.weight),
        and_(col(CacheDecision.judge_state) != "none", func.coalesce(CacheDecision.labelled_by, "") != THUMB),
    )
    query = columns_of(*columns).where(col(CacheDecision.tenant) == tenant, col(CacheDecision.measure) == measure)
    query = query.where(col(CacheDecision.at) >= since).order_by(col(CacheDecision.at).desc())
    return [Kept(*row) for row in session.execute(query.limit(MOST_DECISIONS))]


def standings(session: Session, tenant: str, now: datetime) -> dict[Standing, int]:
    """Return how many live entries stand how."""
    query = select(CacheEntry.standing, func.count()).where(CacheEntry.tenant == tenant, CacheEntry.expires_at > now)
    return {Standing(standing): count for standing, count in session.exec(query.group_by(CacheEntry.standing))}


def past_fresh(session: Session, tenant: str, now: datetime) -> int:
    """Return how many entries are served though they are past their fresh time."""
    query = select(func.count()).where(CacheEntry.tenant == tenant, CacheEntry.expires_at > now)
    return session.exec(query.where(CacheEntry.fresh_until <= now, col(CacheEntry.standing).in_(OPEN))).one()


def hits_since(session: Session, tenant: str, since: datetime) -> int:
    """Return how often an entry was served."""
    query = select(func.count()).select_from(CacheServing)
    return session.exec(query.where(CacheServing.tenant == tenant, CacheServing.at >= since)).one()


def weighed_since(session: Session, tenant: str, measure: str, since: datetime) -> dict[bool, int]:
    """Return how many decisions ended in a hit (True) and in a miss (False)."""
    query = select(CacheDecision.served, func.count()).where(CacheDecision.tenant == tenant)
    query = query.where(CacheDecision.measure == measure, CacheDecision.at >= since)
    return dict(session.exec(query.group_by(col(CacheDecision.served))).all())


def labelled(session: Session, tenant: str, measure: str) -> int:
    """Return how many decisions became known."""
    query = select(func.count()).where(CacheDecision.tenant == tenant, CacheDecision.measure == measure)
    return session.exec(query.where(col(CacheDecision.label).is_not(None))).one()
