"""The questions that topics are made of."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from core.conversation.model import Outcome
from core.conversation.question import depends_on_before, may_be_shared
from core.conversation.records import Turn
from core.database import Database


class RecentQuestions:
    """Recent questions that may be shared and mean something by themselves, each with the pseudonym of who asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, tenant: str, since: datetime, limit: int) -> list[tuple[str, str]]:
        """Return such questions among the newest `limit` turns since a time.

        Personal ones bypass the cache and are left out, so that nobody's own story is read as a topic's word or
        typical question; by today's rules too, where those were stricter than the rules of its day.
        """
        query = (
            select(Turn.question, Turn.actor_id)
            .where(Turn.tenant == tenant, Turn.asked_at >= since, Turn.question != "")
            .where(col(Turn.outcome).in_([Outcome.HIT, Outcome.MISS]))
            .order_by(col(Turn.asked_at).desc(), col(Turn.id).desc())
            .limit(limit)
        )
        with self._database.read() as session:
            asked = list(session.exec(query))
        return [(text, actor) for text, actor in asked if not depends_on_before(text) and may_be_shared(text)]
