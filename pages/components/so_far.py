"""The step of time that has not ended: drawn apart, for what it counts so far looks like a fall and is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import plotly.graph_objects as go

from core.monitoring.figures import Step

LIGHT = 0.45
"""Opacity of an unfinished bar."""


def unfinished(steps: Sequence[Step], now: datetime | None) -> int | None:
    """Return the place of the step that has begun and not ended; None where there is none."""
    return next((place for place, one in enumerate(steps) if now and one.start <= now < one.end), None)


def apart(figure: go.Figure, place: int | None) -> go.Figure:
    """Return a figure over time with one of its steps drawn as unfinished, and nothing of the steps after it.

    A bar is lighter; a line is dotted towards a hollow diamond. Each says "so far" on hover. A point keeps its place in
    its trace, by which a selection knows its step.
    """
    if place is not None:
        for trace in tuple(figure.data):
            if trace.type == "bar":
                _lighten(trace, place)
            elif trace.mode == "lines+markers":
                _break(figure, trace, place)
    return figure


def _lighten(bars: Any, place: int) -> None:
    number, told = len(bars.x), bars.hovertemplate
    bars.marker.opacity = [LIGHT if one == place else 1.0 for one in range(number)]
    bars.hovertemplate = [_so_far(told) if one == place else told for one in range(number)]


def _break(figure: go.Figure, points: Any, place: int) -> None:
    """Leave the points in their trace, so that each is told alone on hover, and draw the line in two pieces."""
    known, template, line = list(points.y), points.hovertemplate, points.line
    number, symbol = len(known), points.marker.symbol or "circle"
    symbols = [symbol] * number if isinstance(symbol, str) else list(symbol)
    symbols[place] = "diamond-open"
    width, size = line.width or 2, points.marker.size
    points.update(
        y=[*known[: place + 1], *[None] * (number - place - 1)], mode="markers", showlegend=False, cliponaxis=False,
        legendgroup=points.name,
        hovertemplate=[_so_far(template) if one == place else template for one in range(number)],
        marker={
            "color": line.color, "symbol": symbols, "opacity": 1,
            "size": [size + 3 * (one == place) for one in range(number)],
        },
    )  # fmt: skip
    for first, last, dash in ((0, place, line.dash or "solid"), (max(place - 1, 0), place + 1, "dot")):
        figure.add_scatter(
            x=points.x[first:last], y=known[first:last], mode="lines", hoverinfo="skip", name=points.name,
            legendgroup=points.name, legendrank=999, showlegend=last == place,
            line={"color": line.color, "dash": dash, "width": width},
        )  # fmt: skip


def _so_far(template: str) -> str:
    return template.replace("<extra>", " · so far<extra>")
