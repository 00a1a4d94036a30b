"""How long a vote takes while 50 people vote: the real use case, with its event and what the cache learns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, sleep
from typing import Any

import numpy as np
from sqlmodel import col, func, select

from benchmarks.report import percentile
from core.access.model import Actor, Role
from core.adapters.clock import SystemClock
from core.conversation.draft import event_of
from core.conversation.model import Outcome, State
from core.conversation.records import Conversation, Turn
from core.conversation.voting import Voting
from core.database import Database, new_id
from core.feedback.model import Thumb, Vote
from core.monitoring.recording import record_turn
from core.monitoring.records import VoteEvent

WRITERS = 50
EACH = 20
A_SECOND = 100
"""Votes a second of all writers together: 8.6 million a day."""


def vote_latencies(database: Database, tenant: str) -> dict[str, Any]:
    """Let 50 people of a tenant vote at random moments; return percentiles in ms, and votes lost or doubled."""
    clock = SystemClock()
    voting = Voting(database, clock)
    people = [Actor(f"voter {one}", tenant, "", Role.TRAINER) for one in range(WRITERS)]
    asked = {person.id: [_turn(database, clock, person) for _ in range(EACH)] for person in people}
    rng = np.random.default_rng(5)
    waits = {person.id: rng.exponential(WRITERS / A_SECOND, EACH).tolist() for person in people}

    def cast(person: Actor) -> list[float]:
        taken = []
        for turn_id, wait in zip(asked[person.id], waits[person.id], strict=True):
            sleep(wait)
            begun = perf_counter()
            voting.vote(person, turn_id, Vote(Thumb.UP))
            taken.append((perf_counter() - begun) * 1000)
        return taken

    with ThreadPoolExecutor(WRITERS) as pool:
        taken = [one for many in pool.map(cast, people) for one in many]
    with database.read() as session:
        kept = session.exec(select(func.count()).where(col(VoteEvent.tenant) == tenant)).one()
    return {
        "vote p50, ms": percentile(taken, 0.5),
        "vote p99, ms": percentile(taken, 0.99),
        "votes lost or doubled": abs(WRITERS * EACH - kept),
    }


def _turn(database: Database, clock: SystemClock, person: Actor) -> str:
    now = clock.now()
    conversation = Conversation(
        id=new_id(), tenant=person.tenant, actor_id=person.id, title="", created_at=now, updated_at=now
    )
    turn = Turn(
        id=new_id(), conversation_id=conversation.id, tenant=person.tenant, actor_id=person.id, asked_at=now,
        question="q", state=State.DONE, release_id="r", channel="stable", notices=[], answer="a", outcome=Outcome.MISS,
    )  # fmt: skip
    with database.begin() as session:
        session.add(conversation)
        session.flush()
        session.add(turn)
        record_turn(session, event_of(turn, clock))
    return turn.id
