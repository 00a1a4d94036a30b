from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.drift.episodes import Episode, Told, episodes_of
from core.drift.model import Level, Signal
from core.monitoring.model import Rate
from pages.components import charts
from pages.components.charts import BLUE, RED
from pages.components.marks import MOST, Mark, drift_marks, with_marks

START = datetime(2026, 5, 1)
BERLIN = ZoneInfo("Europe/Berlin")
RATES = [Rate(7, 20), Rate(0, 0), Rate(900, 2000), Rate(1, 2)]


def times(number: int) -> list[datetime]:
    return [START + timedelta(days=day) for day in range(number)]


def drawn(rates: list[Rate]) -> tuple[Any, Any]:
    band, line = charts.rates_over_time(times(len(rates)), rates, "hit rate", BLUE).data
    return band, line


def test_a_rate_is_drawn_in_percent_and_a_time_without_trials_is_a_gap() -> None:
    _, line = drawn(RATES)
    assert line.y == (35.0, None, 45.0, 50.0)
    assert not line.connectgaps


def test_each_point_tells_its_interval_and_counts() -> None:
    _, line = drawn(RATES)
    assert line.customdata[0][0].startswith("35.0 % (18.1–56.7 %) · 7 of 20")
    assert line.customdata[1][0] == "nothing to tell"


def test_a_point_that_says_too_little_is_hollow() -> None:
    _, line = drawn(RATES)
    assert line.marker.symbol == ("circle", "circle-open", "circle", "circle-open")
    assert line.customdata[3][0].endswith("too few to say")


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda two: Rate(min(two), max(two))), min_size=1)
)
def test_the_band_holds_every_point_and_is_closed_at_gaps(rates: list[Rate]) -> None:
    band, line = drawn(rates)
    known = [place for place, rate in enumerate(rates) if rate.trials]
    assert band.y is None or len(band.y) == 2 * len(known) + list(band.y).count(None)
    for place in known:
        at, value = line.x[place], line.y[place]
        ends = [y for x, y in zip(band.x, band.y, strict=True) if x == at]
        assert len(ends) == 2
        assert min(ends) - 1e-9 <= value <= max(ends) + 1e-9


@pytest.mark.parametrize(
    ("rates", "top"),
    [([Rate(99, 100)], 100), ([Rate(1, 1000)], 10), ([Rate(150, 1000)], 25), ([Rate(240, 1000)], 50), ([], 10)],
)
def test_the_axis_of_shares_ends_at_a_tick_above_all_of_them(rates: list[Rate], top: float) -> None:
    for figure, axis in (
        (charts.rates_over_time(times(len(rates)), rates, "hit rate", BLUE), "yaxis"),
        (charts.rates_by([str(place) for place in range(len(rates))], rates, "hit rate, %", BLUE), "xaxis"),
    ):
        if rates:
            assert figure.layout[axis].range == (0, pytest.approx(top, rel=0.03))
            assert figure.layout[axis].dtick == top / 5


def test_an_axis_can_show_all_that_a_share_can_be() -> None:
    low = [Rate(200, 1000)]
    assert charts.rates_by(["a"], low, "hit rate, %", BLUE, whole=True).layout.xaxis.range[1] >= 100
    assert charts.rates_by(["a"], low, "hit rate, %", BLUE).layout.xaxis.range[1] < 30


def test_the_level_to_compare_with_is_named() -> None:
    figure = charts.rates_over_time(times(4), RATES, "hit rate", BLUE)
    level = charts.with_level(figure, 0.42, "period before").data[-1]
    assert (level.name, level.y) == ("period before: 42.0 %", (42.0, 42.0))
    for at, share in ((times(4), None), ([], 0.42)):
        bare = charts.rates_over_time(at, RATES[: len(at)], "hit rate", BLUE)
        assert len(charts.with_level(bare, share, "nothing").data) == 2


def test_bars_are_as_wide_as_their_span() -> None:
    figure = charts.stacked(times(3), {"up": (BLUE, [1, 2, 3]), "down": (RED, [0, 1, None])}, "thumbs")
    assert {bar.width for bar in figure.data} == {0.9 * 86_400_000}
    assert [bar.name for bar in figure.data] == ["up", "down"]


def test_lines_have_a_dash_beside_their_colour() -> None:
    lines = {"cached": (BLUE, "solid", [1.0, None]), "fresh": (RED, "dot", [2.0, 3.0])}
    figure = charts.lines_over_time(times(2), lines, "ms", "%{y}", log=True)
    assert {line.line.dash for line in figure.data} == {"solid", "dot"}
    assert figure.layout.yaxis.type == "log"


