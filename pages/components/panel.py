"""Draws a panel as a chart or a table, and offers the conversations behind what is selected in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pandas as pd
import streamlit as st

from core.monitoring.export import Table
from core.monitoring.figures import Figures, Step
from pages.components.clicks import listen_to
from pages.components.filters import dated
from pages.components.look import FILTERS, NONE, Look
from pages.components.marks import clock
from pages.components.panels import Panel, Scene
from pages.components.period import Period
from pages.components.selecting import points_selected, shows, steps_selected
from pages.components.session import look_at

Mode = Literal["points", "box"]
HEIGHT = 260
"""Pixels."""
ROOM_FOR_AXES = {"l": 58, "r": 8, "t": 22, "b": 44}
"""Pixels around a chart over time, so that Plotly need not lay out each chart again to find them."""
BARE = {"displayModeBar": False}
"""No tools: a click selects a point and a drag a range."""
HOW = "Click a point or drag over several to see the conversations behind; a double click ends it."
CONVERSATIONS = "product/conversations.py"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a panel is drawn from."""

    look: Look
    period: Period
    steps: Sequence[Step]
    scene: Scene


@dataclass(frozen=True, slots=True)
class Behind:
    """Conversations of one kind: what they are called, what they are filtered by, and how many turns there are."""

    called: str
    query: dict[str, list[str]]
    count: Callable[[Figures], int]


EVERY = Behind("turns", {}, lambda one: one.turns)
BEHIND = {
    "dislike-rate": Behind("disliked", {"vote": ["down"]}, lambda one: one.downs),
    "thumbs": Behind("disliked", {"vote": ["down"]}, lambda one: one.downs),
    "hit-rate": Behind("misses", {"outcome": ["miss"]}, lambda one: one.misses),
    "false-hits": Behind("false hits", {"verdict": ["false"]}, lambda one: one.false_hits),
}


def draw(panel: Panel, shown: Shown) -> None:
    """Draw a panel in a card of its own."""
    with st.container(border=True):
        st.markdown(f"**{panel.title}**", help=f"{panel.says} {HOW}" if panel.picks == "steps" else panel.says)
        if panel.empty:
            st.caption(panel.empty)
        elif shown.look.form == "table":
            table(panel.table, f"table-{panel.key}", panel.title)
        else:
            _chart(panel, shown)


def table(rows: Table, key: str, alt: str) -> None:
    """Draw a table."""
    frame = pd.DataFrame.from_records(list(rows.rows), columns=list(rows.columns))
    rates = {name: st.column_config.NumberColumn(format="percent") for name in rows.columns if "_rate" in name}
    st.dataframe(frame, hide_index=True, height=HEIGHT, key=key, alt=alt, column_config=rates)


def conversations_link(label: str, look: Look, since: datetime, until: datetime, query: dict[str, list[str]]) -> None:
    """Show a link to the conversations of a range of time, narrowed by the filters of the look and by a query."""
    kept = {name: list(values) for name in FILTERS if (values := getattr(look, name))}
    address = {"since": [since.isoformat()], "until": [until.isoformat()], **kept, **query}
    pairs = [(name, value) for name, values in address.items() for value in values]
    st.page_link(CONVERSATIONS, label=label, icon=":material/forum:", query_params=pairs)


def _chart(panel: Panel, shown: Shown) -> None:
    figure = panel.figure
    figure.update_layout(
        height=max(HEIGHT, 90 + 17 * len(panel.values)), margin={"l": 8, "r": 8, "t": 22, "b": 8},
        dragmode="select" if panel.picks == "steps" else "pan", selectdirection="h",
        legend={"orientation": "h", "y": 1.1, "yanchor": "bottom", "x": 0, "tracegroupgap": 0},
        hovermode="x unified" if panel.picks == "steps" else "closest",
    )  # fmt: skip
    key = f"chart-{panel.key}"
    if not panel.picks:
        st.plotly_chart(figure, key=key, config=BARE, alt=f"{panel.title}. {panel.says}")
        return
    if panel.picks == "steps":
        ends = [clock(at, shown.scene.zone) for at in (shown.period.since, shown.period.until)]
        figure.update_layout(margin=ROOM_FOR_AXES)
        figure.update_xaxes(fixedrange=True, range=ends, automargin=False)
        figure.update_yaxes(automargin=False)
    modes: tuple[Mode, ...] = ("points", "box") if panel.picks == "steps" else ("points",)
    with st.container(gap=None):
        st.plotly_chart(
            figure, key=key, config=BARE, on_select="rerun", alt=f"{panel.title}. {panel.says}", selection_mode=modes
        )
        if panel.picks == "steps":
            listen_to(key, shows(shown.period))
    if panel.picks == "steps":
        _steps_behind(panel, shown, steps_selected(key, shown.period, shown.steps, shown.scene))
    elif (places := points_selected(key)) and places[0] < len(panel.values):
        value_behind(panel.picks, panel.values[places[0]], shown, BEHIND.get(panel.key, EVERY))


def _steps_behind(panel: Panel, shown: Shown, places: Sequence[int]) -> None:
    steps = shown.steps[places[0] : places[-1] + 1] if places else ()
    if not steps:
        return
    since, until = steps[0].start, steps[-1].end
    behind = BEHIND.get(panel.key, EVERY)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"Selected: {span_text(since, until)}", width="content")
        for kind in (EVERY,) if behind is EVERY else (behind, EVERY):
            if count := sum(kind.count(step.figures) for step in steps):
                conversations_link(f"See the {count:,} {kind.called}", shown.look, since, until, kind.query)
        if shown.period.grain != "hour":
            zoomed = dated(shown.look, Period(since, until, shown.period.grain), shown.scene)
            st.button(
                "Zoom in", icon=":material/zoom_in:", type="tertiary", key=f"zoom-{panel.key}", on_click=look_at,
                args=(zoomed.having(grain="auto"),),
            )  # fmt: skip


def value_behind(dimension: str, value: str, shown: Shown, behind: Behind) -> None:
    """Offer the conversations of one value of a dimension, and to look at nothing else."""
    only = {dimension: [value or NONE]}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        conversations_link(
            f"See its {behind.called}", shown.look, shown.period.since, shown.period.until, behind.query | only
        )
        st.button(
            "Filter to it", icon=":material/filter_alt:", type="tertiary", key=f"only-{dimension}-{behind.called}",
            on_click=look_at, args=(shown.look.having(**{dimension: (value or NONE,)}),),
        )  # fmt: skip


def span_text(since: datetime, until: datetime) -> str:
    """Return a range as a person says it.

    >>> from datetime import UTC
    >>> span_text(datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC))
    'Mon 4 May'
    """
    hours = (until - since).total_seconds() / 3600
    if hours < 23:
        return f"{since:%a} {since.day} {since:%b, %H:%M}–{until:%H:%M}"
    last = datetime.fromtimestamp(until.timestamp() - 1, since.tzinfo)
    first = f"{since:%a} {since.day} {since:%b}"
    return first if last.date() == since.date() else f"{first} – {last:%a} {last.day} {last:%b}"
