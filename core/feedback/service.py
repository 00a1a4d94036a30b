"""Keeps thumbs. Called inside the caller's transaction: a vote and what follows from it stand or fall together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.access.model import Actor
from core.feedback.model import Thumb, Vote
from core.feedback.records import Feedback
from core.inserting import inserted


def put(session: Session, actor: Actor, turn_id: str, vote: Vote, now: datetime) -> Thumb | None:
    """Keep the user's vote on a turn, in place of an earlier one; return the earlier thumb, or None."""
    said: dict[str, Any] = {
        "thumb": int(vote.thumb), "reasons": [str(reason) for reason in vote.reasons], "comment": vote.comment,
        "better_answer": vote.better_answer, "updated_at": now, "withdrawn_at": None,
    }  # fmt: skip
    if inserted(session, Feedback(turn_id=turn_id, actor_id=actor.id, tenant=actor.tenant, created_at=now, **said)):
        return None
    row = session.get_one(Feedback, (turn_id, actor.id), with_for_update=True)
    before = Thumb(row.thumb) if row.withdrawn_at is None else None
    for name, value in said.items():
        setattr(row, name, value)
    session.add(row)
    return before


def withdraw(session: Session, actor: Actor, turn_id: str, now: datetime) -> Thumb | None:
    """Take the user's vote back; return the thumb that stood, or None when there was none."""
    row = session.get(Feedback, (turn_id, actor.id), with_for_update=True)
    if row is None or row.withdrawn_at is not None:
        return None
    row.withdrawn_at = row.updated_at = now
    session.add(row)
    return Thumb(row.thumb)
