"""The cache in the database, which is the truth; the vector store only finds candidates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, Session, SQLModel, col, delete, select

from core.database import UtcDateTime
from core.semantic_cache.model import Scope


class CacheEntry(SQLModel, table=True):
    """One answer that may be shared within its scope until `expires_at`."""

    __tablename__ = "cache_entries"

    id: str = Field(primary_key=True)
    tenant: str
    release: str
    locale: str
    answer: str
    answer_key: str = Field(index=True)
    sources: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class CacheQuestion(SQLModel, table=True):
    """A question that an entry answers; `indexed` once its vector is in the store."""

    __tablename__ = "cache_questions"
    __table_args__ = (Index("ix_cache_questions_exact", "namespace", "key"),)

    id: str = Field(primary_key=True)
    entry_id: str = Field(foreign_key="cache_entries.id", index=True)
    namespace: str
    key: str
    question: str
    indexed: bool = Field(index=True)


class HiddenAnswer(SQLModel, table=True):
    """An answer that a user voted down: never shown to this user again, whatever entry or model it comes from."""

    __tablename__ = "hidden_answers"

    tenant: str = Field(primary_key=True)
    actor_id: str = Field(primary_key=True)
    answer_key: str = Field(primary_key=True)
    opening: str


def exact(session: Session, scope: Scope, key: str, now: datetime) -> list[CacheEntry]:
    """Return the live entries that answer exactly this question in this scope, newest first (at most 10)."""
    query = (
        select(CacheEntry)
        .join(CacheQuestion)
        .where(CacheQuestion.namespace == scope.namespace, CacheQuestion.key == key, CacheEntry.expires_at > now)
        .where(CacheEntry.tenant == scope.tenant, CacheEntry.release == scope.release)
        .where(CacheEntry.locale == scope.locale)
        .order_by(col(CacheEntry.created_at).desc())
        .limit(10)
    )
    return list(session.exec(query))


def by_questions(session: Session, ids: list[str], now: datetime) -> dict[str, tuple[CacheQuestion, CacheEntry]]:
    """Return question and live entry for each of these question ids."""
    query = (
        select(CacheQuestion, CacheEntry)
        .join(CacheEntry)
        .where(col(CacheQuestion.id).in_(ids), CacheEntry.expires_at > now)
    )
    return {question.id: (question, entry) for question, entry in session.exec(query)}


def hidden(session: Session, tenant: str, actor_id: str, keys: list[str]) -> set[str]:
    """Return which of these answers the user must not see."""
    query = select(HiddenAnswer.answer_key).where(
        HiddenAnswer.tenant == tenant, HiddenAnswer.actor_id == actor_id, col(HiddenAnswer.answer_key).in_(keys)
    )
    return set(session.exec(query))


def all_hidden(session: Session, tenant: str, actor_id: str) -> list[HiddenAnswer]:
    """Return every answer that the user must not see (one for each thumb down that the user gave)."""
    query = select(HiddenAnswer).where(HiddenAnswer.tenant == tenant, HiddenAnswer.actor_id == actor_id)
    return list(session.exec(query))


def serving(session: Session, entry_ids: list[str], now: datetime) -> set[str]:
    """Return which of these entries are still served."""
    query = select(CacheEntry.id).where(col(CacheEntry.id).in_(entry_ids), CacheEntry.expires_at > now)
    return set(session.exec(query))


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
