"""What a product manager does on the monitoring page, in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks import page as benchmark
from core.database import Database
from tests.e2e.chat import settled, until_seen
from tests.e2e.conftest import Server
from tests.e2e.traffic import BAD_DAYS_AGO, fill

pytestmark = pytest.mark.browser
BAD = 9
"""The place of the bad day among the last fourteen."""


@pytest.fixture(scope="module")
def watched(make_server: Callable[..., Server]) -> Server:
    """A server with two weeks of turns."""
    server = make_server()
    with closing(Database(f"sqlite:///{server.data / 'var' / 'coach.db'}")) as database:
        fill(database, "default", datetime.now(UTC))
    return server


@pytest.fixture
def look(product_page: Callable[..., Page], watched: Server) -> Callable[..., Page]:
    """Opens the page of a product manager, and waits for its charts."""

    def open_page(query: str = "range=30d", **window: Any) -> Page:
        page = product_page(watched, f"/monitoring?{query}", **window)
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=60_000)
        return settled(page)

    return open_page


def chart(page: Page, key: str) -> Locator:
    return page.locator(f".st-key-chart-{key} .js-plotly-plot")


def points(page: Page, key: str) -> Locator:
    return chart(page, key).locator(".scatterlayer .trace .points path")


def click_point(page: Page, key: str, place: int) -> None:
    box = points(page, key).nth(place).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] - 20, box["y"] + 10)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    expect(chart(page, key).locator(".hoverlayer .hovertext, .hoverlayer .legend")).not_to_have_count(0)
    page.mouse.down()
    page.mouse.up()


def test_from_a_spike_to_its_conversations_in_two_clicks(look: Callable[..., Page]) -> None:
    page = look("range=dates&from={}&to={}".format(*_fortnight()))
    link = page.get_by_role("link", name=re.compile(r"See the \d+ disliked"))
    until_seen(lambda: click_point(page, "dislike-rate", BAD), link)
    link.click()
    page.wait_for_url("**/conversations?**")
    assert re.search(r"since=.+&until=.+", page.url)
    assert "vote=down" in page.url


def drag(page: Page, key: str, start: float, end: float) -> None:
    """Drag over a part of a chart, with nothing chosen before."""
    box = chart(page, key).locator(".nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * start, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, box["y"] + 80, steps=5)
    page.mouse.up()


def test_a_dragged_range_can_be_zoomed_into_and_the_way_back_leads_back(look: Callable[..., Page]) -> None:
    page = look()
    drag(page, "hit-rate", 0.7, 0.9)
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_url("**range=dates**")
    page.go_back()
    expect(page.get_by_role("radio", name="30 days")).to_be_checked()


def test_a_drag_selects_days_and_a_click_one_of_them_and_a_double_click_none(look: Callable[..., Page]) -> None:
    page = look("range=dates&from={}&to={}".format(*_fortnight()))
    selected = page.get_by_text("Selected: ")
    several, one = selected.filter(has_text="–"), selected.filter(has_not_text="–")
    until_seen(lambda: drag(page, "dislike-rate", 0.1, 0.4), several)
    until_seen(lambda: click_point(page, "dislike-rate", BAD), one)
    until_seen(lambda: drag(page, "dislike-rate", 0.5, 0.8), several)
    until_seen(lambda: click_point(settled(page), "dislike-rate", BAD - 7), one)
    settled(page)
    box = points(page, "dislike-rate").nth(BAD - 7).bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"], box["y"] + 5)
    expect(selected).to_have_count(0)


def test_a_long_line_carries_no_signs_and_is_selected_from_all_the_same(look: Callable[..., Page]) -> None:
    page = look("range=90d")
    assert points(page, "hit-rate").count() < 10
    selected = page.get_by_text("Selected: ")
    until_seen(lambda: drag(page, "hit-rate", 0.93, 0.98), selected.filter(has_text="–"))
    expect(page.get_by_role("link", name=re.compile(r"See the [\d,]+ misses"))).to_be_visible()
    box = chart(page, "hit-rate").locator(".nsewdrag").first.bounding_box()
    assert box is not None

    def click() -> None:
        page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 60)
        page.mouse.move(box["x"] + box["width"] * 0.88, box["y"] + 60, steps=4)
        expect(chart(page, "hit-rate").locator(".hoverlayer .legend")).not_to_have_count(0)
        page.mouse.down()
        page.mouse.up()

    until_seen(click, selected.filter(has_not_text="–"))


def test_what_one_waits_for_the_page_is_measured_in_a_browser_that_is_only_watched(
    watched: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark.main(["--url", watched.url, "--address", "range=30d", "--visits", "1", "--first-visits", "1", "--json"])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    took = {row["charts drawn"]: row["p50 ms"] for row in found["rows"]}
    assert set(took) == {"first visit", "later visit", "back from another page", *benchmark.MOVES}
    assert all(100 < ms < 60_000 for ms in took.values())


def test_the_address_holds_the_view_with_its_time_zone(look: Callable[..., Page]) -> None:
    page = look(zone="Asia/Tokyo")
    page.get_by_role("radio", name="90 days").click()
    page.wait_for_url("**range=90d**")
    assert "zone=Asia%2FTokyo" in page.url
    query = page.url.partition("?")[2]
    again = look(query, zone="America/New_York")
    expect(again.get_by_role("radio", name="90 days")).to_be_checked()


def test_what_is_on_screen_can_be_taken_away(look: Callable[..., Page], browser: Browser, tmp_path: Path) -> None:
    page = look()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").first.click()
    head, *rows = Path(taken.value.path()).read_text(encoding="utf-8").splitlines()
    assert head.startswith("start,end,turns")
    assert len(rows) == 30
    with page.expect_download() as taken:
        page.get_by_role("button", name="Weekly digest").click()
    report = tmp_path / "digest.html"
    taken.value.save_as(report)
    assert report.stat().st_size < 5_000_000
    context = browser.new_context(offline=True)
    reader = context.new_page()
    reader.goto(report.as_uri())
    expect(reader.locator("body[data-drawn]")).to_be_attached(timeout=60_000)
    expect(reader.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(reader.get_by_role("heading", name="Hit rate")).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    ("width", "theme"),
    [
        (390, "dark"),
        (1280, "light"),
        pytest.param(390, "light", marks=pytest.mark.slow),
        pytest.param(1280, "dark", marks=pytest.mark.slow),
    ],
)
def test_nothing_overflows_in_a_narrow_window_or_another_theme(
    look: Callable[..., Page], width: int, theme: str
) -> None:
    page = look(width=width, theme=theme)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("one => one.scrollWidth - one.clientWidth") <= 1
    expect(page.get_by_text("Hit rate", exact=True).first).to_be_visible()
    page.get_by_role("radio", name="Tables").click()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()


def test_on_a_telephone_two_tiles_share_a_row_and_nothing_covers_or_cuts_what_is_to_be_read(
    look: Callable[..., Page],
) -> None:
    page = look(width=390)
    first, second, third = (page.get_by_test_id("stMetric").nth(place).bounding_box() for place in range(3))
    assert None not in (first, second, third)
    assert first["y"] == second["y"] < third["y"] < first["y"] + 120
    dates = page.get_by_role("radio", name="Dates").bounding_box()
    assert dates is not None
    assert dates["x"] + dates["width"] <= 390 - 8
    expect(page.locator(".modebar-btn")).to_have_count(0)


def test_filtered_to_nothing_is_a_state_of_its_own(look: Callable[..., Page]) -> None:
    page = look()
    page.goto(page.url + "&outcome=bypass")
    expect(page.get_by_text("No question of this time passes the filters.")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=60_000)


def test_the_bad_day_is_named_above_the_figures_with_the_way_to_it(look: Callable[..., Page]) -> None:
    page = look("range=7d")
    line = page.locator(".st-key-standing-out")
    bad = datetime.now(UTC).date() - timedelta(days=BAD_DAYS_AGO)
    expect(line).to_contain_text(f"{bad:%a} {bad.day} {bad:%b} stands out")
    expect(line.get_by_role("link", name=re.compile(r"Read the \d+ disliked"))).to_have_attribute(
        "href", re.compile(rf"since={bad}T00.*vote=down")
    )
    line.get_by_role("button", name="Show the weeks around").click()
    page.wait_for_url(f"**from={bad - timedelta(days=7)}**")
    line.get_by_role("link", name="disliked").click()
    page.wait_for_url("**/conversations?**")


def _fortnight() -> tuple[str, str]:
    today = datetime.now(UTC).date()
    return (today - timedelta(days=13)).isoformat(), today.isoformat()
