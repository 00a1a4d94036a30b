"""The cache in the database, which is the truth; the vector store only finds candidates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text
from sqlmodel import Field, SQLModel

from core.database import UtcDateTime
from core.semantic_cache.model import Kind, Standing


class CacheEntry(SQLModel, table=True):
    """One answer that may be shared within its scope until `expires_at`.

    ``asked_by`` is the user whose question it answered; ``documents`` are the documents it quotes, each with the
    digest of its text then; ``served`` counts the hits.
    """

    __tablename__ = "cache_entries"
    __table_args__ = (
        Index("ix_cache_entries_standing", "tenant", "standing"),
        Index("ix_cache_entries_judge", "standing", "judge_state", "created_at"),
    )

    id: str = Field(primary_key=True)
    tenant: str
    release: str
    locale: str
    standing: str = Standing.SHARED
    asked_by: str = ""
    answer: str
    answer_key: str = Field(index=True)
    sources: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    documents: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    cost_usd: float = 0.0
    redundancy: int = 1
    """One, and one for each other entry that was close to it when it was made."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    fresh_until: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    renew_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    """When an entry that is no longer fresh, and was asked for, is due to be made anew."""
    served: int = 0
    liked: int = 0
    disliked: int = 0
    right: float = 0.0
    wrong: float = 0.0
    """What became known of the semantic decisions for it, as (fractional) counts."""
    served_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    judge_state: str = "open"
    """Of a pending or quarantined entry: ``open``, ``asking``, ``done``, ``failed``, or ``held`` for a person."""


class CacheQuestion(SQLModel, table=True):
    """A question that an entry answers, or does not; `indexed` once its vector is in the store.

    ``asked_by`` is the user whose words these are, who may ask that they be erased.
    """

    __tablename__ = "cache_questions"
    __table_args__ = (Index("ix_cache_questions_exact", "namespace", "key"),)

    id: str = Field(primary_key=True)
    entry_id: str = Field(foreign_key="cache_entries.id", index=True)
    namespace: str
    key: str
    question: str
    kind: str = Kind.ASKED
    indexed: bool = Field(index=True)
    asked_by: str = Field(default="", index=True)


class CacheDecision(SQLModel, table=True):
    """A weighed lookup, and what became known of it.

    ``label`` is how likely it is, after all evidence, that the entry answers the question (1 it does, 0 it does not,
    None unknown); ``judge_state`` is ``none`` (not asked), ``open``, ``asking``, ``done`` or ``failed``; ``weight`` is
    one over the chance that this decision was looked at, so that a random audit stands for what it did not look at.
    """

    __tablename__ = "cache_decisions"
    __table_args__ = (
        Index("ix_cache_decisions_entry", "entry_id", "at"),
        Index("ix_cache_decisions_window", "tenant", "measure", "at"),
        Index("ix_cache_decisions_judge", "judge_state", "at"),
    )

    id: str = Field(primary_key=True)
    tenant: str
    measure: str
    """Embedder and verifier: figures of other ones are not comparable."""
    namespace: str
    actor_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    question: str = Field(sa_type=Text)
    entry_id: str
    known: str = Field(sa_type=Text)
    features: list[float] = Field(sa_column=Column(JSON, nullable=False))
    similarity: float
    probability: float
    required: float
    served: bool
    fresh_entry_id: str | None = None
    """The entry of the answer that was made instead, if this was a miss."""
    label: float | None = None
    labelled_by: str | None = None
    labelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    weight: float = 1.0
    judge_state: str = "none"
    judge: str = ""
    judge_reason: str = ""
    judge_tokens: int = 0


class CacheVerdict(SQLModel, table=True):
    """A call of a judge, written before it is made: the claim on its subject, and what was spent if it fails.

    ``subject`` is the id of a decision, or of an entry whose own answer was judged; ``ended_at`` is None while the
    call is under way, or if it was cut off.
    """

    __tablename__ = "cache_verdicts"
    __table_args__ = (
        Index("ix_cache_verdicts_subject", "subject", "at"),
        Index("ix_cache_verdicts_spent", "tenant", "paid", "at"),
    )

    tenant: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    subject: str
    at: datetime = Field(sa_type=UtcDateTime)
    judge: str
    paid: bool
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    same: bool | None = None
    reason: str = ""
    tokens: int = 0


class CacheVote(SQLModel, table=True):
    """A thumb on a turn that an entry answered: one a user a turn."""

    __tablename__ = "cache_votes"
    __table_args__ = (
        Index("ix_cache_votes_entry", "entry_id"),
        Index("ix_cache_votes_actor", "tenant", "actor_id", "at"),
    )

    turn_id: str = Field(primary_key=True)
    actor_id: str = Field(primary_key=True)
    tenant: str
    entry_id: str
    decision_id: str | None = None
    thumb: int
    off_question: bool = False
    """The user said that the answer was to another question."""
    at: datetime = Field(sa_type=UtcDateTime)


class CacheServing(SQLModel, table=True):
    """Whom an entry was served to, so that they can be told when it is quarantined."""

    __tablename__ = "cache_servings"
    __table_args__ = (Index("ix_cache_servings_entry", "entry_id", "at"),)

    turn_id: str = Field(primary_key=True)
    entry_id: str
    tenant: str
    actor_id: str
    at: datetime = Field(sa_type=UtcDateTime)


class CacheEvent(SQLModel, table=True):
    """A step in the life of an entry: made, agreed, alias, quarantined, released, retired, deleted, restored."""

    __tablename__ = "cache_events"
    __table_args__ = (Index("ix_cache_events_entry", "entry_id", "at"),)

    id: str = Field(primary_key=True)
    entry_id: str
    tenant: str
    at: datetime = Field(sa_type=UtcDateTime)
    by: str
    what: str
    detail: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class HiddenAnswer(SQLModel, table=True):
    """An answer that a user voted down: never shown to this user again, whatever entry or model it comes from."""

    __tablename__ = "hidden_answers"

    tenant: str = Field(primary_key=True)
    actor_id: str = Field(primary_key=True)
    answer_key: str = Field(primary_key=True)
    opening: str
