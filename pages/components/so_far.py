"""The step of time that has not ended: drawn apart, for what it counts so far looks like a fall and is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import plotly.graph_objects as go

from core.monitoring.figures import Step
from pages.components.charts import WIDEST
from pages.components.thinning import is_long, signs_of

LIGHT = 0.45
"""Opacity of an unfinished bar."""


def unfinished(steps: Sequence[Step], now: datetime | None) -> int | None:
    """Return the place of the step that has begun and not ended; None where there is none."""
    return next((place for place, one in enumerate(steps) if now and one.start <= now < one.end), None)


def apart(figure: go.Figure, place: int | None) -> go.Figure:
    """Return a figure over time with one of its steps drawn as unfinished, and nothing of the steps after it.

    A bar is lighter; a line is dotted towards a hollow diamond, and a long line ends before it, as a band does that
    would say next to nothing there (:func:`~pages.components.charts.vague`). Each says "so far" on hover. A point keeps
    its place in its trace, by which a selection knows its step; only that of a long line that has not ended stands one
    further, after a gap (:func:`place_of`).
    """
    if place is not None:
        for trace in tuple(figure.data):
            if trace.type == "bar":
                _lighten(trace, place)
            elif trace.fill == "toself":
                _end_band(trace, next(one.x for one in figure.data if one.mode == "lines+markers")[place])
            elif trace.mode == "lines+markers":
                known = list(trace.y)
                _end(trace, place)
                if is_long(trace):
                    _part(trace, place)
                else:
                    _break(figure, trace, known, place)
    return figure


def place_of(index: int, steps: Sequence[Step], now: datetime | None) -> int:
    """Return the place of the step that a point shows, by its index in its trace: what is to come is not shown."""
    last = unfinished(steps, now)
    return index if last is None else min(index, last)


def _lighten(bars: Any, place: int) -> None:
    number, told = len(bars.x), bars.hovertemplate
    bars.marker.opacity = [LIGHT if one == place else 1.0 for one in range(number)]
    bars.hovertemplate = [_so_far(told) if one == place else told for one in range(number)]


def _end_band(band: Any, at: datetime) -> None:
    """Leave a time out of the outline of a band where it is too wide to read anything from it."""
    ends = [y for x, y in zip(band.x or (), band.y or (), strict=True) if x == at]
    if ends and max(ends) - min(ends) > WIDEST:
        kept = [(x, y) for x, y in zip(band.x, band.y, strict=True) if x != at]
        band.update(x=[x for x, _ in kept], y=[y for _, y in kept])


def _end(points: Any, place: int) -> None:
    """Leave out what is after the place, and say there that it has not ended."""
    number, template, signs = len(points.x), points.hovertemplate, signs_of(points)
    signs[place] = "diamond-open"
    points.update(
        y=[*points.y[: place + 1], *[None] * (number - place - 1)], marker_symbol=signs,
        hovertemplate=[_so_far(template) if one == place else template for one in range(number)],
    )  # fmt: skip


def _part(points: Any, place: int) -> None:
    """Put a gap before a point, so that no line leads to it."""
    points.update(
        x=[*points.x[: place + 1], *points.x[place:]], y=[*points.y[:place], None, *points.y[place:]],
        hovertemplate=[*points.hovertemplate[: place + 1], *points.hovertemplate[place:]],
        marker_symbol=[*points.marker.symbol[: place + 1], *points.marker.symbol[place:]],
    )  # fmt: skip
    if points.customdata is not None:
        points.customdata = [*points.customdata[: place + 1], *points.customdata[place:]]


def _break(figure: go.Figure, points: Any, known: Sequence[float | None], place: int) -> None:
    """Leave the points in their trace, so that each is told alone on hover, and draw the line in two pieces."""
    line, size = points.line, points.marker.size
    points.update(
        mode="markers", showlegend=False, cliponaxis=False, legendgroup=points.name,
        marker={
            "color": line.color, "opacity": 1,
            "size": [size + 3 * (one == place) for one in range(len(points.x))],
        },
    )  # fmt: skip
    for first, last, dash in ((0, place, line.dash or "solid"), (max(place - 1, 0), place + 1, "dot")):
        figure.add_scatter(
            x=points.x[first:last], y=known[first:last], mode="lines", hoverinfo="skip", name=points.name,
            legendgroup=points.name, legendrank=999, showlegend=last == place,
            line={"color": line.color, "dash": dash, "width": line.width or 2},
        )  # fmt: skip


def _so_far(template: str) -> str:
    return template.replace("<extra>", " · so far<extra>")
