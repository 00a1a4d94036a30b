"""One page of turns that match all filters, newest first: by keyset, so that the thousandth page costs as the first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, tuple_
from sqlalchemy import select as columns_of  # of columns of any type
from sqlmodel import Session, col, select

from core.conversation.archive_model import NO_TOPIC, Place, Sought, VoteFilter
from core.conversation.archive_records import TurnMark
from core.conversation.archive_words import (
    NUMBERS,
    WORDS,
    beginnings,
    number_from,
    number_of,
    postgres_matches,
    sqlite_matches,
)
from core.conversation.model import State
from core.conversation.records import Turn
from core.feedback.model import Thumb
from core.feedback.records import Feedback
from core.monitoring.records import TurnEvent
from core.semantic_cache.records import CacheDecision

A_MOMENT = timedelta(milliseconds=1)
HEX_END = "g"
"""Sorts after every hexadecimal digit."""
FEW = 5000
EVEN = 0.5
"""A label below it says that the entry does not answer the question."""
_ID, _ASKED = col(Turn.id), col(Turn.asked_at)
_COLUMNS = (
    _ID, col(Turn.conversation_id), _ASKED, col(Turn.actor_id), col(Turn.question), col(Turn.state), col(Turn.outcome),
    col(Turn.release_id), col(Turn.channel), col(Turn.total_ms), col(Turn.cost_usd),
)  # fmt: skip
Found = Sequence[Any]
"""Rows of the columns above."""


@dataclass(frozen=True, slots=True)
class Way:
    """From where a page goes on, and whether to newer turns; without a place it is the first page."""

    place: Place | None = None
    to_newer: bool = False


def found_turns(session: Session, tenant: str, sought: Sought, way: Way, limit: int) -> Found:
    """Return up to `limit` answered turns of the tenant in the order of the way: from the place on."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    conditions = [col(Turn.tenant) == tenant, *_columns(sought), *_others(session, tenant, sought)]
    query: Any = columns_of(*_COLUMNS)
    if beginnings(sought.words) and sqlite:
        numbers = WORDS.join(NUMBERS, NUMBERS.c.number == WORDS.c.rowid).join(Turn, NUMBERS.c.turn_id == _ID)
        query = _by_number(query.select_from(numbers).where(sqlite_matches(sought.words)), sought, way)
    else:
        if beginnings(sought.words):
            conditions.append(postgres_matches(sought.words))
        query = _by_time(query, way)
    return session.execute(query.where(*conditions).limit(limit)).all()


def _by_time(query: Select[Any], way: Way) -> Select[Any]:
    if way.place:
        here, there = tuple_(_ASKED, _ID), tuple_(way.place.asked_at, way.place.turn_id)
        query = query.where(here > there if way.to_newer else here < there)
    return query.order_by(*((_ASKED, _ID) if way.to_newer else (_ASKED.desc(), _ID.desc())))


def _by_number(query: Select[Any], sought: Sought, way: Way) -> Select[Any]:
    """Follow the order of the index of words, which reads no more than the page; it is that of asking."""
    number = WORDS.c.rowid
    if way.place:
        there = number_of(way.place.turn_id, way.place.asked_at)
        query = query.where(number > there if way.to_newer else number < there)
    if sought.since:
        query = query.where(number >= number_from(sought.since))
    if sought.until:
        query = query.where(number < number_from(sought.until + A_MOMENT))
    return query.order_by(number if way.to_newer else number.desc())


def _columns(sought: Sought) -> list[ColumnElement[bool]]:
    """Return the conditions on the turn itself."""
    # As constants, so that the partial indexes are found.
    found: list[ColumnElement[bool]] = [col(Turn.state) != _constant(State.ANSWERING)]
    if sought.error:
        found.append(col(Turn.state) != _constant(State.DONE))
    if sought.since:
        found.append(sought.since <= _ASKED)
    if sought.until:
        found.append(sought.until > _ASKED)
    if sought.actor:
        found += [col(Turn.actor_id) >= sought.actor, col(Turn.actor_id) < sought.actor + HEX_END]
    for column, values in (
        (col(Turn.release_id), sought.release),
        (col(Turn.channel), sought.channel),
        (col(Turn.outcome), sought.outcome),
    ):
        if values:
            found.append(column == values[0] if len(values) == 1 else column.in_(values))
    return found


def _constant(state: State) -> ColumnElement[str]:
    return literal_column(f"'{state}'")


def _others(session: Session, tenant: str, sought: Sought) -> list[ColumnElement[bool]]:
    """Return the conditions on what belongs to a turn: its event, the vote on it, its marks, what a judge said."""
    found: list[ColumnElement[bool]] = []
    event = select(TurnEvent.turn_id).where(TurnEvent.tenant == tenant)
    if sought.topic:
        topics = ["" if topic == NO_TOPIC else topic for topic in sought.topic]
        found.append(_among(session, event.where(col(TurnEvent.topic).in_(topics))))
    if sought.language:
        found.append(_among(session, event.where(col(TurnEvent.language).in_(sought.language))))
    if sought.vote:
        found.append(or_(*(_voted(session, tenant, vote) for vote in sought.vote)))
    if sought.marked:
        marked = select(TurnMark.turn_id).where(TurnMark.tenant == tenant, col(TurnMark.undone_at).is_(None))
        found.append(_among(session, marked.where(col(TurnMark.kind).in_(sought.marked))))
    if sought.false_hit:
        wrong = event.join(CacheDecision, col(CacheDecision.id) == col(TurnEvent.decision_id))
        found.append(_among(session, wrong.where(col(CacheDecision.served), col(CacheDecision.label) < EVEN)))
    return found


def _among(session: Session, turn_ids: Any) -> ColumnElement[bool]:
    """Return the condition that a turn is among others: of few they are listed first, of many each turn is looked up.

    To look up turn after turn is quick where every hundredth matches and slow where none does.
    """
    (listed,) = turn_ids.selected_columns
    if len(session.execute(turn_ids.limit(FEW + 1)).all()) <= FEW:
        return _ID.in_(turn_ids)
    looked_up: ColumnElement[bool] = turn_ids.where(listed == _ID).correlate(Turn).exists()
    return looked_up


def _voted(session: Session, tenant: str, vote: VoteFilter) -> ColumnElement[bool]:
    standing = col(Feedback.withdrawn_at).is_(None)
    if vote is VoteFilter.NONE:
        return ~select(Feedback.turn_id).where(and_(col(Feedback.turn_id) == _ID, standing)).exists()
    thumb = Thumb.UP if vote is VoteFilter.UP else Thumb.DOWN
    return _among(session, select(Feedback.turn_id).where(Feedback.tenant == tenant, Feedback.thumb == thumb, standing))


def thumbs_on(session: Session, turn_ids: Collection[str]) -> dict[str, Feedback]:
    """Return the votes on these turns that stand."""
    query = select(Feedback).where(col(Feedback.turn_id).in_(turn_ids), col(Feedback.withdrawn_at).is_(None))
    return {row.turn_id: row for row in session.exec(query)}


def events_of(session: Session, turn_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return topic and language of these turns."""
    query = select(TurnEvent.turn_id, TurnEvent.topic, TurnEvent.language)
    rows = session.exec(query.where(col(TurnEvent.turn_id).in_(turn_ids)))
    return {turn_id: (topic, language) for turn_id, topic, language in rows}
