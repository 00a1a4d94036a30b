"""Conversations and their turns in the database. Every query names the user: nothing is found that is another's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, or_, text
from sqlmodel import Field, Session, SQLModel, col, delete, func, select

from core.access.model import Actor
from core.conversation.model import Notice, Outcome, Quote, State, TurnView
from core.database import UtcDateTime
from core.errors import NotFoundError
from core.feedback.model import Thumb, Vote
from core.feedback.records import Feedback

MOST_TURNS = 500
MOST_CONVERSATIONS = 200


class Conversation(SQLModel, table=True):
    """A chat of one user."""

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_actor", "tenant", "actor_id", "updated_at"),)

    id: str = Field(primary_key=True)
    tenant: str
    actor_id: str
    title: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Turn(SQLModel, table=True):
    """A question and its answer. The row is there before the first word of the answer is."""

    __tablename__ = "turns"
    __table_args__ = (
        Index("ix_turns_conversation", "conversation_id", "id"),
        Index("ix_turns_state", "state"),
        Index("ix_turns_asked", "tenant", "asked_at", "id"),
        Index("ix_turns_actor", "tenant", "actor_id", "asked_at", "id"),
        Index("ix_turns_release", "tenant", "release_id", "asked_at", "id"),
        Index("ix_turns_channel", "tenant", "channel", "asked_at", "id"),
        Index(
            "ix_turns_ended_badly", "tenant", "asked_at", "id",
            sqlite_where=text("state <> 'done'"), postgresql_where=text("state <> 'done'"),
        ),
        Index(
            "ix_turns_text", "tenant", "asked_at", "id",
            sqlite_where=text("question <> ''"), postgresql_where=text("question <> ''"),
        ),
    )  # fmt: skip

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversations.id")
    tenant: str
    actor_id: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    question: str = Field(sa_type=Text)
    state: str
    release_id: str
    channel: str
    notices: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
    replaced: bool = False
    answer: str = Field(default="", sa_type=Text)
    answer_key: str | None = Field(default=None, index=True)
    outcome: str | None = None
    evidence: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    entry_id: str | None = None
    answered_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sources: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    remark: str = ""
    model: str = ""
    stages_ms: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    total_ms: float | None = None
    first_words_ms: float | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = None
    error: str | None = None

    def view(self, vote: Vote | None = None) -> TurnView:
        """Return the turn as its user sees it."""
        return TurnView(
            id=self.id,
            conversation_id=self.conversation_id,
            question=self.question,
            answer=self.answer,
            state=State(self.state),
            asked_at=self.asked_at,
            outcome=Outcome(self.outcome) if self.outcome else None,
            answered_from=self.answered_from,
            similarity=self.evidence.get("similarity"),
            matched=self.evidence.get("question"),
            asked=self.evidence.get("asked", 0),
            liked=self.evidence.get("liked", 0),
            quotes=tuple(map(Quote.read, self.sources)),
            notices=tuple(Notice(**notice) for notice in self.notices),
            remark=self.remark,
            model=self.model,
            vote=vote,
        )


def own_conversation(session: Session, actor: Actor, conversation_id: str) -> Conversation:
    """Return the user's conversation; somebody else's is not found."""
    row = session.get(Conversation, conversation_id)
    if row is None or (row.tenant, row.actor_id) != (actor.tenant, actor.id):
        raise NotFoundError("There is no such conversation; it may have been deleted.")
    return row


def own_turn(session: Session, actor: Actor, turn_id: str) -> Turn:
    """Return the user's turn; somebody else's is not found."""
    row = session.get(Turn, turn_id)
    if row is None or (row.tenant, row.actor_id) != (actor.tenant, actor.id):
        raise NotFoundError("There is no such answer; its conversation may have been deleted.")
    return row


def turns_of(session: Session, conversation_id: str, limit: int = MOST_TURNS) -> list[Turn]:
    """Return the newest turns (at most 500) that no newer one replaced, oldest first."""
    query = select(Turn).where(Turn.conversation_id == conversation_id, col(Turn.replaced).is_(False))
    newest = session.exec(query.order_by(col(Turn.id).desc()).limit(min(limit, MOST_TURNS)))
    return list(newest)[::-1]


def turns_by_id(session: Session, actor: Actor, ids: list[str]) -> dict[str, Turn]:
    """Return those of the user's turns."""
    query = select(Turn).where(col(Turn.id).in_(ids), Turn.tenant == actor.tenant, Turn.actor_id == actor.id)
    return {row.id: row for row in session.exec(query)}


def other_downs(session: Session, actor: Actor, turn: Turn) -> bool:
    """Say whether the user marked the same answer down on another turn too."""
    query = (
        select(Turn.id)
        .join(Feedback, col(Feedback.turn_id) == col(Turn.id))
        .where(Turn.answer_key == turn.answer_key, Turn.id != turn.id, Turn.actor_id == actor.id)
        .where(Feedback.thumb == Thumb.DOWN, col(Feedback.withdrawn_at).is_(None))
    )
    return session.exec(query.limit(1)).first() is not None


def found_conversations(session: Session, actor: Actor, words: str, limit: int) -> list[Conversation]:
    """Return the user's newest conversations (at most 200); with words, those whose title or turns hold them."""
    query = select(Conversation).where(Conversation.tenant == actor.tenant, Conversation.actor_id == actor.id)
    if words.strip():
        wanted = words.strip().lower()
        said = select(Turn.conversation_id).where(
            Turn.tenant == actor.tenant,
            Turn.actor_id == actor.id,
            or_(
                func.lower(Turn.question).contains(wanted, autoescape=True),
                func.lower(Turn.answer).contains(wanted, autoescape=True),
            ),
        )
        titled = func.lower(Conversation.title).contains(wanted, autoescape=True)
        query = query.where(or_(titled, col(Conversation.id).in_(said)))
    query = query.order_by(col(Conversation.updated_at).desc()).limit(min(limit, MOST_CONVERSATIONS))
    return list(session.exec(query))


def remove_conversation(session: Session, conversation: Conversation) -> None:
    """Delete a conversation with every text in it; the events, which hold numbers only, stay."""
    ids = select(Turn.id).where(Turn.conversation_id == conversation.id)
    session.exec(delete(Feedback).where(col(Feedback.turn_id).in_(ids)))
    session.exec(delete(Turn).where(col(Turn.conversation_id) == conversation.id))
    session.delete(conversation)


def unfinished(session: Session, before: datetime) -> list[Turn]:
    """Return turns (at most 1,000) that were asked before a time and are still being answered."""
    query = select(Turn).where(Turn.state == State.ANSWERING, Turn.asked_at < before)
    return list(session.exec(query.limit(1000)))
