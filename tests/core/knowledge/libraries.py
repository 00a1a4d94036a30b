"""Libraries on a database, with parts that a test watches or breaks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlmodel import select

from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.knowledge.records import KnowledgeDocument, KnowledgeSnapshot
from core.knowledge.service import Knowledge
from core.ports import Clock, Embedder, Vector, VectorStore
from tests.house import MovableClock


class Watched:
    """The real embedder under any name, with what it was given; the process "dies" at the call numbered `dies_at`."""

    def __init__(self, inner: Embedder, name: str = "watched", dies_at: int = 0) -> None:
        self.inner = inner
        self.name = name
        self.dimension = inner.dimension
        self.dies_at = dies_at
        self.calls = 0
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vector:
        self.calls += 1
        if self.calls == self.dies_at:
            raise SystemExit("killed")
        self.texts += texts
        return self.inner.embed(texts)


def library(
    database: Database, embedder: Embedder, folder: Path, store: VectorStore | None = None, clock: Clock | None = None
) -> Knowledge:
    """Return a library that is not in step yet, as a server has it at its start."""
    return Knowledge(database, embedder, store or StoredVectors(database), clock or MovableClock(), [folder])


def synced(
    database: Database, embedder: Embedder, folder: Path, store: VectorStore | None = None, clock: Clock | None = None
) -> Knowledge:
    knowledge = library(database, embedder, folder, store, clock)
    knowledge.sync()
    return knowledge


def kept(database: Database) -> tuple[int, list[bool]]:
    """Return how many documents are kept, and for each snapshot whether it is indexed."""
    with database.read() as session:
        documents = session.exec(select(KnowledgeDocument.id)).all()
        return len(documents), list(session.exec(select(KnowledgeSnapshot.indexed)))


def found(knowledge: Knowledge, question: str, embedder: Embedder | None = None) -> list[str]:
    """Return the documents that answer a question, best first, without or with an embedder."""
    vector = embedder.embed([question])[0] if embedder else None
    return [found.passage.document_id for found in knowledge.retrieve(question, vector).found]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]
