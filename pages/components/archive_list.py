"""A page of turns as a table; a click on a row opens its conversation in the place of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from core.conversation.archive_model import MarkKind, Page, TurnLine
from core.conversation.model import Outcome, State
from pages.components.archive_address import Address, go_to, show
from pages.components.session import told

OUTCOMES = {Outcome.HIT: "cached", Outcome.MISS: "fresh", Outcome.BYPASS: "not shared", None: ""}
THUMBS = {1: "up", -1: "down", 0: ""}
MARKS = {MarkKind.REGRESSION: "regression", MarkKind.FINE_TUNING: "fine-tuning"}
ROW = 35
"""Pixels."""


def show_list(page: Page, wanted: Address, topics: Mapping[str, str], text_days: int) -> None:
    """Show the turns, and the ways to newer and older ones."""
    _table(page, wanted, topics, text_days)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Newer", icon=":material/chevron_left:", disabled=page.newer is None, key="newer"):
            go_to(wanted.sought, after=page.newer)
        if st.button("Older", icon=":material/chevron_right:", disabled=page.older is None, key="older"):
            go_to(wanted.sought, before=page.older)
        turns = "1 turn" if len(page.lines) == 1 else f"{len(page.lines)} turns"
        part = " on this page" if page.newer or page.older else ""
        st.caption(f"{turns}{part}, newest first. Click one to read its conversation.")


def _table(page: Page, wanted: Address, topics: Mapping[str, str], text_days: int) -> None:
    rows = [_row(line, topics, text_days) for line in page.lines]
    empty = {name for name in rows[0] if not any(row[name] for row in rows)}
    empty |= {
        name for name in ("Release", "Channel") if len({row[name] for row in rows}) == 1
    }  # they tell nothing apart
    ids = [line.id for line in page.lines]
    key = f"turns-{hash(tuple(ids))}"
    st.dataframe(
        [{name: value for name, value in row.items() if name not in empty} for row in rows],
        hide_index=True, on_select=lambda: _chosen(key, wanted, ids), selection_mode=["single-row", "single-cell"],
        height=ROW * (len(rows) + 1) + 3, key=key,
        column_config={
            "Asked": st.column_config.DatetimeColumn(
                format="D MMM YYYY, HH:mm", width=130, timezone=st.context.timezone or "UTC"
            ),
            "Question": st.column_config.TextColumn(width=330),
            "Answered": st.column_config.TextColumn(width=80),
            "Vote": st.column_config.TextColumn(width=55),
            "Topic": st.column_config.TextColumn(width=130),
            "User": st.column_config.TextColumn(width=100),
            "ms": st.column_config.NumberColumn(format="%.0f", width=60, help="To the whole answer."),
        },
        alt="Turns that match the filters, newest first; click one to open its conversation",
    )  # fmt: skip


def _chosen(key: str, wanted: Address, ids: Sequence[str]) -> None:
    """Open what was clicked. The address alone says what is open, so that the browser's Back and Forward work."""
    selection = told(key).selection
    if places := [*selection.rows, *(row for row, _ in selection.cells)]:
        show(replace(wanted, turn=ids[places[0]]))


def _row(line: TurnLine, topics: Mapping[str, str], text_days: int) -> dict[str, object]:
    return {
        "Asked": line.asked_at,
        "Question": line.question or f"(text removed after {text_days} days)",
        "Answered": OUTCOMES[line.outcome] if line.state is State.DONE else line.state.value,
        "Vote": THUMBS[line.vote],
        "Topic": topics.get(line.topic, line.topic),
        "User": line.user.removeprefix("user "),
        "ms": line.total_ms,
        "Marked": ", ".join(MARKS[mark] for mark in line.marks),
        "Release": line.release_id[:6],
        "Channel": line.channel,
    }
