from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import update
from streamlit.testing.v1 import AppTest

from core.feedback.model import Thumb, Vote
from core.monitoring.model import hour_of
from core.monitoring.records import TurnEvent
from tests.pages.console import ADMIN, PRODUCT, QUESTION, TRAINER, Console

PAGE = "product/monitoring.py"


def numbers(tab: AppTest) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in tab.metric}


def charts(tab: AppTest) -> set[str]:
    return {str(chart.key) for chart in tab.get("plotly_chart")}


def choose(tab: AppTest, span: str) -> AppTest:
    control: Any = tab.get("segmented_control")[0]
    control.set_value(span).run()
    assert not tab.exception
    return tab


def turn_back(console: Console, **span: float) -> None:
    """Let everything have been asked earlier."""
    at = console.services.clock.now() - timedelta(**span)
    with console.services.database.begin() as session:
        session.exec(update(TurnEvent).values(at=at, hour=hour_of(at)))


@pytest.mark.parametrize("email", [PRODUCT, ADMIN])
def test_without_questions_it_says_what_to_do(console: Console, email: str) -> None:
    tab = console.open(PAGE, email)
    assert "No question was asked in this time." in tab.info[0].value
    assert [link.value for link in tab.page_link] == ["Go to the chat"]
    assert not tab.metric
    assert "Freeletics" in tab.sidebar.caption[-1].value


def test_it_counts_questions_hits_and_thumbs_of_all(console: Console) -> None:
    console.ask(QUESTION, TRAINER)
    turn = console.ask(QUESTION, ADMIN)
    console.services.voting.vote(console.actor(ADMIN), turn.id, Vote(Thumb.DOWN))
    shown = numbers(console.open(PAGE, PRODUCT))
    assert shown["Questions"] == ("2", "")
    assert shown["Answered from cache"] == ("50 %", "95 %: 9–91 % of 2")
    assert shown["Disliked"] == ("100 %", "95 %: 21–100 % of 1")
    assert all(shown[name][0].endswith("ms") for name in ("Cached answer", "Fresh answer"))


def test_it_draws_four_charts(console: Console) -> None:
    turn = console.ask()
    console.services.voting.vote(console.actor(), turn.id, Vote(Thumb.UP))
    assert charts(console.open(PAGE, PRODUCT)) == {"outcomes", "hit-rate", "thumbs", "latency"}


@pytest.mark.parametrize(("span", "bars"), [("24 hours", 25), ("7 days", 8), ("30 days", 31), ("90 days", 91)])
def test_a_day_is_drawn_by_the_hour_and_longer_ranges_by_the_day(console: Console, span: str, bars: int) -> None:
    console.ask()
    tab = choose(console.open(PAGE, PRODUCT), span)
    outcomes: Any = tab.get_by_key("outcomes")
    assert [len(one["x"]) for one in json.loads(outcomes.proto.spec)["data"]] == [bars] * 3


def test_without_votes_it_says_so_in_place_of_the_chart(console: Console) -> None:
    console.ask()
    tab = console.open(PAGE, PRODUCT)
    assert "Nobody voted in this time." in tab.info[0].value
    assert charts(tab) == {"outcomes", "hit-rate", "latency"}
    assert numbers(tab)["Disliked"] == ("–", "no data yet")
    assert numbers(tab)["Cached answer"][0] == "–"


@pytest.mark.parametrize(("days", "seen"), [(0.5, "24 hours"), (5, "7 days"), (20, "30 days"), (80, "90 days")])
def test_a_longer_range_shows_what_is_further_back(console: Console, days: float, seen: str) -> None:
    console.ask()
    turn_back(console, days=days)
    tab = console.open(PAGE, PRODUCT)
    spans = ["24 hours", "7 days", "30 days", "90 days"]
    shown = [bool(choose(tab, span).metric) for span in spans]
    assert shown == [span in spans[spans.index(seen) :] for span in spans]


@pytest.mark.parametrize(("span", "seen"), [("24 hours", False), ("30 days", True), ("nonsense", False)])
def test_the_range_comes_from_the_address(console: Console, span: str, seen: bool) -> None:
    console.ask()
    turn_back(console, days=20)
    tab = console.open(PAGE, PRODUCT, range=span)
    assert not tab.exception
    assert bool(tab.metric) is seen


def test_long_times_are_told_in_seconds(console: Console) -> None:
    console.ask()
    with console.services.database.begin() as session:
        session.exec(update(TurnEvent).values(total_ms=12_340.0))
    assert numbers(console.open(PAGE, PRODUCT))["Fresh answer"][0] == "12.3 s"
