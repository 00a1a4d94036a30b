"""Erases a person: their rows go, and where others' rows repeat their words the words go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Table, Text
from sqlalchemy import delete as delete_from
from sqlalchemy import select as columns_of  # of columns of any type
from sqlalchemy import update as change
from sqlmodel import Session, SQLModel, col, delete, select, update

from core.conversation.archive_records import BetterAnswer, TurnMark
from core.conversation.flight_records import FlightRow
from core.conversation.privacy_traces import PERSON, Traces, chunks, own_tables
from core.conversation.records import Conversation, Turn
from core.database import new_id
from core.feedback.records import Feedback
from core.semantic_cache.model import Standing, question_key
from core.semantic_cache.records import (
    CacheDecision,
    CacheEntry,
    CacheEvent,
    CacheQuestion,
    CacheServing,
    CacheVerdict,
    CacheVote,
    HiddenAnswer,
)

DELETED = (CacheDecision, CacheServing, CacheVote, HiddenAnswer, Feedback)
"""Rows that are the person's own and go; other rows of theirs (events) go on counting, as those of nobody."""
NAMING = ("by", "undone_by", "asked_by")
"""Other columns that may name a person."""
OWNED = "owner_id"
SHORTEST = 8
"""Characters of a question that is looked for inside of other text; "Why?" alone says nothing of anybody."""
HAS_NO_DERIVED_TEXT = frozenset(
    """audit conversations turns feedback turn_marks better_answers flights leases releases channels vectors
    vector_namespaces knowledge_documents knowledge_snapshots cache_entries cache_questions cache_decisions
    cache_verdicts cache_votes cache_servings cache_events hidden_answers turn_events vote_events verdict_events
    model_calls rollups rollup_days rollup_state rollup_users rollup_values topic_fits""".split()
)
"""Tables that are dealt with one by one. Every other table is read for texts that were made from questions."""


def erase(session: Session, tenant: str, person: str, traces: Traces, now: datetime) -> dict[str, int]:
    """Erase a person in the caller's transaction; return how many rows went, by table.

    Cache entries lose their text at once and are past their time, so that the upkeep takes their vectors out of the
    store and then the rows, now or when the store answers again.
    """
    _cache(session, tenant, person, traces, now)
    _others(session, traces)
    _flights(session, tenant, traces)
    gone = {"turns": len(traces.turns), "cache_entries": len(traces.entries)}
    for on_turns in (TurnMark, BetterAnswer, Feedback):
        for some in chunks(traces.turns):
            session.exec(delete(on_turns).where(col(on_turns.turn_id).in_(some)))
    for model in DELETED:
        rows = session.exec(delete(model).where(col(model.tenant) == tenant, col(model.actor_id) == person))
        gone[str(model.__tablename__)] = rows.rowcount
    session.exec(delete(Turn).where(col(Turn.tenant) == tenant, col(Turn.actor_id) == person))
    chats = delete(Conversation).where(col(Conversation.tenant) == tenant, col(Conversation.actor_id) == person)
    gone["conversations"] = session.exec(chats).rowcount
    _take_out(session, tenant, person)
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in HAS_NO_DERIVED_TEXT:
            _forget_texts(session, table, tenant, traces.texts)
    return gone


def _cache(session: Session, tenant: str, person: str, traces: Traces, now: datetime) -> None:
    """Blank what the person's turns made, and put it where the upkeep looks for what is past its time."""
    mine = update(CacheEntry).where(col(CacheEntry.tenant) == tenant, col(CacheEntry.asked_by) == person)
    session.exec(
        mine.values(
            answer="", answer_key="", sources=[], documents={}, asked_by="", standing=Standing.RETIRED, expires_at=now,
            renew_at=None, judge_state="done",
        )
    )  # fmt: skip
    blank: dict[str, Any] = {"question": "", "key": "", "asked_by": ""}
    for some in chunks(traces.entries):
        session.exec(update(CacheQuestion).where(col(CacheQuestion.entry_id).in_(some)).values(**blank))
        session.exec(delete(CacheEvent).where(col(CacheEvent.entry_id).in_(some)))
    theirs = select(CacheEntry.id).where(CacheEntry.tenant == tenant)
    aliases = col(CacheQuestion.asked_by) == person, col(CacheQuestion.entry_id).in_(theirs)
    if session.exec(select(CacheQuestion.id).where(*aliases).limit(1)).first():
        end = _end(session, tenant, now)
        session.exec(update(CacheQuestion).where(*aliases).values(entry_id=end, **blank))


