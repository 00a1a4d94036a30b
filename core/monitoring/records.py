"""Events: one durable row for each turn and each change of a vote. They hold numbers and ids, never text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, Column, ColumnElement, Index, case, func
from sqlmodel import Field, Session, SQLModel, col, select

from core.database import UtcDateTime


class TurnEvent(SQLModel, table=True):
    """How one turn was answered. ``hour`` counts from 1970 in UTC; durations are milliseconds, costs US dollars."""

    __tablename__ = "turn_events"
    __table_args__ = (Index("ix_turn_events_hour", "tenant", "hour", "outcome"),)

    turn_id: str = Field(primary_key=True)
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


class VoteEvent(SQLModel, table=True):
    """A vote given, changed or withdrawn: `before` and `after` are -1, 0 (none) or 1."""

    __tablename__ = "vote_events"
    __table_args__ = (Index("ix_vote_events_hour", "tenant", "hour"),)

    id: str = Field(primary_key=True)
    turn_id: str
    tenant: str
    actor_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    hour: int
    before: int
    after: int


def outcomes_by_hour(session: Session, tenant: str, first: int, last: int) -> Sequence[tuple[int, str, int]]:
    """Return (hour, outcome, turns) for the hours `first` to `last`, both included."""
    query = (
        select(TurnEvent.hour, TurnEvent.outcome, func.count())
        .where(TurnEvent.tenant == tenant, col(TurnEvent.hour).between(first, last))
        .group_by(col(TurnEvent.hour), col(TurnEvent.outcome))
    )
    return session.exec(query).all()


def votes_by_span(session: Session, tenant: str, first: int, last: int, hours: int) -> Sequence[tuple[int, int, int]]:
    """Return (span, ups, downs) for each span of `hours`, counted from the hour `first` to `last`, both included.

    A vote counts in a span if it came to stand in it: what was given and taken back within a span does not count,
    and what was taken back in a later one does not take anybody else's vote away there.
    """
    vote, span = VoteEvent, ((col(VoteEvent.hour) - first) // hours).label("span")

    def gained(thumb: int) -> ColumnElement[int]:
        return func.sum(case((col(vote.after) == thumb, 1), else_=0) - case((col(vote.before) == thumb, 1), else_=0))

    one = (
        select(span, gained(1).label("up"), gained(-1).label("down"))
        .where(vote.tenant == tenant, col(vote.hour).between(first, last))
        .group_by("span", col(vote.turn_id), col(vote.actor_id))
        .subquery()
    )
    ups, downs = (func.sum(case((column > 0, 1), else_=0)) for column in (one.c.up, one.c.down))
    return session.exec(select(one.c.span, ups, downs).group_by(one.c.span)).all()


def newest_latencies(
    session: Session, tenant: str, first: int, last: int, limit: int
) -> Sequence[tuple[int, str, float]]:
    """Return (hour, outcome, total milliseconds) of the newest `limit` turns without an error in these hours."""
    query = (
        select(TurnEvent.hour, TurnEvent.outcome, TurnEvent.total_ms)
        .where(TurnEvent.tenant == tenant, col(TurnEvent.hour).between(first, last), col(TurnEvent.error).is_(None))
        .order_by(col(TurnEvent.at).desc())
        .limit(limit)
    )
    return session.exec(query).all()
