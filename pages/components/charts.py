"""Charts of the console: units on the axes, uncertainty as bands, releases as marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import plotly.graph_objects as go
import streamlit as st

from core.monitoring.model import Bucket, Rate
from core.releases.service import Move

GREEN, BLUE, GREY, RED = "#2e9e6b", "#3b82c4", "#9aa5a0", "#d1495b"


def stacked(buckets: Sequence[Bucket], parts: dict[str, tuple[str, Callable[[Bucket], int]]], unit: str) -> go.Figure:
    """Return counts over time as stacked bars; `parts` gives each name its colour and its count in a bucket."""
    figure = go.Figure()
    span = (buckets[1].start - buckets[0].start).total_seconds() * 1000 if len(buckets) > 1 else 3_600_000
    for name, (colour, count) in parts.items():
        figure.add_bar(
            x=[bucket.start for bucket in buckets], y=[count(bucket) for bucket in buckets], name=name,
            offset=0, width=0.9 * span,
            marker_color=colour, hovertemplate=f"%{{y}} {unit}<extra>{name}</extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", yaxis_title=unit)
    return figure


def rate_over_time(buckets: Sequence[Bucket], rate: Callable[[Bucket], Rate], name: str, colour: str) -> go.Figure:
    """Return a share in percent over time with its 95 % interval; buckets without trials are left out."""
    known = [(bucket.start, one, one.interval) for bucket in buckets if (one := rate(bucket)).trials]
    times = [start for start, _, _ in known]
    values = [100 * (one.value or 0) for _, one, _ in known]
    low = [100 * interval[0] if interval else 0 for _, _, interval in known]
    high = [100 * interval[1] if interval else 0 for _, _, interval in known]
    figure = go.Figure(
        go.Scatter(
            x=times, y=values, name=name, mode="lines+markers", line_color=colour,
            error_y={
                "type": "data", "symmetric": False, "thickness": 1,
                "array": [h - v for h, v in zip(high, values, strict=True)],
                "arrayminus": [v - lo for v, lo in zip(values, low, strict=True)],
            },
            customdata=[[lo, h, one.trials] for lo, h, (_, one, _) in zip(low, high, known, strict=True)],
            hovertemplate="%{y:.0f} % (%{customdata[0]:.0f}–%{customdata[1]:.0f} %) of %{customdata[2]}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(yaxis_title=f"{name}, %", yaxis_range=[0, 100], showlegend=False)
    return figure


def latency_over_time(buckets: Sequence[Bucket]) -> go.Figure:
    """Return the median time to a whole answer, cached and fresh, in milliseconds on a logarithmic axis."""
    figure = go.Figure()
    lines: list[tuple[str, str, Callable[[Bucket], float | None]]] = [
        ("cached", BLUE, lambda bucket: bucket.hit_p50_ms),
        ("fresh", GREEN, lambda bucket: bucket.miss_p50_ms),
    ]
    for name, colour, value in lines:
        points = [(bucket.start, value(bucket)) for bucket in buckets if value(bucket) is not None]
        figure.add_scatter(
            x=[start for start, _ in points], y=[ms for _, ms in points], name=name, mode="lines+markers",
            line_color=colour, hovertemplate=f"%{{y:.0f}} ms<extra>{name}</extra>",
        )  # fmt: skip
    figure.update_layout(yaxis_title="median, ms", yaxis_type="log")
    return figure


def show(figure: go.Figure, since: datetime, until: datetime, moves: Sequence[Move], key: str) -> None:
    """Draw a figure from `since` to `until`, with a dotted line at each change of the release that is served."""
    figure.update_xaxes(range=[since, until])
    middle = since + (until - since) / 2
    for move in moves:
        figure.add_vline(x=move.at, line_dash="dot", line_color=GREY, line_width=1)
        figure.add_annotation(
            x=move.at, y=1, yref="paper", yanchor="bottom", showarrow=False, text=f"release {move.release_id[:6]}",
            font_size=10, xanchor="left" if move.at < middle else "right",  # never over the edge
        )  # fmt: skip
    figure.update_layout(
        height=300, margin={"l": 10, "r": 10, "t": 30, "b": 10}, legend={"orientation": "h", "y": -0.2},
        hovermode="x unified",
    )  # fmt: skip
    st.plotly_chart(figure, key=key, config={"displayModeBar": False})
