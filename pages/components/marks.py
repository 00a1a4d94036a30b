"""What happened, marked in charts over time: releases, refreshes and alarms, each telling what it is on hover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from pages.components.charts import BLUE, GREEN, RED

SIGNS = {"release": ("triangle-down", BLUE), "refresh": ("diamond", GREEN), "alarm": ("x", RED)}
"""How each kind is drawn: its sign and its colour."""
MOST = 60
"""In one chart; the newest are kept."""
MARK = "mark"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a time; `kind` is one of `SIGNS`, `title` and `detail` say what it was."""

    at: datetime
    kind: str
    title: str
    detail: str = ""


def with_marks(figure: go.Figure, marks: Sequence[Mark], zone: ZoneInfo) -> go.Figure:
    """Return the figure with a dotted line and a sign above for each mark, in the time zone of its axis."""
    for kind, (sign, colour) in SIGNS.items():
        shown = [mark for mark in sorted(marks, key=lambda mark: mark.at)[-MOST:] if mark.kind == kind]
        if not shown:
            continue
        for mark in shown:
            figure.add_shape(
                type="line", x0=clock(mark.at, zone), x1=clock(mark.at, zone), y0=0, y1=1, yref="paper", layer="below",
                line={"dash": "dot", "color": colour, "width": 1},
            )  # fmt: skip
        figure.add_scatter(
            x=[clock(mark.at, zone) for mark in shown], y=[1] * len(shown), yaxis="y9", mode="markers", name=kind,
            marker={"symbol": sign, "color": colour, "size": 11}, cliponaxis=False, showlegend=False,
            customdata=[[MARK] for _ in shown], hovertext=[_says(mark, zone) for mark in shown],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(yaxis9={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True})
    return figure


def clock(at: datetime, zone: ZoneInfo) -> datetime:
    """Return a time as the clock of a zone shows it, without the zone, for Plotly shifts what has one to UTC."""
    return at.astimezone(zone).replace(tzinfo=None)


def _says(mark: Mark, zone: ZoneInfo) -> str:
    when = f"{mark.at.astimezone(zone):%d %b %Y, %H:%M}"
    detail = f"<br>{escape(mark.detail)}" if mark.detail else ""
    return f"<b>{escape(mark.title)}</b><br>{when}{detail}"
