"""Writes events, each in the transaction of what it tells of."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert
from sqlmodel import Session, SQLModel, select

from core.access.model import Actor
from core.database import new_id
from core.inserting import inserted
from core.monitoring.model import hour_of
from core.monitoring.records import ModelCall, TurnEvent, VerdictEvent, VoteEvent
from core.monitoring.rollups import take_back

log = logging.getLogger(__name__)
FITS = 0.5
"""From this probability on an answer is taken to fit its question."""


def record_turn(session: Session, event: TurnEvent) -> None:
    """Keep the event in the turn's own transaction; a turn that was taken for lost and ends after all counts once."""
    session.flush()  # the turn first, its event then: two that end one turn at once would else wait for one another
    if not inserted(session, event):
        take_back(session, event.turn_id, event.at)
        inserted(session, event)


def record_vote(session: Session, actor: Actor, turn_id: str, at: datetime, before: int, after: int) -> None:
    """Keep a change of a vote in the transaction that makes it; no change, no event."""
    if before == after:
        return
    own: dict[str, Any] = {
        "id": new_id(), "turn_id": turn_id, "tenant": actor.tenant, "actor_id": actor.id, "at": at,
        "hour": hour_of(at), "before": before, "after": after,
    }  # fmt: skip
    if not session.connection().execute(_VOTE, own).rowcount:  # the turn is from a time without events
        inserted(session, VoteEvent(**own, turn_hour=own["hour"]))
    log.info("vote", extra={"correlation_id": turn_id, "before": before, "after": after})


def record_verdict(
    session: Session, decision_id: str, at: datetime, by: str, before: float | None, after: float | None
) -> None:
    """Keep what became known of a semantic hit: the probabilities, in [0, 1], that its answer fits; None is unknown.

    Of a decision that served nobody, or if nothing new became known, there is no event.
    """
    was, now = (None if one is None else int(one >= FITS) for one in (before, after))
    turn = session.exec(select(TurnEvent).where(TurnEvent.decision_id == decision_id)).first()
    if turn is None or was == now:
        return
    session.add(
        VerdictEvent(
            turn_id=turn.turn_id, decision_id=decision_id, tenant=turn.tenant, at=at, by=by, before=was, after=now,
            turn_hour=turn.hour, **{name: getattr(turn, name) for name in PLACED},
        )
    )  # fmt: skip


def log_call(call: ModelCall) -> None:
    """Log a call of a chat model, under the names that OpenTelemetry gives to what it has names for."""
    facts = {
        "correlation_id": call.turn_id or "", "purpose": call.purpose, "cost_usd": call.cost_usd, "ms": call.ms,
        "gen_ai.operation.name": "chat", "gen_ai.request.model": call.model,
        "gen_ai.usage.input_tokens": call.input_tokens, "gen_ai.usage.output_tokens": call.output_tokens,
        "error.type": call.error,
    }  # fmt: skip
    log.info("model_call", extra=facts)


PLACED = ("release_id", "channel", "outcome", "topic", "language")
"""What of a turn stands with its votes and verdicts."""

_GIVEN = ("id", "turn_id", "tenant", "actor_id", "at", "hour", "before", "after")
_VOTES, _TURNS = (SQLModel.metadata.tables[str(one.__tablename__)].c for one in (VoteEvent, TurnEvent))
_VOTE = (
    insert(VoteEvent)
    .from_select(
        (*_GIVEN, "turn_hour", *PLACED),
        select(
            *(bindparam(name, type_=_VOTES[name].type) for name in _GIVEN),
            *(_TURNS[name] for name in ("hour", *PLACED)),
        ).where(_TURNS.turn_id == bindparam("turn_id")),
    )
    .execution_options(preserve_rowcount=True)
)
"""One statement where reading the turn and writing the vote would be two: a vote is somebody waiting."""