def _end(session: Session, tenant: str, now: datetime) -> str:
    """Return an entry that is past its time, for questions to leave with that stand at others' entries."""
    entry = CacheEntry(
        id=new_id(), tenant=tenant, release="", locale="", standing=Standing.RETIRED, answer="", answer_key="",
        sources=[], created_at=now, fresh_until=now, expires_at=now, judge_state="done",
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry.id


def _others(session: Session, traces: Traces) -> None:
    """Take the person's words out of what is kept of others."""
    for some in chunks(traces.others_decisions):
        session.exec(update(CacheDecision).where(col(CacheDecision.id).in_(some)).values(known="", judge_reason=""))
    for some in chunks({*traces.decisions, *traces.entries, *traces.others_decisions}):
        session.exec(update(CacheVerdict).where(col(CacheVerdict.subject).in_(some)).values(reason=""))
    for some in chunks(traces.others_turns):
        for turn in session.exec(select(Turn).where(col(Turn.id).in_(some))):
            turn.evidence = turn.evidence | {"question": None}
    for some in chunks(traces.others_events):
        for event in session.exec(select(CacheEvent).where(col(CacheEvent.id).in_(some))):
            event.detail = {name: said for name, said in event.detail.items() if name not in ("question", "why")}
    session.flush()


def _flights(session: Session, tenant: str, traces: Traces) -> None:
    for some in chunks({question_key(text) for text in traces.texts}):
        session.exec(delete(FlightRow).where(col(FlightRow.tenant) == tenant, col(FlightRow.key).in_(some)))


def _take_out(session: Session, tenant: str, person: str) -> None:
    """Let rows that go on counting be those of nobody who could be found; all of one person stay one person's."""
    nobody = f"erased-{new_id()[12:]}"
    for table in own_tables():
        mine = change(table).where(table.c.tenant == tenant, table.c[PERSON] == person)
        session.execute(mine.values({PERSON: nobody}))
    for table in SQLModel.metadata.sorted_tables:
        if table.name == "audit" or "tenant" not in table.c:
            continue
        for name in NAMING:
            if name in table.c:
                session.execute(
                    change(table).where(table.c.tenant == tenant, table.c[name] == person).values({name: ""})
                )
        if OWNED in table.c:
            session.execute(delete_from(table).where(table.c.tenant == tenant, table.c[OWNED] == person))


def _forget_texts(session: Session, table: Table, tenant: str, texts: Collection[str]) -> None:
    """Take questions out of a table that was made from them, such as topics with typical ones."""
    said = [column for column in table.c if isinstance(column.type, JSON | Text | String) and not column.primary_key]
    if not said or not texts or "tenant" not in table.c:
        return
    keys = list(table.primary_key.columns)
    rows = session.execute(columns_of(*keys, *said).where(table.c.tenant == tenant)).all()
    for row in rows:
        values = dict(zip([column.name for column in said], row[len(keys) :], strict=True))
        changed = {name: new for name, value in values.items() if (new := without(value, texts)) != value}
        if changed:
            mine = [key == value for key, value in zip(keys, row[: len(keys)], strict=True)]
            session.execute(change(table).where(*mine).values(changed))


def without(value: Any, texts: Collection[str]) -> Any:
    """Return a JSON value without these texts: a list loses them, elsewhere they become empty.

    >>> without({"typical": ["Is it safe?", "How?"], "first": "Is it safe?", "n": 2}, {"Is it safe?"})
    {'typical': ['How?'], 'first': '', 'n': 2}
    >>> without("Most ask “Is it safe?” now", {"Is it safe?"})
    'Most ask “” now'
    """
    if isinstance(value, str):
        for text in texts:
            if value == text or (len(text) >= SHORTEST and text in value):
                value = value.replace(text, "")
        return value
    if isinstance(value, list):
        return [without(one, texts) for one in value if not (isinstance(one, str) and one in texts)]
    if isinstance(value, dict):
        return {name: without(one, texts) for name, one in value.items()}
    return value
