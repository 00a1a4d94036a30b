"""Releases and channels in the database."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from core.database import UtcDateTime
from core.releases.model import ReleaseSpec


class Release(SQLModel, table=True):
    """An immutable row; ``id`` is the hash of the rest."""

    __tablename__ = "releases"

    tenant: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    chat_model: str
    prompt_version: str
    embedder: str
    knowledge_version: str
    cache_policy: str

    @property
    def spec(self) -> ReleaseSpec:
        """What the release consists of."""
        return ReleaseSpec(
            self.chat_model, self.prompt_version, self.embedder, self.knowledge_version, self.cache_policy
        )


class Channel(SQLModel, table=True):
    """A pointer at a release, with the share of users that it serves (1 for stable)."""

    __tablename__ = "channels"

    tenant: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    release_id: str
    share: float
    moved_at: datetime = Field(sa_type=UtcDateTime)


def channels(session: Session, tenant: str) -> dict[str, Channel]:
    """Return the tenant's channels by name."""
    return {row.name: row for row in session.exec(select(Channel).where(Channel.tenant == tenant))}


def newest(session: Session, tenant: str, limit: int) -> list[Release]:
    """Return up to `limit` (at most 200) releases, newest first."""
    query = select(Release).where(Release.tenant == tenant).order_by(col(Release.created_at).desc())
    return list(session.exec(query.limit(min(limit, 200))))
