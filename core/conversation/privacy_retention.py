"""Drops raw text that is past its time, in short batches; rows and numbers stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, or_
from sqlmodel import Session, col, select, update

from core.conversation.archive_records import BetterAnswer, TurnMark
from core.conversation.records import Conversation, Turn
from core.drift.records import DriftReport
from core.feedback.records import Feedback
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheEvent, CacheVerdict

BATCH = 500
TITLE = "An earlier chat"
"""What a conversation is called once the question that named it is gone."""
Step = Callable[[Session, datetime], int]


def turns(session: Session, before: datetime) -> int:
    """Drop question, answer, sources and the matched question of the oldest turns."""
    old = select(Turn).where(Turn.asked_at < before, Turn.question != "").limit(BATCH)
    rows = session.exec(old).all()
    for row in rows:
        row.question = row.answer = row.remark = ""
        row.sources, row.evidence = [], row.evidence | {"question": None}
        row.error = "failed" if row.error else None
    return len(rows)


def conversations(session: Session, before: datetime) -> int:
    """Drop titles, which are first questions."""
    old = select(Conversation.id).where(Conversation.created_at < before, Conversation.title != TITLE).limit(BATCH)
    return _blank(session, Conversation, old, title=TITLE)


def feedback(session: Session, before: datetime) -> int:
    """Drop comments and better answers of users; thumbs and reasons stay."""
    said = or_(col(Feedback.comment) != "", col(Feedback.better_answer) != "")
    rows = session.exec(select(Feedback).where(Feedback.updated_at < before, said).limit(BATCH)).all()
    for row in rows:
        row.comment = row.better_answer = ""
    return len(rows)


def marks(session: Session, before: datetime) -> int:
    """Drop notes of editors."""
    return _blank(session, TurnMark, select(TurnMark.id).where(TurnMark.at < before, TurnMark.note != ""), note="")


def better_answers(session: Session, before: datetime) -> int:
    """Drop better answers of editors."""
    old = select(BetterAnswer.id).where(BetterAnswer.at < before, BetterAnswer.answer != "")
    return _blank(session, BetterAnswer, old, answer="")


def decisions(session: Session, before: datetime) -> int:
    """Drop the two questions of a decision and what a judge said of them; the numbers go on teaching."""
    old = select(CacheDecision.id).where(CacheDecision.at < before)
    said = or_(col(CacheDecision.question) != "", col(CacheDecision.known) != "")
    return _blank(session, CacheDecision, old.where(said), question="", known="", judge_reason="")


def verdicts(session: Session, before: datetime) -> int:
    """Drop what judges said."""
    old = select(CacheVerdict).where(CacheVerdict.at < before, CacheVerdict.reason != "").limit(BATCH)
    rows = session.exec(old).all()
    for row in rows:
        row.reason = ""
    return len(rows)


def events(session: Session, before: datetime) -> int:
    """Drop the questions in the history of entries that are gone; an entry that is there shows its own."""
    there = select(CacheEntry.id).where(CacheEntry.id == CacheEvent.entry_id).exists()
    asked = col(CacheEvent.detail)["question"].as_string() != ""
    rows = session.exec(select(CacheEvent).where(CacheEvent.at < before, asked, ~there).limit(BATCH)).all()
    for row in rows:
        row.detail = {name: said for name, said in row.detail.items() if name not in ("question", "why")}
    return len(rows)


def reports(session: Session, before: datetime) -> int:
    """Drop the typical questions of topics in drift reports."""
    told = cast(col(DriftReport.questions), Text).contains('"typical": ["', autoescape=True)
    rows = session.exec(select(DriftReport).where(DriftReport.made_at < before, told).limit(BATCH)).all()
    for row in rows:
        grown = [topic | {"typical": []} for topic in row.questions.get("grown", [])]
        row.questions = row.questions | {"grown": grown}
    return len(rows)


STEPS: tuple[Step, ...] = (
    turns, conversations, feedback, marks, better_answers, decisions, verdicts, events, reports,
)  # fmt: skip


def _blank(session: Session, model: Any, old: Any, **values: str) -> int:
    return int(session.exec(update(model).where(model.id.in_(old.limit(BATCH))).values(**values)).rowcount)
