"""Thumbs on turns, and what follows from them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from core.access.model import Actor
from core.conversation.model import FeedbackView, Outcome, State
from core.conversation.records import Turn, other_downs, own_turn, turns_by_id
from core.database import Database
from core.errors import InputError
from core.feedback import service as feedback
from core.feedback.model import Given, Reason, Thumb, Vote
from core.feedback.records import newest, standing
from core.monitoring.recording import record_verdict, record_vote
from core.ports import Clock
from core.semantic_cache import votes
from core.semantic_cache.queries import label_of, serving
from core.semantic_cache.service import hide, unhide


class Voting:
    """Keeps votes; a vote, its event and the hiding of a bad answer are one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def vote(self, actor: Actor, turn_id: str, vote: Vote) -> None:
        """Keep the actor's vote on one of their turns, in place of an earlier one.

        Raises
        ------
        InputError
            The turn is still being answered.
        """
        now = self._clock.now()
        with self._database.begin() as session:
            turn = own_turn(session, actor, turn_id)
            if turn.state == State.ANSWERING:
                raise InputError("Wait for the end of the answer before you vote.")
            before = feedback.put(session, actor, turn_id, vote, now)
            self._follow(session, actor, turn, before, vote, now)

    def withdraw(self, actor: Actor, turn_id: str) -> None:
        """Take the actor's vote on a turn back; without one nothing happens."""
        now = self._clock.now()
        with self._database.begin() as session:
            turn = own_turn(session, actor, turn_id)
            before = feedback.withdraw(session, actor, turn_id, now)
            self._follow(session, actor, turn, before, None, now)

    def _follow(
        self, session: Session, actor: Actor, turn: Turn, before: Thumb | None, vote: Vote | None, now: datetime
    ) -> None:
        after = vote.thumb if vote else None
        record_vote(session, actor, turn.id, now, before or 0, after or 0)
        decision = turn.evidence.get("decision") if turn.outcome == Outcome.HIT else None
        was = label_of(session, decision) if decision else None
        _tell_cache(session, actor, turn, vote, now)
        if decision:
            record_verdict(session, decision, now, "thumb", was, label_of(session, decision))
        if turn.answer_key is None or not turn.sources:
            return  # "I found nothing" is not an answer that could be hidden
        if after is Thumb.DOWN:
            hide(session, actor, turn.answer_key, turn.answer)
        elif not other_downs(session, actor, turn):
            unhide(session, actor, turn.answer_key)

    def standing(self, actor: Actor, turn_id: str) -> Vote | None:
        """Return the actor's vote on a turn as it stands now, or None."""
        with self._database.read() as session:
            given = standing(session, actor, [turn_id]).get(turn_id)
        return given.vote if given else None

    def mine(self, actor: Actor, limit: int = 50) -> list[FeedbackView]:
        """Return the actor's newest votes (at most 200) and what became of each."""
        with self._database.read() as session:
            given = newest(session, actor, limit)
            turns = turns_by_id(session, actor, [one.turn_id for one in given])
            entries = [turn.entry_id for turn in turns.values() if turn.entry_id]
            served = serving(session, entries, self._clock.now())
        return [
            FeedbackView(turn.view(one.vote), one.at, _became(one, turn, served))
            for one in given
            if (turn := turns.get(one.turn_id))
        ]


def _tell_cache(session: Session, actor: Actor, turn: Turn, vote: Vote | None, now: datetime) -> None:
    """Let the entry that answered, or that the answer became, know what its user thinks."""
    if vote is None:
        votes.unvote(session, actor, turn_id=turn.id, now=now)
    elif turn.entry_id:
        votes.vote(
            session,
            actor,
            turn_id=turn.id,
            entry_id=turn.entry_id,
            decision_id=turn.evidence.get("decision") if turn.outcome == Outcome.HIT else None,
            thumb=int(vote.thumb),
            off_question=Reason.NOT_MY_QUESTION in vote.reasons,
            now=now,
        )


def _became(given: Given, turn: Turn, served: set[str]) -> str:
    kept = " Your better answer is kept for the editors." if given.vote.better_answer.strip() else ""
    if given.vote.thumb is Thumb.UP:
        return "Counted as helpful." + kept
    hidden = "This answer is not shown to you again." if turn.sources else "Counted as not helpful."
    if turn.entry_id:
        hidden += " Others may still get it." if turn.entry_id in served else " It left the cache."
    return hidden + kept
