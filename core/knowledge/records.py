"""Snapshots of the knowledge: what a release answers from, kept whole and never changed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from core.database import UtcDateTime
from core.knowledge.model import Document, Passage, Source


class KnowledgeSnapshot(SQLModel, table=True):
    """A complete snapshot (it is written in one transaction); `indexed` once its vectors are in the store."""

    __tablename__ = "knowledge_snapshots"

    version: str = Field(primary_key=True)
    namespace: str = Field(primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    indexed: bool


class KnowledgeDocument(SQLModel, table=True):
    """One document of one snapshot, with its passages."""

    __tablename__ = "knowledge_documents"

    version: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: str
    title: str
    names: list[str] = Field(sa_column=Column(JSON, nullable=False))
    passages: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))


def add_documents(session: Session, version: str, documents: list[Document]) -> None:
    """Write all documents of a snapshot that is not there yet."""
    if session.exec(select(KnowledgeDocument.id).where(KnowledgeDocument.version == version).limit(1)).first():
        return
    for document in documents:
        facts = asdict(document)
        facts["names"] = list(facts["names"])
        facts["passages"] = [{**passage, "sources": list(passage["sources"])} for passage in facts["passages"]]
        session.add(KnowledgeDocument(version=version, **facts))


def read_documents(session: Session, version: str) -> list[Document]:
    """Return all documents of a snapshot, ordered by id."""
    query = select(KnowledgeDocument).where(KnowledgeDocument.version == version).order_by(col(KnowledgeDocument.id))
    return [
        Document(row.id, row.kind, row.title, tuple(row.names), tuple(map(_passage, row.passages)))
        for row in session.exec(query)
    ]


def newest_version(session: Session) -> str | None:
    """Return the version of the newest snapshot, or None when there is none."""
    query = select(KnowledgeSnapshot.version).order_by(col(KnowledgeSnapshot.created_at).desc()).limit(1)
    return session.exec(query).first()


def _passage(facts: dict[str, Any]) -> Passage:
    return Passage(**{**facts, "sources": tuple(Source(**source) for source in facts["sources"])})