def test_the_week_has_monday_on_top() -> None:
    figure = charts.hours_of_week([[1.0] * 24] * 7, [["1 turn"] * 24] * 7, "turns")
    assert figure.data[0].y[0] == "Mon"
    assert figure.layout.yaxis.autorange == "reversed"


def test_rates_side_by_side_have_their_intervals() -> None:
    figure = charts.rates_by(["a", "b"], [Rate(7, 20), Rate(0, 0)], "hit rate, %", BLUE)
    assert figure.data[0].error_x.array[0] == pytest.approx(56.7 - 35, abs=0.1)
    assert figure.data[0].x == (35.0, None)


def test_marks_stand_at_the_clock_of_the_zone_and_tell_what_they_are() -> None:
    mark = Mark(datetime(2026, 5, 2, 22, 30, tzinfo=UTC), "alarm", "Alarm <b>", "12 % where 6 % is usual")
    figure = with_marks(charts.stacked(times(3), {"up": (BLUE, [1, 2, 3])}, "thumbs"), [mark], BERLIN)
    (shown,) = figure.layout.annotations
    assert shown.x == datetime(2026, 5, 3, 0, 30)
    assert shown.hovertext == "<b>Alarm &lt;b&gt;</b><br>03 May 2026, 00:30<br>12 % where 6 % is usual"
    assert figure.layout.shapes[0].x0 == datetime(2026, 5, 3, 0, 30)
    assert len(figure.data) == 1, "no point takes the click on what is below"


def test_each_kind_of_mark_has_a_sign_of_its_own_and_the_newest_are_kept() -> None:
    marks = [Mark(datetime(2026, 5, 1, tzinfo=UTC) + timedelta(hours=one), "release", str(one)) for one in range(100)]
    marks.append(Mark(datetime(2026, 6, 1, tzinfo=UTC), "refresh", "Refresh"))
    figure = with_marks(charts.stacked(times(3), {"up": (BLUE, [1, 2, 3])}, "thumbs"), marks, BERLIN)
    signs = [(one.name, one.text, one.font.color) for one in figure.layout.annotations]
    assert len(signs) == MOST
    assert len({sign[1:] for sign in signs}) == 2
    assert signs[-1][0] == "refresh"


def drift(*told: Told) -> list[Episode]:
    return episodes_of(told)


def test_a_drift_is_marked_where_it_began_and_tells_when_its_alerts_came() -> None:
    began, watched, sure = (datetime(2026, 5, day, 6, tzinfo=UTC) for day in (2, 4, 5))
    (mark,) = drift_marks(
        drift(
            Told(Signal.MISS, Level.CALM, Level.WATCH, watched, began),
            Told(Signal.MISS, Level.WATCH, Level.CONFIRMED, sure, began),
        ),
        datetime(2026, 5, 1, tzinfo=UTC),
        datetime(2026, 5, 8, tzinfo=UTC),
    )
    figure = with_marks(charts.stacked(times(7), {"up": (BLUE, [1] * 7)}, "thumbs"), [mark], BERLIN)
    (shown,) = figure.layout.annotations
    assert shown.x == datetime(2026, 5, 2, 8)
    assert shown.hovertext.split("<br>") == [
        "<b>Misses: confirmed</b>",
        "02 May 2026, 08:00 · began, as near as the figures tell",
        "04 May 2026, 08:00 · alert: watch (was calm)",
        "05 May 2026, 08:00 · alert: confirmed (was watch)",
    ]


def test_a_drift_that_began_before_the_range_is_marked_at_its_alert_and_its_end_has_a_sign_of_its_own() -> None:
    began, watched, over = (datetime(2026, 5, day, tzinfo=UTC) for day in (2, 4, 6))
    told = drift(
        Told(Signal.DISLIKE, Level.CALM, Level.WATCH, watched, began),
        Told(Signal.DISLIKE, Level.WATCH, Level.CALM, over),
    )
    marks = drift_marks(told, datetime(2026, 5, 3, tzinfo=UTC), datetime(2026, 5, 8, tzinfo=UTC))
    assert [(one.at, one.kind) for one in marks] == [(watched, "alarm"), (over, "calm")]
    late = drift_marks(told, datetime(2026, 5, 5, tzinfo=UTC), datetime(2026, 5, 8, tzinfo=UTC))
    assert [(one.at, one.kind) for one in late] == [(over, "calm")]
