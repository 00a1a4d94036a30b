"""Saved views in the database: a name for an address of the monitoring page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, Column, Index, UniqueConstraint, case, func, or_
from sqlmodel import Field, Session, SQLModel, col, select

from core.access.model import Actor
from core.database import UtcDateTime


class SavedView(SQLModel, table=True):
    """One person's name for a set of query parameters; `shared` ones are seen by everybody who may see the page."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("tenant", "owner_id", "name", name="uq_saved_views_name"),
        Index("ix_saved_views_shared", "tenant", "shared"),
    )

    id: str = Field(primary_key=True)
    tenant: str
    owner_id: str
    owner_name: str
    name: str
    query: dict[str, list[str]] = Field(sa_column=Column(JSON, nullable=False))
    shared: bool
    created_at: datetime = Field(sa_type=UtcDateTime)


def views_for(session: Session, actor: Actor, limit: int) -> Sequence[SavedView]:
    """Return up to `limit` views that the actor may open: their own first, then shared ones, each by name."""
    mine = col(SavedView.owner_id) == actor.id
    query = (
        select(SavedView)
        .where(SavedView.tenant == actor.tenant, or_(mine, col(SavedView.shared)))
        .order_by(case((mine, 0), else_=1), func.lower(SavedView.name), col(SavedView.id))
    )
    return session.exec(query.limit(limit)).all()


def own_view(session: Session, actor: Actor, name: str) -> SavedView | None:
    """Return the actor's view of this name."""
    return session.exec(
        select(SavedView).where(
            SavedView.tenant == actor.tenant, SavedView.owner_id == actor.id, SavedView.name == name
        )
    ).one_or_none()


def count_of(session: Session, actor: Actor) -> int:
    """Return how many views the actor has saved."""
    return session.exec(
        select(func.count()).where(SavedView.tenant == actor.tenant, SavedView.owner_id == actor.id)
    ).one()
