from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.monitoring.filters import Dimension, Grain, View
from pages.components import panels
from pages.components.marks import Mark
from pages.components.panels import Scene
from tests.pages.boards import board, empty

BERLIN = ZoneInfo("Europe/Berlin")
VIEW = View(datetime(2026, 4, 1, tzinfo=BERLIN), datetime(2026, 4, 15, tzinfo=BERLIN), Grain.DAY, "Europe/Berlin")
SCENE = Scene(BERLIN, (), {"creatine": "Creatine", "protein": "Creatine"})


def test_each_chart_over_time_has_a_point_a_step_and_its_table_a_row() -> None:
    for panel in [*panels.overview(board(VIEW), SCENE), *panels.traffic(board(VIEW), SCENE)]:
        if panel.picks == "steps":
            assert len(panel.figure.data[-1].x) in (14, 84), panel.key
            assert len(panel.table.rows) == 14


def test_marks_are_in_every_chart_over_time() -> None:
    scene = Scene(BERLIN, [Mark(datetime(2026, 4, 5, tzinfo=UTC), "release", "Release abc")])
    for panel in [*panels.overview(board(VIEW), scene), *panels.traffic(board(VIEW), scene)]:
        if panel.picks == "steps":
            assert panel.figure.layout.annotations[-1].name == "release"


def test_the_level_is_that_of_the_period_before() -> None:
    before = board(VIEW.before(), seed=9).series
    hits = panels.overview(replace(board(VIEW), before=before), SCENE)[0]
    assert any("period before" in (trace.name or "") for trace in hits.figure.data)
    little = board(VIEW.before(), turns=1, seed=9).series
    for panel in panels.overview(replace(board(VIEW, turns=5000), before=little), SCENE)[:2]:
        assert not any("period before" in (trace.name or "") for trace in panel.figure.data)


def test_a_board_without_anything_says_so_in_each_chart_that_would_be_bare() -> None:
    said = {panel.key: panel.empty for panel in panels.overview(empty(VIEW), SCENE)}
    assert all(said[key] for key in ("hit-rate", "dislike-rate", "cost"))


def test_topics_are_ranked_by_what_is_sure_and_few_votes_do_not_count() -> None:
    table, topics = panels.ranked(board(VIEW), SCENE, lambda one: one.dislike_rate, "dislikes")
    assert topics[0] == "creatine"
    assert table.columns == ("topic", "dislikes", "votes", "rate", "rate_low", "rate_high")
    label, count, trials, rate, low, high = table.rows[0]
    assert label == "Creatine"
    assert count / trials == rate
    assert low < rate < high
    lowest = [row[-2] for row in table.rows]
    assert lowest == sorted(lowest, reverse=True)
    few, none = panels.ranked(board(VIEW, votes=0.01), SCENE, lambda one: one.dislike_rate, "dislikes")
    assert (few.rows, none) == ((), ())


def test_hit_rates_are_shown_on_all_of_their_axis() -> None:
    hits, dislikes = panels.breakdown(board(VIEW), SCENE, [Dimension.TOPIC])
    assert hits.figure.layout.xaxis.range[1] >= 100 > dislikes.figure.layout.xaxis.range[1]


def test_a_step_that_has_not_ended_is_drawn_apart_in_every_chart_over_time() -> None:
    scene = replace(SCENE, now=VIEW.until - timedelta(hours=9))
    for panel in [*panels.overview(board(VIEW), scene), *panels.traffic(board(VIEW), scene)]:
        if panel.picks == "steps":
            assert "so far" in panel.figure.to_json(), panel.key


def test_two_topics_of_one_name_are_kept_apart() -> None:
    hits, _ = panels.breakdown(board(VIEW), SCENE, [Dimension.TOPIC])
    assert list(hits.figure.data[0].y)[:2] == ["Creatine (1)", "Creatine (2)"]
    assert hits.values[:2] == ("protein", "creatine")


@pytest.mark.parametrize(
    ("dimension", "value", "label"),
    [(Dimension.TOPIC, "", "no topic"), (Dimension.TOPIC, "abcdefgh", "topic abcdef"),
     (Dimension.RELEASE, "abcdefgh", "abcdef"), (Dimension.LANGUAGE, "", "unknown")],
)  # fmt: skip
def test_values_have_names_that_a_person_knows(dimension: Dimension, value: str, label: str) -> None:
    assert panels.label_of(dimension, value, SCENE) == label


def test_an_hour_of_a_changing_clock_is_drawn() -> None:
    view = View(VIEW.since - timedelta(days=3), VIEW.since, Grain.HOUR, "Europe/Berlin")
    assert len(panels.overview(board(view, turns=5), SCENE)[0].table.rows) == 71
