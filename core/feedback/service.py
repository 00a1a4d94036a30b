"""Keeps thumbs. Called inside the caller's transaction: a vote and what follows from it stand or fall together."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core.access.model import Actor
from core.feedback.model import Thumb, Vote
from core.feedback.records import Feedback, locked


def put(session: Session, actor: Actor, turn_id: str, vote: Vote, now: datetime) -> Thumb | None:
    """Keep the user's vote on a turn, in place of an earlier one; return the earlier thumb, or None."""
    row = locked(session, actor, turn_id, now)
    before = Thumb(row.thumb) if row.withdrawn_at is None else None
    row.thumb, row.reasons = int(vote.thumb), [str(reason) for reason in vote.reasons]
    row.comment, row.better_answer = vote.comment, vote.better_answer
    row.updated_at, row.withdrawn_at = now, None
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
