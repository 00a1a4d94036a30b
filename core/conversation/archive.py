"""Everybody's conversations, for product managers: searched, opened, marked, and answered better."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlmodel import Session, col, select

from core.access.model import Actor, Role, require
from core.access.records import write_audit
from core.conversation.archive_model import (
    PAGE,
    Chat,
    MarkKind,
    Page,
    Place,
    Sought,
    TurnLine,
    checked_answer,
    checked_note,
    pseudonym,
)
from core.conversation.archive_queries import Found, Way, events_of, found_turns, thumbs_on
from core.conversation.archive_records import BetterAnswer, TurnMark, better_for, marks_on
from core.conversation.archive_story import decisions_for, story
from core.conversation.model import Outcome, State
from core.conversation.records import Conversation, Turn
from core.database import Database, new_id
from core.errors import NotFoundError
from core.ports import Clock

MOST_TURNS = 200
MOST_ON_PAGE = 200
MOST_COUNTED = 500
"""Turns of a list that are counted: to count all that match would read all of them."""
Names = Callable[[Actor], Mapping[str, str]]


class Archive:
    """What the conversations page shows and changes; users appear under a pseudonym.

    Parameters
    ----------
    topics : callable
        Returns the names of topics by their id.
    """

    def __init__(self, database: Database, clock: Clock, topics: Names = lambda actor: {}) -> None:
        self._database = database
        self._clock = clock
        self._topics = topics

    def topics(self, actor: Actor) -> Mapping[str, str]:
        """Return the names of topics by their id, for product managers."""
        require(actor, Role.PRODUCT)
        return self._topics(actor)

    def page(
        self,
        actor: Actor,
        sought: Sought,
        *,
        before: Place | None = None,
        after: Place | None = None,
        limit: int = PAGE,
    ) -> Page:
        """Return the newest turns that match, or those older than `before`, or those newer than `after`.

        Parameters
        ----------
        limit : int
            Turns on a page, 1 to 200.
        """
        require(actor, Role.PRODUCT)
        limit = max(1, min(limit, MOST_ON_PAGE))
        way = Way(after or before, to_newer=after is not None)
        with self._database.read() as session:
            rows = list(found_turns(session, actor.tenant, sought, way, limit + 1))
            more, rows = len(rows) > limit, rows[:limit]
            rows = rows[::-1] if way.to_newer else rows
            lines = _lines(session, rows)
        if not lines:
            return Page(())
        first, last = (Place(line.asked_at, line.id) for line in (lines[0], lines[-1]))
        newer = more if way.to_newer else before is not None
        older = True if way.to_newer else more
        return Page(tuple(lines), first if newer else None, last if older else None)

    def count(self, actor: Actor, sought: Sought, most: int = MOST_COUNTED) -> int:
        """Return how many turns match; `most` + 1 where there are more than that."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return len(found_turns(session, actor.tenant, sought, Way(), most + 1))

    def any_turn(self, actor: Actor) -> bool:
        """Say whether anything was ever asked."""
        return bool(self.page(actor, Sought(), limit=1).lines)

    def open(self, actor: Actor, turn_id: str) -> Chat:
        """Return the conversation that a turn belongs to, with the story of each of its turns (the newest 200)."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            conversation = session.get_one(Conversation, _turn(session, actor, turn_id).conversation_id)
            query = select(Turn).where(Turn.conversation_id == conversation.id).order_by(col(Turn.id).desc())
            turns = list(session.exec(query.limit(MOST_TURNS)))[::-1]
            ids = [turn.id for turn in turns]
            lines = {line.id: line for line in _lines(session, turns)}
            marks, better, votes = marks_on(session, ids), better_for(session, ids), thumbs_on(session, ids)
            decisions = decisions_for(session, actor.tenant, turns)
            stories = tuple(
                story(turn, lines[turn.id], decisions.get(turn.id), votes.get(turn.id), marks[turn.id], better[turn.id])
                for turn in turns
            )
        return Chat(conversation.id, conversation.title, pseudonym(conversation.actor_id), stories)

    def mark(self, actor: Actor, turn_id: str, kind: MarkKind, note: str = "") -> None:
        """Mark a turn for the regression set or for fine-tuning; marking it again changes only the note."""
        require(actor, Role.PRODUCT)
        note, now = checked_note(note), self._clock.now()
        with self._database.begin() as session:
            _turn(session, actor, turn_id, lock=True)
            if (there := _standing(session, turn_id, kind)) is not None:
                there.note = note
                return
            session.add(
                TurnMark(id=new_id(), turn_id=turn_id, tenant=actor.tenant, kind=kind, by=actor.id, at=now, note=note)
            )
            write_audit(session, actor, now, "turn.marked", turn_id, {"for": kind})

    def unmark(self, actor: Actor, turn_id: str, kind: MarkKind) -> None:
        """Undo a mark; its row stays. Without one nothing happens."""
        require(actor, Role.PRODUCT)
        now = self._clock.now()
        with self._database.begin() as session:
            _turn(session, actor, turn_id, lock=True)
            if (there := _standing(session, turn_id, kind)) is not None:
                there.undone_by, there.undone_at = actor.id, now
                write_audit(session, actor, now, "turn.unmarked", turn_id, {"for": kind})

    def answer_better(self, actor: Actor, turn_id: str, answer: str) -> None:
        """Keep an editor's better answer to a turn, of 1 to 8,000 characters, as the newest version."""
        require(actor, Role.PRODUCT)
        answer, now = checked_answer(answer), self._clock.now()
        with self._database.begin() as session:
            _turn(session, actor, turn_id)
            session.add(
                BetterAnswer(id=new_id(), turn_id=turn_id, tenant=actor.tenant, by=actor.id, at=now, answer=answer)
            )
            write_audit(session, actor, now, "turn.answered_better", turn_id)


def _turn(session: Session, actor: Actor, turn_id: str, *, lock: bool = False) -> Turn:
    row = session.get(Turn, turn_id, with_for_update=lock)
    if row is None or row.tenant != actor.tenant:
        raise NotFoundError("There is no such turn; its user may have deleted the conversation.")
    return row


def _standing(session: Session, turn_id: str, kind: MarkKind) -> TurnMark | None:
    query = select(TurnMark).where(TurnMark.turn_id == turn_id, TurnMark.kind == kind)
    return session.exec(query.where(col(TurnMark.undone_at).is_(None))).first()


def _lines(session: Session, rows: Found | Collection[Turn]) -> list[TurnLine]:
    ids = [row.id for row in rows]
    events, votes, marks = events_of(session, ids), thumbs_on(session, ids), marks_on(session, ids)
    lines = []
    for row in rows:
        topic, language = events.get(row.id, ("", ""))
        standing = dict.fromkeys(MarkKind(mark.kind) for mark in marks[row.id] if mark.undone_at is None)
        lines.append(
            TurnLine(
                id=row.id, conversation_id=row.conversation_id, asked_at=row.asked_at, user=pseudonym(row.actor_id),
                question=row.question, state=State(row.state), outcome=Outcome(row.outcome) if row.outcome else None,
                vote=votes[row.id].thumb if row.id in votes else 0, topic=topic, language=language,
                release_id=row.release_id, channel=row.channel, total_ms=row.total_ms, cost_usd=row.cost_usd,
                marks=tuple(standing),
            )
        )  # fmt: skip
    return lines
