"""Figures of the console: units on the axes, uncertainty as bands, what happened as marks. Nothing is drawn here.

The colours are those of Okabe and Ito (2008), which people with any colour vision can tell apart; where two lines could
still be mistaken they also differ in their dash or their sign. They are legible on a light and on a dark ground.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

import plotly.graph_objects as go

from core.monitoring.model import Rate

BLUE, GREEN, RED, ORANGE, SKY, PINK, GREY = (
    "#0072b2", "#009e73", "#d55e00", "#e69f00", "#56b4e9", "#cc79a7", "#8a9590",
)  # fmt: skip
WIDEST = 40
"""Points of an interval that still says something."""
Times = Sequence[datetime]
Values = Sequence[float | None]


def rates_over_time(times: Times, rates: Sequence[Rate], name: str, colour: str) -> go.Figure:
    """Return shares in percent over time on their 95 % band; times without trials are gaps.

    A hollow point says that its interval is too wide to read anything from it (see :func:`vague`).
    """
    band_x, band_y = _band(times, rates)
    figure = go.Figure(
        go.Scatter(
            x=band_x, y=band_y, fill="toself", mode="lines", line={"width": 1, "color": faded(colour, 0.25)},
            fillcolor=faded(colour, 0.18), hoverinfo="skip", name="95 %", showlegend=False,
        )
    )  # fmt: skip
    figure.add_scatter(
        x=list(times), y=[_percent(rate.value) for rate in rates], name=name, mode="lines+markers", line_color=colour,
        marker={"symbol": _symbols(rates), "size": 7},
        customdata=[_told(rate) for rate in rates], connectgaps=False, cliponaxis=False,
        hovertemplate=f"%{{customdata[0]}}<extra>{name}</extra>",
    )  # fmt: skip
    tops = [rate.interval[1] for rate in rates if rate.interval and not vague(rate)]
    tops = tops or [rate.interval[1] for rate in rates if rate.interval]
    axis = {"title": f"{name}, %", "fixedrange": True, **_shares(max(tops, default=1))}
    figure.update_layout(yaxis=axis, showlegend=False)
    return figure


def with_level(figure: go.Figure, share: float | None, says: str) -> go.Figure:
    """Return the figure of a rate with a dashed line at a share in [0, 1], such as that of the period before."""
    times = figure.data[-1].x
    if share is not None and times:
        figure.add_scatter(
            x=[times[0], times[-1]], y=[100 * share] * 2, mode="lines", name=f"{says}: {100 * share:.1f} %",
            line={"dash": "dash", "color": GREY, "width": 1.5}, hoverinfo="skip",
        )  # fmt: skip
        figure.update_layout(showlegend=True)
    return figure


def stacked(times: Times, parts: Mapping[str, tuple[str, Values]], unit: str) -> go.Figure:
    """Return amounts over time as stacked bars; `parts` gives each name its colour and an amount for each time."""
    figure = go.Figure()
    width = _bar_width(times)
    for name, (colour, amounts) in parts.items():
        figure.add_bar(
            x=list(times), y=list(amounts), name=name, offset=0, width=width, marker_color=colour,
            hovertemplate=f"%{{y:,}} {unit}<extra>{name}</extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", yaxis={"title": unit, "rangemode": "tozero", "fixedrange": True})
    return figure


def lines_over_time(
    times: Times, lines: Mapping[str, tuple[str, str, Values]], title: str, told: str, *, log: bool = False
) -> go.Figure:
    """Return lines over time; `lines` gives each name its colour, its dash and its values.

    `told` is how a value is told on hover, such as ``"%{y:,.0f} ms"``.
    """
    figure = go.Figure()
    for name, (colour, dash, values) in lines.items():
        figure.add_scatter(
            x=list(times), y=list(values), name=name, mode="lines+markers", connectgaps=False,
            line={"color": colour, "dash": dash, "width": 2 if dash == "solid" else 1.3}, marker={"size": 5},
            hovertemplate=f"{told}<extra>{name}</extra>",
        )  # fmt: skip
    axis: dict[str, object] = {"title": title, "fixedrange": True}
    figure.update_layout(yaxis=axis | ({"type": "log", "dtick": 1} if log else {"rangemode": "tozero"}))
    return figure


DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def hours_of_week(values: Sequence[Sequence[float | None]], told: Sequence[Sequence[str]], unit: str) -> go.Figure:
    """Return 7 days by 24 hours as a heat map, Monday on top; `told` is what each cell says on hover."""
    figure = go.Figure(
        go.Heatmap(
            z=[list(row) for row in values], x=[f"{hour:02d}" for hour in range(24)], y=list(DAY_NAMES),
            text=[list(row) for row in told], hovertemplate="%{y} %{x}:00 · %{text}<extra></extra>",
            colorscale="Cividis", colorbar={"title": unit, "thickness": 10}, xgap=1, ygap=1, hoverongaps=False,
        )
    )  # fmt: skip
    figure.update_layout(
        yaxis={"autorange": "reversed", "type": "category"}, xaxis={"title": "hour", "type": "category", "dtick": 3},
    )  # fmt: skip
    return figure


def rates_by(names: Sequence[str], rates: Sequence[Rate], title: str, colour: str, *, whole: bool = False) -> go.Figure:
    """Return shares in percent with their 95 % intervals, one row a name, the first on top.

    The axis ends above the highest interval, or at 100 % where the `whole` of it is to be seen.
    """
    values = [_percent(rate.value) for rate in rates]
    bounds = [rate.interval or (0.0, 0.0) for rate in rates]
    figure = go.Figure(
        go.Scatter(
            x=values, y=list(names), mode="markers",
            marker={"color": colour, "size": 10, "symbol": _symbols(rates)},
            error_x={
                "type": "data", "symmetric": False, "thickness": 1.5,
                "array": [100 * high - (value or 0) for (_, high), value in zip(bounds, values, strict=True)],
                "arrayminus": [(value or 0) - 100 * low for (low, _), value in zip(bounds, values, strict=True)],
            },
            customdata=[_told(rate) for rate in rates], hovertemplate="%{y}: %{customdata[0]}<extra></extra>",
        )
    )  # fmt: skip
    top = 1 if whole else max((high for _, high in bounds), default=0.1)
    figure.update_layout(
        xaxis={"title": title, "fixedrange": True, **_shares(top)},
        yaxis={"autorange": "reversed", "type": "category", "automargin": True, "fixedrange": True, "dtick": 1},
        showlegend=False,
    )  # fmt: skip
    return figure


def faded(colour: str, opacity: float) -> str:
    """Return a colour with an opacity from 0 to 1.

    >>> faded("#0072b2", 0.2)
    'rgba(0,114,178,0.2)'
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def vague(rate: Rate) -> bool:
    """Say whether a 95 % interval spans more than 40 of the 100 points, so that the share says next to nothing."""
    return rate.interval is None or 100 * (rate.interval[1] - rate.interval[0]) > WIDEST


