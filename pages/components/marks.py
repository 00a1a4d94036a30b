"""What happened, marked in charts over time: releases, refreshes and alarms, each telling what it is on hover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from pages.components.charts import BLUE, GREEN, RED

SIGNS = {"release": ("▼", BLUE), "refresh": ("◆", GREEN), "alarm": ("✖", RED)}
"""How each kind is drawn: its sign and its colour."""
MOST = 60
"""In one chart; the newest are kept."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a time; `kind` is one of `SIGNS`, `title` and `detail` say what it was."""

    at: datetime
    kind: str
    title: str
    detail: str = ""


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
    when = f"{mark.at.astimezone(zone):%d %b %Y, %H:%M}"
    detail = f"<br>{escape(mark.detail)}" if mark.detail else ""
    return f"<b>{escape(mark.title)}</b><br>{when}{detail}"
