"""What the monitoring page says when there is nothing to draw, or not all of it can be relied on."""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from core.errors import CoachError, ForbiddenError
from core.monitoring.figures import Board, Freshness
from pages.components.look import Look
from pages.components.session import look_at
from pages.components.text import ago, local_time

STALE_S = 300
"""Seconds by which the figures may lag behind the events before it is said."""


def nothing(board: Board, look: Look, now: datetime) -> bool:
    """Where the board is empty, say why and what to do, and return True."""
    if board.series.total.turns:
        return False
    newest = board.freshness.newest
    if newest is None:
        st.info(
            "Nobody has asked anything yet, so there is nothing to watch. Ask a question in the chat, or fill the "
            "database with demo data.",
            icon=":material/chat:",
        )
        st.page_link("trainer/chat.py", label="Go to the chat", icon=":material/chat:")
    elif look.filtered:
        st.info("No question of this time passes the filters.", icon=":material/filter_alt_off:")
        st.button(
            "Clear the filters", icon=":material/close:", on_click=look_at, args=(look.unfiltered(),), key="m-empty"
        )
    else:
        st.info(
            f"No question was asked in this time. The newest is from {local_time(newest)}.",
            icon=":material/event_busy:",
        )
        around = look.having(
            span="dates", first=(newest - timedelta(days=6)).date(), last=max(newest, min(newest, now)).date()
        )
        st.button("Show the week up to it", icon=":material/history:", on_click=look_at, args=(around,), key="m-around")
    return True


def freshness(one: Freshness, now: datetime, *, waits: bool) -> None:
    """Say how current the figures are, loudly where they lag; `waits` says that a selection holds them."""
    if one.lag_s > STALE_S:
        since = local_time(now - timedelta(seconds=one.lag_s))
        waiting = f"{one.waiting:,} events wait" if one.waiting < 10_000 else "more than 10,000 events wait"
        st.warning(
            f"These figures are stale since {since}: {waiting} to be counted. The job `monitoring.rollup` does that; "
            "if this stays, an admin should see in the log of the server why it does not run.",
            icon=":material/sync_problem:",
        )
        return
    newest = f"newest turn {ago(one.newest, now)}" if one.newest else "no turns yet"
    held = " · held while something is selected" if waits else ""
    st.caption(f"Read at {local_time(now)} · {newest}{held}")


def failed(error: CoachError) -> None:
    """Say what happened and what to do."""
    refused = isinstance(error, ForbiddenError)
    st.error(str(error) if refused else f"The figures could not be read. {error}", icon=":material/error:")
    st.caption("Nothing is lost: questions go on being answered and counted. Try again; if it stays, tell an admin.")
    st.button("Try again", icon=":material/refresh:", key="m-again")
