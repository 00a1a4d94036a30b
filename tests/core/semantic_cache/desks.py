"""Entries, decisions and servings written where a test of the admin's desk wants them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from core.access.model import Actor, Role
from core.database import Database, new_id
from core.semantic_cache.desk import CacheDesk
from core.semantic_cache.history import note
from core.semantic_cache.model import CachePolicy, Kind, Scope, question_key
from core.semantic_cache.quarantine import locked
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheQuestion, CacheServing, CacheVote
from tests.house import MovableClock, person

ADA, BOB = person("Ada", Role.ADMIN), person("Bob", Role.ADMIN)
ANA, BEN = person("Ana"), person("Ben")
MEASURE = "embedder+verifier"
SURE, UNSURE = (1.0, 1.0, 0.5, 0.7, 1.0, 3.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, -1.0, -2.0, 0.0, 0.0)
"""Features of a decision that the cache is sure of, and of one that it would not serve."""


class Shelf:
    """A cache's tables with a desk beside them."""

    def __init__(self, database: Database, clock: MovableClock, digests: dict[str, str] | None = None) -> None:
        self.database = database
        self.clock = clock
        self.policy = CachePolicy(error_budget=0.02, judge_calls_per_day=7)
        self.desk = CacheDesk(database, clock, self.policy, MEASURE, lambda: digests or {})

    def entry(
        self, question: str = "How do I squat?", *, by: Actor = ANA, tenant: str = "default", **columns: Any
    ) -> str:
        """Keep an entry that is shared, if not said otherwise, and return its id."""
        now: datetime = self.clock.now()
        scope = Scope(tenant, "release", "en")
        told: dict[str, Any] = {
            "answer": "Bend your knees.", "answer_key": "key", "sources": [{"title": "Squat"}], "created_at": now,
            "fresh_until": now + timedelta(days=21), "expires_at": now + timedelta(days=30), "asked_by": by.id,
        } | columns  # fmt: skip
        entry = CacheEntry(id=new_id(), tenant=tenant, release=scope.release, locale=scope.locale, **told)
        with self.database.begin() as session:
            session.add(entry)
            session.flush()
            session.add(_question(entry, scope, question))
            note(session, entry, now, by.id, "made", question=question)
        return entry.id

    def also(self, entry_id: str, question: str, kind: Kind) -> None:
        """Keep another question with an entry."""
        with self.database.begin() as session:
            entry = locked(session, entry_id)[entry_id]
            scope = Scope(entry.tenant, entry.release, entry.locale)
            session.add(_question(entry, scope, question, kind))

    def decision(self, entry_id: str, **columns: Any) -> None:
        """Keep a decision: a sure hit that nobody has looked at, if not said otherwise."""
        told: dict[str, Any] = {
            "tenant": "default", "measure": MEASURE, "namespace": "n", "actor_id": BEN.id, "at": self.clock.now(),
            "question": "How to squat?", "known": "How do I squat?", "features": list(SURE), "similarity": 0.93,
            "probability": 0.97, "required": 0.9, "served": True,
        } | columns  # fmt: skip
        with self.database.begin() as session:
            session.add(CacheDecision(id=new_id(), entry_id=entry_id, **told))

    def serve(self, entry_id: str, to: Actor, thumb: int = 0) -> None:
        """Count a hit, and the thumb that came back."""
        now, turn = self.clock.now(), new_id()
        with self.database.begin() as session:
            entry = locked(session, entry_id)[entry_id]
            entry.served += 1
            entry.liked += thumb > 0
            entry.disliked += thumb < 0
            session.add(CacheServing(turn_id=turn, entry_id=entry_id, tenant=entry.tenant, actor_id=to.id, at=now))
            if thumb:
                session.add(
                    CacheVote(
                        turn_id=turn, actor_id=to.id, tenant=entry.tenant, entry_id=entry_id, thumb=thumb, at=now
                    )
                )  # fmt: skip

    def row(self, entry_id: str) -> CacheEntry:
        """Return the entry as it is in the database."""
        with self.database.read() as session:
            found = session.get(CacheEntry, entry_id)
        assert found is not None
        return found


def _question(entry: CacheEntry, scope: Scope, question: str, kind: Kind = Kind.ASKED) -> CacheQuestion:
    return CacheQuestion(
        id=new_id(), entry_id=entry.id, namespace=scope.namespace, key=question_key(question), question=question,
        kind=kind, indexed=True,
    )  # fmt: skip
