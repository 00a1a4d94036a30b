"""The step of time that has not ended: drawn apart, for what it counts so far looks like a fall and is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import plotly.graph_objects as go

from core.monitoring.figures import Step

LIGHT = 0.45
"""Opacity of an unfinished bar."""
SAYS = " · so far<extra>"


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
    bars.hovertemplate = [told.replace("<extra>", SAYS) if one == place else told for one in range(number)]


def _break(figure: go.Figure, line: Any, place: int) -> None:
    known, value = list(line.y), line.y[place]
    line.y = [*known[:place], *[None] * (len(known) - place)]
    line.legendgroup = line.name
    if value is None:
        return
    same = {"legendgroup": line.name, "showlegend": False, "cliponaxis": False}
    if place and known[place - 1] is not None:
        figure.add_scatter(
            x=line.x[place - 1 : place + 1], y=[known[place - 1], value], mode="lines", hoverinfo="skip", **same,
            line={"color": line.line.color, "dash": "dot", "width": line.line.width or 2},
        )  # fmt: skip
    figure.add_scatter(
        x=line.x[: place + 1], y=[*[None] * place, value], mode="markers", name=line.name, customdata=line.customdata,
        marker={"symbol": "diamond-open", "size": 9, "color": line.line.color, "line": {"width": 2}},
        hovertemplate=line.hovertemplate.replace("<extra>", SAYS), **same,
    )  # fmt: skip
