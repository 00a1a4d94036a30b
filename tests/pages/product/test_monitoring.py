from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import update
from streamlit.testing.v1 import AppTest

from core.drift.model import start_of
from core.drift.records import DriftAlert, DriftReport
from core.feedback.model import Thumb, Vote
from core.monitoring.model import hour_of
from core.monitoring.records import TurnEvent
from tests.pages.console import ADMIN, PRODUCT, QUESTION, TRAINER, Console, texts

PAGE = "product/monitoring.py"


def tiles(tab: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in tab.metric}


def charts(tab: AppTest) -> set[str]:
    return {str(chart.key) for chart in tab.get("plotly_chart")}


def choose(tab: AppTest, key: str, value: Any) -> AppTest:
    control: Any = tab.get_by_key(key)
    control.set_value(value).run()
    assert not tab.exception
    return tab


def ask_before(console: Console, **span: float) -> None:
    """Ask a question, and let that be earlier."""
    turn = console.ask()
    at = console.services.clock.now() - timedelta(**span)
    with console.services.database.begin() as session:
        session.exec(update(TurnEvent).where(TurnEvent.turn_id == turn.id).values(at=at, hour=hour_of(at)))


@pytest.mark.parametrize("email", [PRODUCT, ADMIN])
def test_without_questions_it_says_what_to_do(console: Console, email: str) -> None:
    tab = console.open(PAGE, email)
    assert "Nobody has asked anything yet" in tab.info[0].value
    assert [link.value for link in tab.page_link] == ["Go to the chat"]
    assert not tab.metric


def test_it_counts_turns_hits_and_thumbs_of_all(console: Console) -> None:
    console.ask(QUESTION, TRAINER)
    turn = console.ask(QUESTION, ADMIN)
    console.services.voting.vote(console.actor(ADMIN), turn.id, Vote(Thumb.DOWN))
    tab = console.open(PAGE, PRODUCT)
    shown = tiles(tab)
    assert (shown["Turns"], shown["Users"], shown["Hit rate"], shown["Disliked"]) == ("2", "2", "50 %", "100 %")
    assert shown["Cached answer"].endswith("ms")
    assert "too few to say: 20.7–100.0 % of 1" in texts(tab)


@pytest.mark.parametrize(
    ("part", "drawn"),
    [
        ("overview", {"chart-hit-rate", "chart-latency"}),
        ("traffic", {"chart-outcomes", "chart-heat-turns"}),
        ("topics", {"chart-topic-hit-rate"}),
        ("split", {"chart-release-hit-rate", "chart-channel-hit-rate", "chart-language-hit-rate"}),
    ],
)
def test_each_part_draws_its_charts_and_the_address_keeps_it(console: Console, part: str, drawn: set[str]) -> None:
    console.ask()
    tab = choose(console.open(PAGE, PRODUCT), "m-part", part)
    assert drawn <= charts(tab)
    again = console.open(PAGE, PRODUCT, part=part)
    assert charts(again) == charts(tab)


def test_every_chart_is_also_a_table(console: Console) -> None:
    turn = console.ask()
    console.services.voting.vote(console.actor(), turn.id, Vote(Thumb.UP))
    tab = console.open(PAGE, PRODUCT, part="traffic")
    drawn = charts(tab)
    choose(tab, "m-form", "table")
    assert not charts(tab)
    assert len(tab.dataframe) == len(drawn) > 2
    assert tab.dataframe[0].value["turns"].sum() == 1


def test_without_votes_it_says_so_in_place_of_the_chart(console: Console) -> None:
    console.ask()
    tab = console.open(PAGE, PRODUCT)
    assert "Nobody voted in this time." in texts(tab)
    assert "chart-dislike-rate" not in charts(tab)
    assert tiles(tab)["Disliked"] == "–"


@pytest.mark.parametrize(("span", "points"), [("24h", 24), ("7d", 7), ("30d", 30), ("90d", 90)])
def test_a_day_is_drawn_by_the_hour_and_longer_ranges_by_the_day(console: Console, span: str, points: int) -> None:
    console.ask()
    tab = choose(console.open(PAGE, PRODUCT, part="traffic"), "m-span", span)
    outcomes: Any = tab.get_by_key("chart-outcomes")
    figure = json.loads(outcomes.proto.spec)
    assert [len(one["x"]) for one in figure["data"] if one["type"] == "bar"] == [points] * 3


def test_today_is_drawn_as_a_day_that_has_not_ended(console: Console) -> None:
    console.ask()
    tab = console.open(PAGE, PRODUCT, part="traffic")
    outcomes: Any = tab.get_by_key("chart-outcomes")
    fresh = next(one for one in json.loads(outcomes.proto.spec)["data"] if one["name"] == "fresh")
    assert ["so far" in told for told in fresh["hovertemplate"]] == [False] * 6 + [True]


