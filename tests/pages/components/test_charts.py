from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.monitoring.model import Bucket
from pages.components.charts import latency_over_time, rate_over_time, stacked

MIDNIGHT = datetime(2026, 5, 4, tzinfo=UTC)
COUNTS = st.integers(0, 1000)


def day(number: int, **counts: float | None) -> Bucket:
    return Bucket(MIDNIGHT + timedelta(days=number), **counts)


def test_counts_stand_on_one_another_each_in_its_colour() -> None:
    buckets = [day(0, hits=3, misses=1), day(1, misses=2)]
    parts = {"cached": ("#00f", lambda b: b.hits), "fresh": ("#0f0", lambda b: b.misses)}
    figure = stacked(buckets, parts, "questions")
    assert [(bar.name, bar.y, bar.marker.color) for bar in figure.data] == [
        ("cached", (3, 0), "#00f"),
        ("fresh", (1, 2), "#0f0"),
    ]
    assert (figure.layout.barmode, figure.layout.yaxis.title.text) == ("stack", "questions")
    assert list(figure.data[0].x) == [bucket.start for bucket in buckets]


@pytest.mark.parametrize(("buckets", "hours"), [([day(0), day(1)], 24), ([day(0)], 1)])
def test_a_bar_fills_its_own_time(buckets: list[Bucket], hours: int) -> None:
    (bar,) = stacked(buckets, {"cached": ("#00f", lambda b: b.hits)}, "questions").data
    assert bar.offset == 0
    assert 0.5 < bar.width / (hours * 3_600_000) <= 1


@given(st.lists(st.tuples(COUNTS, COUNTS), max_size=8))
def test_a_rate_is_drawn_in_percent_with_its_interval_where_there_were_trials(pairs: list[tuple[int, int]]) -> None:
    buckets = [day(number, hits=hits, misses=misses) for number, (hits, misses) in enumerate(pairs)]
    (line,) = rate_over_time(buckets, lambda b: b.hit_rate, "hit rate", "#00f").data
    known = [bucket.hit_rate for bucket in buckets if bucket.hit_rate.trials]
    assert list(line.y) == [100 * (rate.value or 0) for rate in known]
    for value, up, down, rate in zip(line.y, line.error_y.array, line.error_y.arrayminus, known, strict=True):
        low, high = rate.interval or (0, 0)
        assert (value - down, value + up) == pytest.approx((100 * low, 100 * high), abs=1e-9)


def test_a_median_that_is_not_known_is_left_out() -> None:
    buckets = [day(0, hit_p50_ms=20.0), day(1, hit_p50_ms=0.0, miss_p50_ms=900.0)]
    cached, fresh = latency_over_time(buckets).data
    assert (list(cached.x), list(cached.y)) == ([bucket.start for bucket in buckets], [20.0, 0.0])
    assert (list(fresh.x), list(fresh.y)) == ([buckets[1].start], [900.0])


def page_with_a_chart(moves: int) -> None:
    from datetime import UTC, datetime, timedelta

    import plotly.graph_objects as go

    from core.releases.service import Move
    from pages.components.charts import show

    since = datetime(2026, 5, 4, tzinfo=UTC)
    days = [Move(since + timedelta(days=day), "stable", "0123456789abcdef") for day in range(1, moves + 1)]
    show(go.Figure(go.Scatter(x=[since], y=[1])), since, since + timedelta(days=7), days, "chart")


@pytest.mark.parametrize("moves", [0, 2])
def test_each_new_release_is_marked_by_its_name(moves: int) -> None:
    tab = AppTest.from_function(page_with_a_chart, args=(moves,), default_timeout=30).run()
    (chart,) = tab.get("plotly_chart")
    assert not tab.exception
    spec = chart.proto.spec
    assert spec.count("release 012345") == moves
    assert spec.count('"dash":"dot"') == moves
