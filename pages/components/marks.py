"""What happened, marked in charts over time: releases, refreshes and drifts, each telling what it is on hover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from core.drift.episodes import Episode
from pages.components.charts import BLUE, GREEN, RED

SIGNS = {"release": ("▼", BLUE), "refresh": ("◆", GREEN), "alarm": ("✖", RED), "calm": ("✓", GREEN)}
"""How each kind is drawn: its sign and its colour."""
MOST = 60
"""In one chart; the newest are kept."""
LAST_ALERTS = 4
"""Of one drift that a mark tells beside the first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a time; `kind` is one of `SIGNS`, `title` and `detail` say what it was.

    `story` says it by several times instead, each with what happened then.
    """

    at: datetime
    kind: str
    title: str
    detail: str = ""
    story: tuple[tuple[datetime, str], ...] = ()


def drift_marks(episodes: Sequence[Episode], since: datetime, until: datetime) -> list[Mark]:
    """Return a mark at the onset of each drift, which tells when its alerts came, and one where it was over.

    A drift that began before the range is marked at its first alert in it.
    """
    marks = []
    for one in episodes:
        alerts = [(told.at, f"alert: {told.after} (was {told.before})") for told in one.told]
        what = one.signal.plural.capitalize()
        places = [at for at in (one.onset, *(told.at for told in one.told)) if since <= at < until]
        if places and places[0] != one.over:
            story = ((one.onset, "began, as near as the figures tell"), *alerts[:1], *alerts[1:][-LAST_ALERTS:])
            marks.append(Mark(places[0], "alarm", f"{what}: {one.level}", story=story))
        if one.over:
            marks.append(Mark(one.over, "calm", f"{what}: calm again"))
    return marks


def with_marks(figure: go.Figure, marks: Sequence[Mark], zone: ZoneInfo) -> go.Figure:
    """Return the figure with a dotted line and a sign above for each mark, in the time zone of its axis.

    Signs are annotations and not points: a point would take the click that is meant for the spike below it.
    """
    for mark in sorted(marks, key=lambda mark: mark.at)[-MOST:]:
        sign, colour = SIGNS[mark.kind]
        at = clock(mark.at, zone)
        figure.add_shape(
            type="line", x0=at, x1=at, y0=0, y1=1, yref="paper", layer="below",
            line={"dash": "dot", "color": colour, "width": 1},
        )  # fmt: skip
        figure.add_annotation(
            x=at, y=1, yref="paper", yanchor="bottom", showarrow=False, text=sign, captureevents=True,
            font={"color": colour, "size": 13}, hovertext=_says(mark, zone), name=mark.kind,
        )  # fmt: skip
    return figure


def clock(at: datetime, zone: ZoneInfo) -> datetime:
    """Return a time as the clock of a zone shows it, without the zone, for Plotly shifts what has one to UTC."""
    return at.astimezone(zone).replace(tzinfo=None)


def _says(mark: Mark, zone: ZoneInfo) -> str:
    lines = [f"{_when(at, zone)} · {escape(said)}" for at, said in mark.story] or [_when(mark.at, zone)]
    lines += [escape(mark.detail)] if mark.detail else []
    return "<br>".join([f"<b>{escape(mark.title)}</b>", *lines])


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d %b %Y, %H:%M}"
