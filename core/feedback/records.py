"""Thumbs in the database: one a user a turn."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, Session, SQLModel, col, select

from core.access.model import Actor
from core.database import UtcDateTime
from core.feedback.model import Given, Reason, Thumb, Vote


class Feedback(SQLModel, table=True):
    """A vote; a withdrawn one stays as a row with `withdrawn_at`, so that its history can be told."""

    __tablename__ = "feedback"
    __table_args__ = (
        Index("ix_feedback_actor", "tenant", "actor_id", "updated_at"),
        Index("ix_feedback_thumb", "tenant", "thumb", "turn_id"),
    )

    turn_id: str = Field(primary_key=True)
    actor_id: str = Field(primary_key=True)
    tenant: str
    thumb: int
    reasons: list[str] = Field(sa_column=Column(JSON, nullable=False))
    comment: str
    better_answer: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def given(self) -> Given:
        """The row as a value."""
        vote = Vote(Thumb(self.thumb), tuple(map(Reason, self.reasons)), self.comment, self.better_answer)
        return Given(self.turn_id, vote, self.updated_at)


def standing(session: Session, actor: Actor, turn_ids: list[str]) -> dict[str, Given]:
    """Return the user's votes on these turns that were not withdrawn."""
    query = select(Feedback).where(
        col(Feedback.turn_id).in_(turn_ids), Feedback.actor_id == actor.id, col(Feedback.withdrawn_at).is_(None)
    )
    return {row.turn_id: row.given for row in session.exec(query)}


def newest(session: Session, actor: Actor, limit: int) -> list[Given]:
    """Return the user's newest votes that stand (at most 200)."""
    query = select(Feedback).where(
        Feedback.tenant == actor.tenant, Feedback.actor_id == actor.id, col(Feedback.withdrawn_at).is_(None)
    )
    rows = session.exec(query.order_by(col(Feedback.updated_at).desc()).limit(min(limit, 200)))
    return [row.given for row in rows]
