"""Joins drift analysis to what monitoring and the conversations keep: rooms side by side never import each other."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Integer, case, cast, func
from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from core.conversation.model import Outcome, State
from core.conversation.records import Turn
from core.database import Database
from core.drift.history import AskedQuestion
from core.drift.model import Signal, Tally, Window, start_of
from core.feedback.records import Feedback
from core.monitoring.records import TurnEvent, VerdictEvent, VoteEvent

MOST_QUESTIONS = 1000
READ = ("question", "actor_id", "outcome", "evidence")


class EventHistory:
    """Reads counts by hour from the events, and a sample of questions from the turns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def span(self, tenant: str) -> Window | None:
        """Return from the first hour with a turn to the end of the last one."""
        query = select(func.min(TurnEvent.hour), func.max(TurnEvent.hour)).where(TurnEvent.tenant == tenant)
        with self._database.read() as session:
            first, last = session.exec(query).one()
        return None if first is None else Window(int(first), int(last) + 1)

    def tallies(self, tenant: str, window: Window) -> dict[Signal, Tally]:
        """Return trials and positives of every signal by the hour in which the turn was asked."""
        with self._database.read() as session:
            return {
                Signal.MISS: _misses(session, tenant, window),
                Signal.DISLIKE: _standing(session, tenant, window, VoteEvent, (1, -1), -1),
                Signal.FALSE_HIT: _standing(session, tenant, window, VerdictEvent, (1, 0), 0),
            }

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
                row.question, row.actor_id, row.outcome == Outcome.MISS,
                votes[row.id] < 0 if row.id in votes else None, row.evidence.get("similarity"),
            )
            for row in rows
        }  # fmt: skip
        return tuple(found[turn] for turn in chosen if turn in found)


def _misses(session: Session, tenant: str, window: Window) -> Tally:
    missed = func.sum(cast(TurnEvent.outcome == Outcome.MISS, Integer))
    query = (
        select(TurnEvent.hour, func.count(), missed)
        .where(
            TurnEvent.tenant == tenant, TurnEvent.hour >= window.since, TurnEvent.hour < window.until,
            col(TurnEvent.outcome).in_([Outcome.HIT, Outcome.MISS]),
        )
        .group_by(col(TurnEvent.hour))
    )  # fmt: skip
    return Tally.of([(hour, trials, int(positives)) for hour, trials, positives in session.exec(query)])


def _standing(
    session: Session, tenant: str, window: Window, event: type[VoteEvent] | type[VerdictEvent],
    counted: tuple[int, int], positive: int,
) -> Tally:  # fmt: skip
    """Count what stands now of events that say what was `before` and what is `after`."""

    def stands(values: tuple[int, ...]) -> ColumnElement[int]:
        after, before = col(event.after).in_(values), col(event.before).in_(values)
        return func.sum(case((after, 1), else_=0) - case((before, 1), else_=0))

    query = (
        select(event.turn_hour, stands(counted), stands((positive,)))
        .where(event.tenant == tenant, event.turn_hour >= window.since, event.turn_hour < window.until)
        .group_by(col(event.turn_hour))
    )
    return Tally.of([(hour, int(trials), int(positives)) for hour, trials, positives in session.exec(query)])
