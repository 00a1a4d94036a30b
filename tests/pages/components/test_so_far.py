from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.monitoring.figures import Figures, Step
from core.monitoring.model import Rate
from pages.components import charts
from pages.components.charts import BLUE, RED
from pages.components.so_far import LIGHT, apart, place_of, unfinished
from pages.components.thinning import ROOM, thinned
from tests.pages.components.test_thinning import rates_figure

START = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TIMES = [START.replace(tzinfo=None) + place * DAY for place in range(4)]
STEPS = [Step(START + place * DAY, START + (place + 1) * DAY, Figures()) for place in range(4)]


def line(values: list[float | None], place: int | None) -> list[Any]:
    lines = {"spent": (BLUE, "solid", values)}
    return list(apart(charts.lines_over_time(TIMES, lines, "US dollars", "%{y}"), place).data)


@pytest.mark.parametrize(("after", "place"), [(-1, None), (0, 0), (25, 1), (95, 3), (96, None)])
def test_a_step_is_unfinished_from_its_start_to_its_end(after: int, place: int | None) -> None:
    assert unfinished(STEPS, START + timedelta(hours=after)) == place


def test_without_a_time_every_step_has_ended() -> None:
    assert unfinished(STEPS, None) is None
    assert len(line([1.0, 2.0, 3.0, 0.5], None)) == 1


def test_the_last_stretch_of_a_line_is_dotted_and_its_point_hollow_in_its_place() -> None:
    points, whole, stretch = line([1.0, 2.0, 3.0, 0.5], 3)
    assert points.y == (1.0, 2.0, 3.0, 0.5)
    assert points.marker.symbol == ("circle", "circle", "circle", "diamond-open")
    assert points.hovertemplate[2:] == ("%{y}<extra>spent</extra>", "%{y} · so far<extra>spent</extra>")
    assert (whole.y, whole.line.dash, whole.showlegend) == ((1.0, 2.0, 3.0), "solid", True)
    assert (stretch.y, stretch.line.dash, stretch.showlegend) == ((3.0, 0.5), "dot", False)
    assert {one.mode for one in (whole, stretch)} == {"lines"}, "no points that a drag selects"
    assert {one.legendgroup for one in (points, whole, stretch)} == {"spent"}


@pytest.mark.parametrize(
    ("values", "place"), [([0.5, 0, 0, 0], 0), ([1.0, None, 0.5, 0], 2), ([1.0, 2.0, 3.0, None], 3)]
)
def test_nothing_is_drawn_of_what_is_still_to_come(values: list[float | None], place: int) -> None:
    points, whole, stretch = line(values, place)
    assert points.y == (*values[: place + 1], *[None] * (3 - place))
    assert len(whole.y) == place
    assert list(stretch.y) == values[max(place - 1, 0) : place + 1]


def test_an_unfinished_bar_is_lighter_and_says_so() -> None:
    parts = {"up": (BLUE, [4.0, 4.0, 4.0, 1.0]), "down": (RED, [1.0, 1.0, 1.0, 0.0])}
    for bars in apart(charts.stacked(TIMES, parts, "thumbs"), 3).data:
        assert bars.marker.opacity == (1, 1, 1, LIGHT)
        assert ["so far" in told for told in bars.hovertemplate] == [False, False, False, True]


def test_a_rate_so_far_keeps_its_interval_and_the_level_stays_whole() -> None:
    rates = [Rate(7, 20), Rate(9, 20), Rate(6, 20), Rate(1, 2)]
    figure = charts.with_level(charts.rates_over_time(TIMES, rates, "hit rate", BLUE), 0.4, "period before")
    _, points, level, *_ = apart(figure, 3).data
    assert level.y == (40, 40)
    assert points.marker.symbol == ("circle", "circle", "circle", "diamond-open")
    assert points.customdata[3][0].startswith("50.0 %")


@pytest.mark.parametrize(("last", "kept"), [(Rate(1, 2), False), (Rate(300, 600), True), (Rate(0, 0), False)])
def test_the_band_ends_before_a_rate_so_far_that_says_next_to_nothing(last: Rate, kept: bool) -> None:
    rates = [Rate(1, 2), Rate(9, 20), Rate(6, 20), last]
    figure = charts.with_level(charts.rates_over_time(TIMES, rates, "hit rate", BLUE), 0.4, "period before")
    band, *_ = apart(figure, 3).data
    assert {TIMES[0], TIMES[1], TIMES[2]} <= {*band.x}, "what has ended keeps its band, however wide"
    assert (TIMES[3] in band.x) is kept
    assert len(band.x) == len(band.y)


def test_a_long_line_ends_before_what_has_not_ended_and_a_hollow_diamond_stands_there() -> None:
    number = ROOM + 3
    rates = [Rate(70, 100)] * (number - 2) + [Rate(9, 10), Rate(0, 0)]
    place = number - 2
    _, line_, signs = thinned(apart(rates_figure(rates), place)).data
    assert (line_.mode, signs.mode, signs.hoverinfo) == ("lines", "markers", "skip")
    assert list(line_.y[place - 1 :]) == [70, None, 90, None]
    assert ["so far" in line_.hovertemplate[one] for one in (place - 1, place + 1, place + 2)] == [False, True, False]
    assert line_.customdata[place + 1][0].startswith("90.0 %")
    assert [(y, sign) for y, sign in zip(signs.y, signs.marker.symbol, strict=True) if y is not None] == [
        (90, "diamond-open")
    ]
    steps = [Step(START + one * DAY, START + (one + 1) * DAY, Figures()) for one in range(number)]
    now = START + place * DAY + timedelta(hours=5)
    assert [place_of(one, steps, now) for one in (0, place - 1, place, place + 1)] == [0, place - 1, place, place]
    assert place_of(place + 1, steps, None) == place + 1
