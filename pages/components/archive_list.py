"""A page of turns as a table; a click on a row opens its conversation in the place of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from core.conversation.archive import MOST_COUNTED
from core.conversation.archive_model import MarkKind, Page, TurnLine
from core.conversation.model import Outcome, State
from pages.components.archive_address import Address, go_to, show
from pages.components.session import told

OUTCOMES = {Outcome.HIT: "cached", Outcome.MISS: "fresh", Outcome.BYPASS: "not shared", None: ""}
THUMBS = {1: "up", -1: "down", 0: ""}
MARKS = {MarkKind.REGRESSION: "regression", MarkKind.FINE_TUNING: "fine-tuning"}
ROW = 35
"""Pixels."""


def show_list(page: Page, count: int, wanted: Address, topics: Mapping[str, str], text_days: int) -> None:
    """Show the turns of a page, of how many, and the ways to newer and older ones."""
    st.caption(f"{_amount(len(page.lines), count)}, newest first. Click one to read its conversation.")
    _table(page, wanted, topics, text_days)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Newer", icon=":material/chevron_left:", disabled=page.newer is None, key="newer"):
            go_to(wanted.sought, after=page.newer)
        if st.button("Older", icon=":material/chevron_right:", disabled=page.older is None, key="older"):
            go_to(wanted.sought, before=page.older)


def _amount(shown: int, count: int) -> str:
    """Return how many turns are shown of how many.

    >>> _amount(1, 1), _amount(25, 64), _amount(25, 501)
    ('1 turn', '25 of 64 turns', '25 of more than 500 turns')
    """
    if shown >= count:
        return "1 turn" if count == 1 else f"{count} turns"
    return f"{shown} of {f'more than {MOST_COUNTED}' if count > MOST_COUNTED else count} turns"


def _table(page: Page, wanted: Address, topics: Mapping[str, str], text_days: int) -> None:
    rows = [_row(line, topics, text_days) for line in page.lines]
    empty = {name for name in rows[0] if not any(row[name] for row in rows)}
    alike = ("Release", "Channel", *(["Topic"] if len(wanted.sought.topic) == 1 else []))
    empty |= {name for name in alike if len({row[name] for row in rows}) == 1}  # they tell nothing apart
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
