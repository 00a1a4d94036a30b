"""Where a person leaves traces: the rows that are theirs, and the texts of theirs that other rows repeat."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, or_
from sqlalchemy import select as columns_of  # of columns of any type
from sqlmodel import Session, SQLModel, col, select

from core.conversation.records import Turn
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheEvent, CacheQuestion

CHUNK = 200
"""Values in one condition."""
PERSON = "actor_id"
"""The column by which a row is a user's own, in every table that has one."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What is a person's or repeats their words, by id; `texts` are the questions they asked."""

    turns: Sequence[str]
    texts: frozenset[str]
    entries: Sequence[str]
    decisions: Sequence[str]
    others_turns: Sequence[str]
    others_decisions: Sequence[str]
    others_events: Sequence[str]


def chunks(values: Collection[str]) -> Iterator[list[str]]:
    """Yield the values in lists that fit into one condition."""
    ordered = sorted(values)
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))


def own_tables() -> list[Table]:
    """Return every table of the product whose rows name the user that they belong to."""
    return [table for table in SQLModel.metadata.sorted_tables if PERSON in table.c]


def traces_of(session: Session, tenant: str, person: str) -> Traces:
    """Find everything; the rows of others that repeat a text are looked for among all of the tenant."""
    turns = session.exec(select(Turn.id, Turn.question).where(Turn.tenant == tenant, Turn.actor_id == person)).all()
    decided = select(CacheDecision.id, CacheDecision.question).where(CacheDecision.actor_id == person)
    decisions = session.exec(decided.where(CacheDecision.tenant == tenant)).all()
    entries = session.exec(select(CacheEntry.id).where(CacheEntry.asked_by == person, CacheEntry.tenant == tenant))
    entry_ids = list(entries)
    kept = select(CacheQuestion.question).join(CacheEntry).where(CacheEntry.tenant == tenant)
    asked = session.exec(kept.where(or_(col(CacheQuestion.asked_by) == person, col(CacheEntry.asked_by) == person)))
    texts = frozenset(filter(None, [*(text for _, text in [*turns, *decisions]), *asked]))
    return Traces(
        turns=[turn_id for turn_id, _ in turns],
        texts=texts,
        entries=entry_ids,
        decisions=[decision_id for decision_id, _ in decisions],
        others_turns=_repeating(session, Turn, "evidence", tenant, texts),
        others_decisions=_others_decisions(session, tenant, texts, entry_ids),
        others_events=_repeating(session, CacheEvent, "detail", tenant, texts),
    )


def _repeating(session: Session, model: Any, column: str, tenant: str, texts: frozenset[str]) -> list[str]:
    """Return the rows whose JSON names one of these questions."""
    said = getattr(model, column)["question"].as_string()
    found: list[str] = []
    for some in chunks(texts):
        found += session.execute(columns_of(model.id).where(model.tenant == tenant, said.in_(some))).scalars()
    return found


def _others_decisions(session: Session, tenant: str, texts: frozenset[str], entries: Sequence[str]) -> list[str]:
    found: set[str] = set()
    for column, values in ((col(CacheDecision.known), texts), (col(CacheDecision.entry_id), entries)):
        for some in chunks(values):
            found |= set(session.exec(select(CacheDecision.id).where(CacheDecision.tenant == tenant, column.in_(some))))
    return sorted(found)
