"""Long lines without a sign at each point: they could not be told apart, and a browser draws each as an element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

ROOM = 45
"""Points of a line that have room for a sign each, about as many as a day or a month has hours or days."""


def is_long(trace: Any) -> bool:
    """Say whether a trace is a line with more points than have room for their signs."""
    return bool(trace.type == "scatter" and trace.mode == "lines+markers" and len(trace.x) > ROOM)


def thinned(figure: go.Figure) -> go.Figure:
    """Return the figure with signs left on its long lines only where they say more than the line.

    That is a point whose sign is its own (:func:`pages.components.charts.vague`, or a step that has not ended), and one
    that stands alone between gaps, where no line shows it. Points are told on hover and taken by a click as before; a
    drag over a line is known by its range (:func:`pages.components.selecting.steps_selected`).
    """
    for trace in tuple(figure.data):
        if is_long(trace):
            _thin(figure, trace)
    return figure


def _thin(figure: go.Figure, trace: Any) -> None:
    """Leave the signs that are kept to a trace of their own, each in its place, by which a selection knows its step."""
    values, signs = list(trace.y), signs_of(trace)
    kept = [value is not None and (sign != "circle" or _alone(values, place))
            for place, (value, sign) in enumerate(zip(values, signs, strict=True))]  # fmt: skip
    trace.update(mode="lines", legendgroup=trace.name)
    if any(kept):
        figure.add_scatter(
            x=trace.x, y=[value if keep else None for value, keep in zip(values, kept, strict=True)],
            mode="markers", hoverinfo="skip", name=trace.name, legendgroup=trace.name, showlegend=False,
            cliponaxis=False, marker={"color": trace.line.color, "size": 6, "symbol": signs},
        )  # fmt: skip


def signs_of(trace: Any) -> list[str]:
    """Return the symbol of each point of a trace."""
    symbol = trace.marker.symbol or "circle"
    return [symbol] * len(trace.x) if isinstance(symbol, str) else list(symbol)


def _alone(values: Sequence[float | None], place: int) -> bool:
    return all(one is None for one in (*values[max(place - 1, 0) : place], *values[place + 1 : place + 2]))
