"""Events: one durable row for each turn, change of a vote, verdict and model call. Numbers and ids, no text."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from core.database import UtcDateTime
from core.monitoring.commits import commit_index, seq_column, xid_column


class TurnEvent(SQLModel, table=True):
    """How one turn was answered. ``hour`` counts from 1970 in UTC; durations are milliseconds, costs US dollars.

    ``topic`` and ``language`` are "" where they are not known; ``saved_usd`` is what a hit's answer cost when it was
    made; ``decision_id`` is the semantic decision that served a hit. ``seq``, ``xid``: :mod:`core.monitoring.commits`.
    """

    __tablename__ = "turn_events"
    __table_args__ = (
        Index("ix_turn_events_at", "tenant", "at"),
        Index("ix_turn_events_topic", "tenant", "topic", "turn_id"),
        Index(
            "ix_turn_events_decision", "decision_id",
            sqlite_where=text("decision_id IS NOT NULL"), postgresql_where=text("decision_id IS NOT NULL"),
        ),
        commit_index("turn_events"),
        {"sqlite_autoincrement": True},
    )  # fmt: skip
    __mapper_args__: ClassVar[dict[str, Any]] = {"primary_key": ["turn_id"]}

    seq: int | None = Field(default=None, sa_column=seq_column())
    xid: int | None = Field(default=None, sa_column=xid_column())
    turn_id: str = Field(unique=True)
    tenant: str
    actor_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    hour: int
    release_id: str
    channel: str
    outcome: str
    tier: str
    similarity: float | None
    degraded: bool
    model: str
    total_ms: float
    first_words_ms: float | None
    stages_ms: dict[str, float] = Field(sa_column=Column(JSON, nullable=False))
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    error: str | None
    topic: str = ""
    language: str = ""
    saved_usd: float | None = None
    decision_id: str | None = None


class VoteEvent(SQLModel, table=True):
    """A vote given, changed or withdrawn: `before` and `after` are -1, 0 (none) or 1.

    What its turn was like stands with it, so that a vote can be counted without its turn. ``hour`` is the vote's own,
    ``turn_hour`` that of the turn.
    """

    __tablename__ = "vote_events"
    __table_args__ = (
        Index("ix_vote_events_hour", "tenant", "hour"),
        commit_index("vote_events"),
        {"sqlite_autoincrement": True},
    )
    __mapper_args__: ClassVar[dict[str, Any]] = {"primary_key": ["id"]}

    seq: int | None = Field(default=None, sa_column=seq_column())
    xid: int | None = Field(default=None, sa_column=xid_column())
    id: str = Field(unique=True)
    turn_id: str
    tenant: str
    actor_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    hour: int
    before: int
    after: int
    turn_hour: int
    release_id: str = ""
    channel: str = ""
    outcome: str = "bypass"
    topic: str = ""
    language: str = ""


class VerdictEvent(SQLModel, table=True):
    """What became known of a hit, or was taken back: `before` and `after` are 1 (its answer fitted), 0 (it did not).

    None is not known. ``by`` is ``thumb``, or ``judge:`` and the judge's name.
    """

    __tablename__ = "verdict_events"
    __table_args__ = (commit_index("verdict_events"), {"sqlite_autoincrement": True})

    seq: int | None = Field(default=None, sa_column=seq_column())
    xid: int | None = Field(default=None, sa_column=xid_column())
    turn_id: str
    decision_id: str
    tenant: str
    at: datetime = Field(sa_type=UtcDateTime)
    by: str
    before: int | None
    after: int | None
    turn_hour: int
    release_id: str
    channel: str
    outcome: str
    topic: str
    language: str


class ModelCall(SQLModel, table=True):
    """A call of a chat model: `purpose` is ``answer``, ``rewrite`` or ``judge``. No text."""

    __tablename__ = "model_calls"
    __table_args__ = (Index("ix_model_calls_at", "tenant", "at"), Index("ix_model_calls_turn", "turn_id"))

    id: str = Field(primary_key=True)
    tenant: str
    turn_id: str | None
    at: datetime = Field(sa_type=UtcDateTime)
    purpose: str
    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    ms: float | None
    error: str | None