def test_a_drift_is_marked_at_its_onset_and_not_at_its_alert(console: Console) -> None:
    console.ask()
    now = console.services.clock.now()
    onset = hour_of(now - timedelta(days=3))
    same: dict[str, Any] = {"tenant": console.actor().tenant}
    report = DriftReport(
        id="r", kind="hourly", since_hour=onset, until_hour=onset + 60, reference_id=None, made_at=now, level="drift",
        sentence="", findings=[{"signal": "miss", "onset": onset}], questions={}, changes=[], advice={}, inputs_hash="",
        **same,
    )  # fmt: skip
    alert = DriftAlert(
        id="a", report_id="r", signal="miss", before="calm", after="drift", at=now - timedelta(hours=1), title="",
        body="", picture=b"", channel="", state="kept", next_try_at=now, **same,
    )  # fmt: skip
    with console.services.database.begin() as session:
        session.add_all([report, alert])
    tab = console.open(PAGE, PRODUCT, zone="UTC")
    hits: Any = tab.get_by_key("chart-hit-rate")
    (mark,) = (one for one in json.loads(hits.proto.spec)["layout"]["annotations"] if one["name"] == "alarm")
    assert mark["x"].startswith(f"{start_of(onset):%Y-%m-%dT%H:00}")
    assert f"{alert.at:%d %b %Y, %H:%M} · alert: drift (was calm)" in mark["hovertext"]


@pytest.mark.parametrize(("days", "seen"), [(0.5, "24h"), (5, "7d"), (20, "30d"), (80, "90d")])
def test_a_longer_range_shows_what_is_further_back(console: Console, days: float, seen: str) -> None:
    ask_before(console, days=days)
    tab = console.open(PAGE, PRODUCT)
    spans = ["24h", "7d", "30d", "90d"]
    shown = [bool(choose(tab, "m-span", span).metric) for span in spans]
    assert shown == [span in spans[spans.index(seen) :] for span in spans]


@pytest.mark.parametrize(("span", "seen"), [("24h", False), ("30d", True), ("nonsense", False)])
def test_the_range_comes_from_the_address(console: Console, span: str, seen: bool) -> None:
    ask_before(console, days=20)
    tab = console.open(PAGE, PRODUCT, range=span)
    assert not tab.exception
    assert bool(tab.metric) is seen


def test_an_empty_range_leads_to_where_the_questions_are(console: Console) -> None:
    ask_before(console, days=200)
    tab = console.open(PAGE, PRODUCT)
    assert "No question was asked in this time." in tab.info[0].value
    button: Any = tab.get_by_key("m-around")
    button.click().run()
    assert tiles(tab)["Turns"] == "1"


def test_filtered_to_nothing_offers_to_clear_the_filters(console: Console) -> None:
    console.ask()
    tab = console.open(PAGE, PRODUCT, outcome="hit")
    assert "No question of this time passes the filters." in tab.info[0].value
    button: Any = tab.get_by_key("m-empty")
    button.click().run()
    assert tiles(tab)["Turns"] == "1"
    assert "outcome" not in tab.query_params


def test_filters_are_chosen_shown_and_taken_away(console: Console) -> None:
    console.ask(QUESTION, TRAINER)
    console.ask(QUESTION, ADMIN)
    tab = choose(console.open(PAGE, PRODUCT), "m-outcome", ["hit"])
    assert tab.query_params["outcome"] == "hit"
    assert tiles(tab)["Turns"] == "1"
    chip: Any = tab.get_by_key("m-without-outcome")
    assert chip.label == "outcome: cached"
    chip.click().run()
    assert tiles(tab)["Turns"] == "2"


def test_a_view_is_saved_opened_and_deleted(console: Console) -> None:
    console.ask()
    tab = console.open(PAGE, PRODUCT, range="30d", part="traffic")
    tab.text_input[0].set_value("My month")
    [save] = [button for button in tab.button if button.label == "Save"]
    save.click().run()
    assert not tab.exception
    (view,) = console.services.views.listing(console.actor(PRODUCT))
    assert (view.name, dict(view.query)["range"]) == ("My month", ("30d",))
    fresh = console.open(PAGE, PRODUCT)
    opener: Any = fresh.get_by_key(f"view-{view.id}")
    opener.click().run()
    assert fresh.query_params["part"] == "traffic"
    assert "chart-outcomes" in charts(fresh)
    forget: Any = fresh.get_by_key(f"forget-{view.id}")
    forget.click().run()
    assert not console.services.views.listing(console.actor(PRODUCT))


def test_a_bad_name_is_said(console: Console) -> None:
    tab = console.open(PAGE, PRODUCT)
    [save] = [button for button in tab.button if button.label == "Save"]
    save.click().run()
    assert "Give the view a name." in tab.error[0].value


def test_what_cannot_be_read_is_said_with_what_to_do(console: Console) -> None:
    tab = console.open(PAGE, PRODUCT)
    console.services.database.engine.dispose()
    with console.services.database.begin() as session:
        session.connection().exec_driver_sql("DROP TABLE rollup_state")
    tab.run()
    assert "The figures could not be read." in tab.error[0].value
    assert tab.get_by_key("m-again")


def test_trainers_are_refused(console: Console) -> None:
    tab = console.reach("product/monitoring.py", TRAINER)
    assert "needs the role product manager" in tab.error[0].value