def _band(times: Times, rates: Sequence[Rate]) -> tuple[list[datetime | None], list[float | None]]:
    """Return the outline of the intervals, one closed piece for each run of times with trials."""
    x: list[datetime | None] = []
    y: list[float | None] = []
    run: list[tuple[datetime, float, float]] = []
    for at, rate in [*zip(times, rates, strict=True), (None, Rate(0, 0))]:
        if at is not None and rate.interval:
            run.append((at, *rate.interval))
        elif run:
            x += [*(at for at, _, _ in run), *(at for at, _, _ in reversed(run)), None]
            y += [*(100 * high for _, _, high in run), *(100 * low for _, low, _ in reversed(run)), None]
            run = []
    return x, y


def _symbols(rates: Sequence[Rate]) -> list[str]:
    return ["circle-open" if vague(rate) else "circle" for rate in rates]


def _told(rate: Rate) -> list[str]:
    if rate.value is None or rate.interval is None:
        return ["nothing to tell"]
    low, high = rate.interval
    few = " · too few to say" if vague(rate) else ""
    return [
        f"{100 * rate.value:.1f} % ({100 * low:.1f}–{100 * high:.1f} %) · {rate.positives:,} of {rate.trials:,}{few}"
    ]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _shares(highest: float) -> dict[str, object]:
    """Return the range and the ticks of an axis in percent on which a share in [0, 1] can be seen."""
    top = next((one for one in (10, 25, 50) if 100 * highest <= 0.98 * one), 100)
    return {"range": [0, 1.02 * top], "tick0": 0, "dtick": top / 5}


def _bar_width(times: Times) -> float:
    """Milliseconds: nine tenths of the shortest step, an hour where there is one time only."""
    steps = [(after - at).total_seconds() for at, after in pairwise(times)]
    return 900 * (min(steps) if steps else 3600)
