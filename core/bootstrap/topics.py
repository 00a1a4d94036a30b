"""Builds the room of topics."""

from __future__ import annotations

from core.conversation.topic_questions import RecentQuestions
from core.database import Database
from core.knowledge.service import Knowledge
from core.ports import Clock, Embedder
from core.settings import Settings
from core.topics.service import Topics


def make_topics(
    settings: Settings, database: Database, clock: Clock, embedder: Embedder, knowledge: Knowledge
) -> Topics:
    """Return the service of topics; before there are enough questions they are made of what the library answers."""
    quick = settings.embedder == "embedded"
    return Topics(database, embedder, clock, RecentQuestions(database), lambda: headings(knowledge), quick=quick)


def headings(knowledge: Knowledge) -> list[str]:
    """Return what the library answers: each heading of an article with its title, and of an exercise the first."""
    return [
        passage.heading if document.names else f"{document.title}: {passage.heading}"
        for document in knowledge.documents
        for passage in (document.passages[:1] if document.names else document.passages)
    ]
