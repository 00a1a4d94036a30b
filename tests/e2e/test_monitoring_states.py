"""What the monitoring page says when there is nothing to draw, or not all of it can be relied on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.database import Database
from core.monitoring.bulk import write
from tests.e2e.chat import reload_until
from tests.e2e.conftest import Server
from tests.e2e.traffic import turn, vote

pytestmark = pytest.mark.browser
ProductPage = Callable[..., Page]
RunSql = Callable[[str], object]
UNCOUNTED = (
    "CREATE TRIGGER uncounted BEFORE INSERT ON rollups BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
)


@pytest.fixture(scope="module")
def quiet_server(make_server: Callable[..., Server]) -> Server:
    """A server that nobody has asked anything; each test goes on where the one before stopped."""
    return make_server()


@pytest.fixture
def page(product_page: ProductPage, quiet_server: Server) -> Page:
    opened: Page = product_page(quiet_server, "/monitoring?range=30d")
    return opened


@pytest.fixture
def run_sql(quiet_server: Server) -> Iterator[RunSql]:
    """Changes the database beside the server, as an accident would."""
    with closing(sqlite3.connect(quiet_server.data / "var" / "coach.db", timeout=60, isolation_level=None)) as opened:
        yield opened.execute


def add(server: Server, count: int, ago: timedelta) -> list[dict[str, Any]]:
    """Write turns of a time as imports write them."""
    turns = [turn("default", f"user-{number}", datetime.now(UTC) - ago, hit=number % 2 == 0) for number in range(count)]
    with closing(Database(f"sqlite:///{server.data / 'var' / 'coach.db'}")) as database:
        write(database, turns=turns, votes=[vote(one, up=True) for one in turns[:3]])
    return turns


def test_1_no_data_yet_says_what_to_do(page: Page) -> None:
    expect(page.get_by_text("Nobody has asked anything yet")).to_be_visible()
    page.get_by_role("link", name="Go to the chat").click()
    expect(page.get_by_text("What would you like to know?")).to_be_visible()


def test_2_a_few_votes_are_said_to_be_too_few(page: Page, quiet_server: Server) -> None:
    add(quiet_server, 200, timedelta(minutes=1))
    reload_until(page, lambda: page.get_by_test_id("stMetric").first.is_visible())
    expect(page.get_by_text("too few to say: 0.0–56.1 % of 3")).to_be_visible()


def test_3_a_time_without_questions_offers_the_newest(
    page: Page, product_page: ProductPage, quiet_server: Server
) -> None:
    empty = product_page(quiet_server, "/monitoring?range=dates&from=2024-01-01&to=2024-01-07")
    expect(empty.get_by_text("No question was asked in this time.")).to_be_visible()
    empty.get_by_role("button", name="Show the week up to it").click()
    expect(empty.locator(".js-plotly-plot .main-svg").first).to_be_visible()


def test_4_figures_that_lag_say_since_when_and_why(page: Page, quiet_server: Server, run_sql: RunSql) -> None:
    run_sql(UNCOUNTED)
    add(quiet_server, 40, timedelta(minutes=30))
    page.reload()
    stale = page.get_by_text("These figures are stale since")
    expect(stale).to_contain_text("43 events wait to be counted")
    expect(stale).to_contain_text("monitoring.rollup")
    run_sql("DROP TRIGGER uncounted")
    reload_until(page, lambda: page.get_by_text("Read at").is_visible() and not stale.is_visible())


def test_5_an_error_says_that_nothing_is_lost_and_trying_again_helps(page: Page, run_sql: RunSql) -> None:
    run_sql("ALTER TABLE rollups RENAME TO elsewhere")
    page.reload()
    expect(page.get_by_text("The figures could not be read.")).to_be_visible()
    expect(page.get_by_text("Nothing is lost")).to_be_visible()
    run_sql("ALTER TABLE elsewhere RENAME TO rollups")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
