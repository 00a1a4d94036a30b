"""Entries, decisions and judges, for tests of what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from core.access.model import Actor, Role
from core.database import Database, forbid_open_transaction, new_id
from core.errors import ServiceError
from core.semantic_cache.model import Kind, Scope, Standing, answer_key, question_key
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheEvent, CacheQuestion
from core.semantic_cache.verdict import Verdict
from tests.house import TENANT, person

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
SCOPE = Scope(TENANT, "release", "en")
ADMIN = person("Ada", Role.ADMIN)


def users(count: int) -> list[Actor]:
    """Return so many people."""
    return [person(f"user {number}") for number in range(count)]


def make_entry(
    database: Database,
    question: str = "How do I squat?",
    answer: str = "Sit back.",
    *,
    standing: Standing = Standing.SHARED,
    by: str = "author",
    scope: Scope = SCOPE,
    at: datetime = NOW,
    **columns: Any,
) -> str:
    """Keep an answer to a question; return the entry's id."""
    entry = CacheEntry(
        id=new_id(), tenant=scope.tenant, release=scope.release, locale=scope.locale, standing=standing, asked_by=by,
        answer=answer, answer_key=answer_key(answer), sources=[], created_at=at, fresh_until=at + timedelta(days=21),
        expires_at=at + timedelta(days=30), **columns,
    )  # fmt: skip
    row = CacheQuestion(
        id=new_id(), entry_id=entry.id, namespace=scope.namespace, key=question_key(question), question=question,
        indexed=True,
    )  # fmt: skip
    with database.begin() as session:
        session.add(entry)
        session.flush()
        session.add(row)
    return entry.id


def make_decision(
    database: Database,
    entry_id: str,
    question: str,
    *,
    actor: str = "asker",
    probability: float = 0.6,
    served: bool = False,
    fresh: str | None = None,
    state: str = "open",
    scope: Scope = SCOPE,
    at: datetime = NOW,
) -> str:
    """Keep a weighed lookup that a judge is to look at; return its id."""
    decision = CacheDecision(
        id=new_id(), tenant=scope.tenant, measure="plane", namespace=scope.namespace, actor_id=actor, at=at,
        question=question, entry_id=entry_id, known="How do I squat?", features=[1.0], similarity=0.8,
        probability=probability, required=0.9, served=served, fresh_entry_id=fresh, judge_state=state,
    )  # fmt: skip
    with database.begin() as session:
        session.add(decision)
    return decision.id


def entry_of(database: Database, entry_id: str) -> CacheEntry:
    """Return an entry as it is now."""
    with database.read() as session:
        return session.exec(select(CacheEntry).where(CacheEntry.id == entry_id)).one()


def decision_of(database: Database, decision_id: str) -> CacheDecision:
    """Return a decision as it is now."""
    with database.read() as session:
        return session.exec(select(CacheDecision).where(CacheDecision.id == decision_id)).one()


def questions(database: Database, entry_id: str) -> dict[str, str]:
    """Return the kind of each question of an entry."""
    with database.read() as session:
        rows = session.exec(select(CacheQuestion).where(CacheQuestion.entry_id == entry_id)).all()
    return {row.question: Kind(row.kind).value for row in rows}


def steps(database: Database, entry_id: str) -> list[str]:
    """Return what happened to an entry, in order."""
    with database.read() as session:
        query = select(CacheEvent.what).where(CacheEvent.entry_id == entry_id)
        return list(session.exec(query.order_by(col(CacheEvent.at), col(CacheEvent.id))))


@dataclass
class Oracle:
    """A judge that knows which answer serves which question; of others it cannot say.

    It refuses to work inside a transaction, as any adapter does. ``meanwhile`` is done while it thinks.
    """

    truth: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    name: str = "oracle"
    reliability: float = 0.95
    paid: bool = False
    read: bool = True
    error: ServiceError | None = None
    meanwhile: Callable[[], object] = lambda: None
    asked: list[str] = field(default_factory=list)

    def judge(self, asked: str, known: str, answer: str) -> Verdict:
        """Look the pair up."""
        forbid_open_transaction()
        self.asked.append(asked)
        self.meanwhile()
        if self.error is not None:
            raise self.error
        return Verdict(self.truth.get((asked, answer)), "as it is known", 7, self.read)
