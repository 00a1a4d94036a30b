from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import plotly.graph_objects as go

from core.monitoring.model import Rate
from pages.components import charts
from pages.components.charts import BLUE
from pages.components.thinning import ROOM, thinned


def rates_figure(rates: Sequence[Rate]) -> go.Figure:
    """Return the figure of rates by the day."""
    times = [datetime(2026, 5, 1) + place * timedelta(days=1) for place in range(len(rates))]
    return charts.rates_over_time(times, rates, "hit rate", BLUE)


def test_signs_stay_on_points_that_say_little_and_on_those_that_stand_alone() -> None:
    rates = [Rate(70, 100)] * (ROOM + 5)
    rates[3], rates[10], rates[12], rates[13] = Rate(1, 2), Rate(0, 0), Rate(0, 0), Rate(70, 100)
    _, line_, signs = thinned(rates_figure(rates)).data
    told = {place: sign for place, sign in enumerate(signs.marker.symbol) if signs.y[place] is not None}
    assert told == {3: "circle-open", 11: "circle"}
    assert signs.x == line_.x, "a point keeps its place"


def test_a_short_line_keeps_a_sign_at_each_point() -> None:
    _, points = thinned(rates_figure([Rate(70, 100)] * ROOM)).data
    assert points.mode == "lines+markers"
