"""Charts of the cache's judgement: similarity by outcome, and what each error budget buys."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from core.semantic_cache.desk_model import Bin, Budgeted
from pages.components.charts import BLUE, GREEN, GREY, RED

HEIGHT = 320
"""Pixels."""


def similarity_histogram(bins: Sequence[Bin]) -> go.Figure:
    """Return decisions by similarity as stacked bars, with the share of right ones and its 95 % interval above."""
    bins = bins[_first(bins) :]
    middles = [(one.low + one.high) / 2 for one in bins]
    spans = [f"{'below ' if number == 0 else ''}{one.low:.3f}–{one.high:.3f}" for number, one in enumerate(bins)]
    if bins[0].low > 0.5:
        spans[0] = spans[0].removeprefix("below ")
    figure = go.Figure()
    parts = {"right": GREEN, "wrong": RED, "unknown": GREY}
    for name, colour in parts.items():
        counts = [getattr(one, name) for one in bins]
        figure.add_bar(
            x=middles, y=counts, name=name, marker_color=colour, customdata=spans,
            hovertemplate=f"%{{customdata}}: %{{y}} decisions<extra>{name}</extra>",
        )  # fmt: skip
    known = [(middle, one.known_right) for middle, one in zip(middles, bins, strict=True) if one.known_right.draws]
    figure.add_scatter(
        x=[middle for middle, _ in known], y=[100 * (share.value or 0) for _, share in known], yaxis="y2",
        name="share right", mode="markers", marker={"color": BLUE, "symbol": "diamond", "size": 7},
        error_y=_bars([(share.value or 0, share.interval or (0, 1)) for _, share in known]),
        customdata=[share.draws for _, share in known],
        hovertemplate="%{y:.0f} % of %{customdata:.0f} known<extra>right</extra>",
    )  # fmt: skip
    figure.update_layout(
        barmode="stack", bargap=0.05, xaxis_title="cosine similarity to the nearest known question",
        yaxis_title="decisions",
        yaxis2=_right_axis("right of the known, %", range=[0, 103], tickvals=[0, 25, 50, 75, 100]),
    )  # fmt: skip
    return figure


def budget_outlook(outlook: Sequence[Budgeted]) -> go.Figure:
    """Return what would have been served, and the false hits with their 95 % interval, against the budget."""
    names = [f"{100 * one.budget:g} %" for one in outlook]
    found = [(name, one) for name, one in zip(names, outlook, strict=True) if one.interval]
    figure = go.Figure()
    figure.add_bar(
        x=names, y=[100 * one.share for one in outlook], name="served", marker_color=BLUE, opacity=0.45,
        hovertemplate="%{y:.1f} % of weighed lookups served<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=names, y=[100 * one.budget for one in outlook], name="budget", mode="lines", yaxis="y2",
        line={"color": GREY, "dash": "dot"}, hovertemplate="at most %{y:g} %<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=[name for name, _ in found], y=[100 * (one.found.value or 0) * one.share for _, one in found],
        name="false hits found", mode="markers", yaxis="y2", marker={"color": RED, "size": 9},
        error_y=_bars([((one.found.value or 0) * one.share, one.interval or (0, 1)) for _, one in found]),
        hovertemplate="%{y:.2f} % of weighed lookups false<extra></extra>",
    )  # fmt: skip
    figure.update_layout(
        xaxis_title="error budget, % of weighed lookups", xaxis_type="category", yaxis_title="served, %",
        yaxis_rangemode="tozero",
        yaxis2=_right_axis("false hits, %", rangemode="tozero", tickmode="auto", nticks=6),
    )  # fmt: skip
    return figure


def draw(figure: go.Figure, key: str, alt: str) -> None:
    """Draw a figure; `alt` says in a sentence what it is, for who cannot see it."""
    figure.update_layout(
        height=HEIGHT, margin={"l": 10, "r": 10, "t": 30, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "traceorder": "normal", "entrywidth": 0},
    )  # fmt: skip
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)


def _right_axis(title: str, **how: object) -> dict[str, object]:
    return {"overlaying": "y", "side": "right", "showgrid": False, "zeroline": False, "title": title} | how


def _first(bins: Sequence[Bin]) -> int:
    """Return from which bin on there is anything, so that the chart has no empty half."""
    return next((number for number, one in enumerate(bins) if one.right + one.wrong + one.unknown), 0)


def _bars(known: Sequence[tuple[float, tuple[float, float]]]) -> dict[str, object]:
    """Return error bars in percent for values with their bounds, all shares in [0, 1]."""
    return {
        "type": "data", "symmetric": False, "thickness": 1,
        "array": [100 * (high - value) for value, (_, high) in known],
        "arrayminus": [100 * (value - low) for value, (low, _) in known],
    }  # fmt: skip
