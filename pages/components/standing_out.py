"""One line above the figures: the days with the most thumbs down, their topic, and the way to their conversations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from core.access.model import Actor
from core.bootstrap import Services
from core.monitoring.figures import Worst
from core.monitoring.filters import Dimension, View
from core.monitoring.model import Rate
from pages.components.look import NONE, Look
from pages.components.panel import conversations_link, span_text
from pages.components.panels import Scene, label_of
from pages.components.session import look_at, page_state
from pages.components.text import plain_label
from pages.components.tiles import percent

DAYS = 90
AROUND = timedelta(days=7)
FRESH = timedelta(minutes=5)


def standing_out(services: Services, actor: Actor, look: Look, scene: Scene) -> None:
    """Show the line, where anything stands out."""
    worst = _worst(services, actor)
    if worst is None:
        return
    topic = worst.topic if worst.topic is not None else worst.leading[0] if worst.leading else None
    named = "" if topic is None else plain_label(label_of(Dimension.TOPIC, topic, scene))
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key="standing-out"):
        st.markdown(f":red[:material/thumb_down:] {_told(worst, named)}", width="stretch")
        st.button(
            "Show the weeks around",
            icon=":material/zoom_in:",
            on_click=look_at,
            args=(_around(worst, look, services.clock.now()),),
        )
        behind = {"vote": ["down"]} | ({} if topic is None else {"topic": [topic or NONE]})
        rate = worst.leading[1] if worst.leading else worst.rate
        conversations_link(f"Read the {rate.positives:,} disliked", look.unfiltered(), worst.since, worst.until, behind)


def _worst(services: Services, actor: Actor) -> Worst | None:
    """Return what stands out in the last ninety days of UTC, read anew after five minutes."""
    state, now = page_state(), services.clock.now()
    if state.worst is None or not timedelta() <= now - state.worst[0] < FRESH:
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        view = View(midnight - timedelta(days=DAYS - 1), now)
        state.worst = now, services.monitoring.worst(actor, view)
    return state.worst[1]


def _told(worst: Worst, named: str) -> str:
    days = span_text(worst.since, worst.until)
    where = f" in **{named}**" if worst.topic is not None else ""
    most = f", most of all in **{named}**: {_share(worst.leading[1])}" if worst.leading else ""
    return (
        f"**{days}** stands out of the last {DAYS} days{where}: {_share(worst.rate)} were thumbs down, "
        f"usually {percent(worst.usual.value)}{most}."
    )


def _share(rate: Rate) -> str:
    return f"{percent(rate.value)} of {rate.trials:,} votes"


def _around(worst: Worst, look: Look, now: datetime) -> Look:
    """Return the look at a week before, the days themselves, and a week after."""
    first, last = (worst.since - AROUND).date(), (worst.until + AROUND - timedelta(seconds=1)).date()
    narrowed = look.unfiltered() if worst.topic is None else look.unfiltered().having(topic=(worst.topic or NONE,))
    return narrowed.having(span="dates", first=first, last=min(last, now.astimezone(UTC).date()))
