"""Everything that is kept of a person, as JSON can hold it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table
from sqlalchemy import select as columns_of  # of columns of any type
from sqlmodel import Session, SQLModel

from core.conversation.archive_model import pseudonym
from core.conversation.privacy_traces import PERSON, Traces, chunks, own_tables

OTHERS = ("by", "undone_by", "judge")
"""Columns that may name somebody else."""
OF_TURNS = ("turn_marks", "better_answers")


def rows_of(session: Session, tenant: str, person: str, traces: Traces) -> dict[str, list[dict[str, Any]]]:
    """Return, by table, the person's own rows, what editors wrote on their turns, and what the cache made of them."""
    tables = SQLModel.metadata.tables
    found = {
        table.name: _rows(session, table, person, table.c.tenant == tenant, table.c[PERSON] == person)
        for table in own_tables()
    }
    for name in OF_TURNS:
        found[name] = [
            row
            for some in chunks(traces.turns)
            for row in _rows(session, tables[name], person, tables[name].c.turn_id.in_(some))
        ]
    entries, questions = tables["cache_entries"], tables["cache_questions"]
    found["cache_entries"] = _rows(session, entries, person, entries.c.tenant == tenant, entries.c.asked_by == person)
    found["cache_questions"] = _rows(session, questions, person, questions.c.asked_by == person)
    for table in SQLModel.metadata.sorted_tables:
        if "owner_id" in table.c:
            found[table.name] = _rows(session, table, person, table.c.tenant == tenant, table.c.owner_id == person)
    return found


def _rows(session: Session, table: Table, person: str, *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
    columns = [column for column in table.c if not isinstance(column.type, LargeBinary)]
    found = session.execute(columns_of(*columns).where(*conditions).order_by(*table.primary_key.columns))
    return [_readable(row._mapping, person) for row in found]


def _readable(row: Mapping[Any, Any], person: str) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, datetime):
            value = value.isoformat()
        elif name in OTHERS and isinstance(value, str) and value not in ("", person):
            value = pseudonym(value)
        shown[str(name)] = value
    return shown
