"""An archive with turns in it, written as the product writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from core.access.model import Actor, Role
from core.conversation.archive import Archive
from core.conversation.draft import event_of
from core.conversation.model import State
from core.conversation.records import Conversation, Turn
from core.conversation.voting import Voting
from core.database import Database, new_id
from core.feedback.model import Thumb, Vote
from core.monitoring.recording import record_turn
from core.semantic_cache.records import CacheDecision
from tests.house import MovableClock, person

PAULA = person("Paula", Role.PRODUCT)
ANA, BEN = person("Ana"), person("Ben")


class Shelves:
    """Turns and what belongs to them, and the archive over them."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self.database = database
        self.clock = clock
        self.archive = Archive(database, clock, lambda actor: {"squats": "Squats"})
        self.voting = Voting(database, clock)

    def turn(self, question: str = "How do I squat?", *, by: Actor = ANA, conversation: str = "", **told: Any) -> str:
        """Keep an answered turn, a minute after the one before; return its id."""
        self.clock.pass_by(minutes=1)
        now: datetime = told.pop("asked_at", self.clock.now())
        topic, language = told.pop("topic", ""), told.pop("language", "en")
        columns: dict[str, Any] = {
            "state": State.DONE, "release_id": "r1", "channel": "stable", "notices": [], "outcome": "miss",
            "answer": "Bend your knees.", "answer_key": "key", "total_ms": 100.0, "stages_ms": {"answer": 90.0},
        } | told  # fmt: skip
        with self.database.begin() as session:
            if not conversation:
                conversation = new_id()
                session.add(
                    Conversation(id=conversation, tenant=by.tenant, actor_id=by.id, title=question[:60],
                                 created_at=now, updated_at=now)
                )  # fmt: skip
                session.flush()
            turn = Turn(id=new_id(), conversation_id=conversation, tenant=by.tenant, actor_id=by.id, asked_at=now,
                        question=question, **columns)  # fmt: skip
            session.add(turn)
            record_turn(session, event_of(turn, self.clock, topic, language))
        return turn.id

    def at_once(self, by: Actor, times: Sequence[datetime]) -> None:
        """Keep a turn for each time, in one transaction."""
        with self.database.begin() as session:
            session.add(Conversation(id=(chat := new_id()), tenant=by.tenant, actor_id=by.id, title="Many",
                                     created_at=times[0], updated_at=times[0]))  # fmt: skip
            session.flush()
            session.add_all(
                Turn(id=new_id(), conversation_id=chat, tenant=by.tenant, actor_id=by.id, asked_at=at, state=State.DONE,
                     question="How do I squat?", release_id="r1", channel="stable", notices=[])
                for at in times
            )  # fmt: skip

    def wrong_decision(self, decision_id: str) -> None:
        """Keep a decision that served an answer to another question."""
        with self.database.begin() as session:
            session.add(
                CacheDecision(
                    id=decision_id, tenant=ANA.tenant, measure="m", namespace="n", actor_id=BEN.id, at=self.clock.now(),
                    question="How do I squat?", entry_id="e", known="How do I jump?", features=[1.0], similarity=0.9,
                    probability=0.95, required=0.9, served=True, label=0.1, labelled_by="judge:x",
                )
            )  # fmt: skip

    def vote(self, turn_id: str, thumb: Thumb, by: Actor = ANA) -> None:
        """Vote as the turn's user."""
        self.voting.vote(by, turn_id, Vote(thumb))

    def many(self, number: int, **told: Any) -> list[str]:
        """Keep several turns, oldest first."""
        return [self.turn(f"Question {n} about squats", **told) for n in range(number)]

    def hours_ago(self, hours: float) -> datetime:
        """Return a time before now."""
        return self.clock.now() - timedelta(hours=hours)
