"""Charts of drift: a rate beside what is usual, and the evidence against its levels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil, log10
from operator import itemgetter
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import streamlit as st

from core.drift.model import start_of
from core.drift.records import DriftReport
from core.drift.replay import Path
from core.drift.spans import Span, spans
from core.monitoring.model import Rate
from pages.components.charts import BLUE, GREEN, GREY, ORANGE, RED, faded
from pages.components.marks import Mark, clock, with_marks

HEIGHT = 300
"""Pixels."""
FLOOR = 1e-3
"""Least evidence that a log scale shows, as a share of the alarm's."""


def span_hours(path: Path) -> int:
    """Return the length of a step that leaves a chart about 120 points: 3, 6, 12 or 24 hours."""
    return next((hours for hours in (3, 6, 12) if path.window.hours / hours <= 120), 24)


def rate_beside_usual(path: Path, zone: ZoneInfo, marks: Sequence[Mark]) -> go.Figure:
    """Return the observed rate with its 95 % interval on the band that the reference makes usual, in percent."""
    steps = spans(path, span_hours(path))
    times = [clock(start_of(step.start), zone) for step in steps]
    figure = go.Figure()
    figure.add_scatter(x=times, y=[100 * step.high for step in steps], mode="lines", line_width=0, hoverinfo="skip",
                       showlegend=False)  # fmt: skip
    figure.add_scatter(
        x=times, y=[100 * step.low for step in steps], mode="lines", line_width=0, fill="tonexty",
        fillcolor=faded(GREEN, 0.2), name="usual band", hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=times, y=[100 * step.usual for step in steps], mode="lines", name="usual",
        line={"color": GREEN, "dash": "dash", "width": 1.5}, hovertemplate="%{y:.1f} %<extra>usual</extra>",
    )  # fmt: skip
    _observed(figure, times, steps, path.signal.plural)
    tops = [100 * max(step.high, step.positives / step.trials) for step in steps if step.trials]
    top = min(100.0, max(5.0, 1.15 * max(tops, default=5.0)))
    figure.update_layout(yaxis={"title": f"{path.signal.plural}, %", "range": [0, top], "fixedrange": True})
    return with_marks(figure, marks, zone)


def _observed(figure: go.Figure, times: Sequence[datetime], steps: Sequence[Span], name: str) -> None:
    rates = [Rate(step.positives, step.trials) for step in steps]
    values = [None if rate.value is None else 100 * rate.value for rate in rates]
    bounds = [rate.interval or (0.0, 0.0) for rate in rates]
    figure.add_scatter(
        x=list(times), y=values, mode="lines+markers", name=name, line={"color": BLUE, "width": 2}, marker_size=5,
        connectgaps=False,
        error_y={
            "type": "data", "symmetric": False, "color": faded(BLUE, 0.4), "thickness": 1, "width": 0,
            "array": [100 * high - (value or 0) for (_, high), value in zip(bounds, values, strict=True)],
            "arrayminus": [(value or 0) - 100 * low for (low, _), value in zip(bounds, values, strict=True)],
        },
        customdata=[[rate.positives, rate.trials] for rate in rates],
        hovertemplate="%{y:.1f} % · %{customdata[0]:,} of %{customdata[1]:,}<extra></extra>",
    )  # fmt: skip


def evidence_over_time(
    paths: Sequence[tuple[str, Path]], zone: ZoneInfo, marks: Sequence[Mark], watch_share: float | None
) -> go.Figure:
    """Return the evidence of named paths as a share of each one's alarm, on a log scale, with the levels as lines."""
    figure = go.Figure()
    for (name, path), colour in zip(paths, (BLUE, ORANGE), strict=False):
        hours = range(path.window.since, path.window.until)
        figure.add_scatter(
            x=[clock(start_of(hour + 1), zone) for hour in hours],
            y=[max(FLOOR, float(one) / path.alarm_at) for one in path.evidence], mode="lines", name=name,
            line={"color": colour, "width": 1.8}, hovertemplate="%{y:.3~g} of the alarm's<extra>" + name + "</extra>",
        )  # fmt: skip
    for share, says, colour in ((1.0, "alarm", RED), (watch_share, "watch", GREY)):
        if share:
            figure.add_hline(y=share, line={"dash": "dash", "color": colour, "width": 1.5})
            figure.add_annotation(
                text=says, x=0, xref="paper", xanchor="left", y=log10(share), yanchor="bottom", showarrow=False,
                font={"color": colour},
            )  # fmt: skip
    highest = max((float(path.evidence.max()) / path.alarm_at for _, path in paths if len(path.evidence)), default=1.0)
    top = ceil(log10(max(3.0, 2 * highest)))
    figure.update_layout(
        yaxis={"title": "evidence ÷ alarm", "type": "log", "range": [-3, top], "dtick": 1, "fixedrange": True}
    )
    return with_marks(figure, marks, zone)


def similarity_over_time(reports: Sequence[DriftReport], zone: ZoneInfo) -> go.Figure:
    """Return the mean similarity of lookups to the nearest known question with its 95 % interval, a point a report."""
    told = [(one.until_hour, one.questions["similarity"]) for one in reports if one.questions.get("similarity")]
    known = sorted(((hour, facts) for hour, facts in told if facts["now"]["error"] is not None), key=itemgetter(0))
    figure = go.Figure(
        go.Scatter(
            x=[clock(start_of(hour), zone) for hour, _ in known], y=[facts["now"]["mean"] for _, facts in known],
            error_y={"type": "data", "array": [1.96 * facts["now"]["error"] for _, facts in known], "thickness": 1},
            mode="lines+markers", name="now", line_color=BLUE,
            customdata=[facts["now"]["lookups"] for _, facts in known],
            hovertemplate="%{y:.3f} · %{customdata:,} lookups<extra></extra>",
        )
    )  # fmt: skip
    if known and known[-1][1]["reference"]["mean"] is not None:
        usual = known[-1][1]["reference"]["mean"]
        figure.add_hline(y=usual, line={"dash": "dash", "color": GREY}, annotation_text=f"reference {usual:.3f}")
    figure.update_layout(yaxis={"title": "mean cosine to the nearest known question", "fixedrange": True})
    return figure


def show_chart(figure: go.Figure, key: str, alt: str) -> None:
    """Draw a figure."""
    figure.update_layout(
        height=HEIGHT, margin={"l": 8, "r": 8, "t": 28, "b": 8}, hovermode="x unified",
        legend={"orientation": "h", "y": 1.1, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)
