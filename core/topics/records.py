"""Topics in the database. A topic is never deleted: what was assigned to it keeps its name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from core.database import UtcDateTime

MOST_TOPICS = 1000


class Topic(SQLModel, table=True):
    """A group of questions, among the vectors of one embedder.

    ``anchor`` is the centre it was born with and never changes; ``centre`` is where its questions lie now (both
    float32); ``fit`` is the last fit that found it.
    """

    __tablename__ = "topics"
    __table_args__ = (Index("ix_topics_fit", "tenant", "embedder", "fit"),)

    id: str = Field(primary_key=True)
    tenant: str
    embedder: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    fit: int
    name: str
    given_name: str | None = None
    words: list[str] = Field(sa_column=Column(JSON, nullable=False))
    typical: list[str] = Field(sa_column=Column(JSON, nullable=False))
    size: int
    anchor: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    centre: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

    @property
    def shown(self) -> str:
        """The name that a person gave, else the one made of its words."""
        return self.given_name or self.name


class TopicFit(SQLModel, table=True):
    """One grouping; of two servers that fit at once, the constraint lets one through."""

    __tablename__ = "topic_fits"
    __table_args__ = (UniqueConstraint("tenant", "embedder", "number"),)

    id: str = Field(primary_key=True)
    tenant: str
    embedder: str
    number: int
    at: datetime = Field(sa_type=UtcDateTime)
    source: str
    """``library`` or ``questions``."""
    questions: int
    kept: int
    """Topics that went on from the fit before."""


def newest_fit(session: Session, tenant: str, embedder: str) -> TopicFit | None:
    """Return the fit in force, or None before the first."""
    query = select(TopicFit).where(TopicFit.tenant == tenant, TopicFit.embedder == embedder)
    return session.exec(query.order_by(col(TopicFit.number).desc()).limit(1)).first()


def topics_of(session: Session, tenant: str, embedder: str, fit: int | None = None) -> list[Topic]:
    """Return the topics of a tenant or of one fit (1,000 at most), the latest found and then the largest first."""
    query = select(Topic).where(Topic.tenant == tenant, Topic.embedder == embedder)
    if fit is not None:
        query = query.where(Topic.fit == fit)
    order = col(Topic.fit).desc(), col(Topic.size).desc(), col(Topic.id)
    return list(session.exec(query.order_by(*order).limit(MOST_TOPICS)))


def topic_names(session: Session, tenant: str) -> dict[str, str]:
    """Return the shown name of every topic of a tenant, of former embedders too, by id."""
    query = select(Topic.id, Topic.given_name, Topic.name).where(Topic.tenant == tenant)
    rows = session.exec(query.order_by(col(Topic.created_at).desc()).limit(MOST_TOPICS))
    return {identity: given or name for identity, given, name in rows}


def find_topic(session: Session, tenant: str, topic_id: str) -> Topic | None:
    """Return a topic of a tenant."""
    row = session.get(Topic, topic_id)
    return row if row is not None and row.tenant == tenant else None
