"""Joins drift analysis to what monitoring and the conversations keep: rooms side by side never import each other."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from sqlalchemy import func
from sqlalchemy.orm import load_only
from sqlmodel import col, select

from core.conversation.model import Outcome, State
from core.conversation.records import Turn
from core.database import Database
from core.drift.history import AskedQuestion
from core.drift.model import Signal, Tally, Window, hour_of, start_of
from core.feedback.records import Feedback
from core.monitoring.records import TurnEvent
from core.monitoring.service import Monitoring

MOST_QUESTIONS = 1000
MOST_TEXTS = 2000
READ = ("question", "actor_id", "outcome", "evidence")


class RecordedHistory:
    """Reads counts by hour from the rollups, and a sample of questions from the turns."""

    def __init__(self, database: Database, monitoring: Monitoring) -> None:
        self._database = database
        self._monitoring = monitoring

    def span(self, tenant: str) -> Window | None:
        """Return from the first hour with a turn to the end of the last one."""
        query = select(func.min(TurnEvent.at), func.max(TurnEvent.at)).where(TurnEvent.tenant == tenant)
        with self._database.read() as session:
            first, last = session.exec(query).one()
        return None if first is None else Window(hour_of(first), hour_of(last) + 1)

    def tallies(self, tenant: str, window: Window) -> dict[Signal, Tally]:
        """Return trials and positives of every signal by the hour in which the turn was asked, from the rollups."""
        if window.hours <= 0:
            return {}
        self._monitoring.catch_up()
        found = self._monitoring.hours(tenant, start_of(window.since), start_of(window.until))
        hours = np.arange(found.first, found.first + len(found.hits))
        counted = {
            Signal.MISS: (found.hits + found.misses, found.misses),
            Signal.DISLIKE: (found.ups + found.downs, found.downs),
            Signal.FALSE_HIT: (found.audited, found.false_hits),
        }
        return {signal: Tally(hours, *counts).within(window) for signal, counts in counted.items()}

    def questions(self, tenant: str, window: Window, limit: int) -> tuple[AskedQuestion, ...]:
        """Return questions that the cache may share, at random: by the random digits of their ids."""
        mine = (
            select(Turn.id)
            .where(
                Turn.tenant == tenant, Turn.asked_at >= start_of(window.since), Turn.asked_at < start_of(window.until),
                col(Turn.outcome).in_([Outcome.HIT, Outcome.MISS]), Turn.state == State.DONE, Turn.question != "",
            )
            .order_by(func.substr(Turn.id, 13, 12), Turn.id)
            .limit(min(limit, MOST_QUESTIONS))
        )  # fmt: skip
        with self._database.read() as session:
            chosen = list(session.exec(mine))
            rows = session.exec(
                select(Turn).where(col(Turn.id).in_(chosen)).options(load_only(*(getattr(Turn, name) for name in READ)))
            ).all()
            votes = dict(
                session.exec(
                    select(Feedback.turn_id, func.min(Feedback.thumb))
                    .where(col(Feedback.turn_id).in_(chosen), col(Feedback.withdrawn_at).is_(None))
                    .group_by(col(Feedback.turn_id))
                ).all()
            )
        found = {
            row.id: AskedQuestion(
                row.id, row.question, row.actor_id, row.outcome == Outcome.MISS,
                votes[row.id] < 0 if row.id in votes else None, row.evidence.get("similarity"),
            )
            for row in rows
        }  # fmt: skip
        return tuple(found[turn] for turn in chosen if turn in found)

    def texts(self, tenant: str, turns: Collection[str]) -> dict[str, str]:
        """Return the questions of turns whose text is still kept."""
        query = select(Turn.id, Turn.question).where(
            Turn.tenant == tenant, col(Turn.id).in_(turns), Turn.question != ""
        )
        with self._database.read() as session:
            return dict(session.exec(query.limit(MOST_TEXTS)).all())
