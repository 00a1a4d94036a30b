"""A page of turns as a table; the chosen row is opened below."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.conversation.archive_model import MarkKind, Page, Sought, TurnLine
from core.conversation.model import Outcome, State
from pages.components.archive_address import go_to, open_turn

OUTCOMES = {Outcome.HIT: "cached", Outcome.MISS: "fresh", Outcome.BYPASS: "not shared", None: ""}
THUMBS = {1: "up", -1: "down", 0: ""}
MARKS = {MarkKind.REGRESSION: "regression", MarkKind.FINE_TUNING: "fine-tuning"}
ROW = 35
"""Pixels."""
SHORT = 8
"""Rows in sight while a conversation is open below, so that it is not far away."""


def show_list(page: Page, sought: Sought, topics: Mapping[str, str], text_days: int, *, opened: bool) -> None:
    """Show the turns, fewer at once while one is opened, and the ways to newer and older ones."""
    _table(page, topics, text_days, SHORT if opened else len(page.lines))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Newer", icon=":material/chevron_left:", disabled=page.newer is None, key="newer"):
            go_to(sought, after=page.newer)
        if st.button("Older", icon=":material/chevron_right:", disabled=page.older is None, key="older"):
            go_to(sought, before=page.older)
        turns = "1 turn" if len(page.lines) == 1 else f"{len(page.lines)} turns"
        st.caption(f"{turns}, newest first. Choose a row to read its conversation.")


def _table(page: Page, topics: Mapping[str, str], text_days: int, in_sight: int) -> None:
    rows = [_row(line, topics, text_days) for line in page.lines]
    empty = {name for name in rows[0] if not any(row[name] for row in rows)}
    empty |= {
        name for name in ("Release", "Channel") if len({row[name] for row in rows}) == 1
    }  # they tell nothing apart
    chosen = st.dataframe(
        [{name: value for name, value in row.items() if name not in empty} for row in rows],
        hide_index=True, on_select="rerun", selection_mode="single-row",
        height=ROW * (min(len(rows), in_sight) + 1) + 3,
        key=f"turns-{hash(tuple(line.id for line in page.lines))}",
        column_config={
            "Asked": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", width=130),
            "Question": st.column_config.TextColumn(width=330),
            "Answered": st.column_config.TextColumn(width=80),
            "Vote": st.column_config.TextColumn(width=55),
            "Topic": st.column_config.TextColumn(width=130),
            "User": st.column_config.TextColumn(width=100),
            "ms": st.column_config.NumberColumn(format="%.0f", width=60, help="To the whole answer."),
        },
        alt="Turns that match the filters, newest first; choose a row to open its conversation",
    ).selection.rows  # fmt: skip
    if chosen:
        open_turn(page.lines[chosen[0]].id)


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
