"""What a product manager finds on the drift page, in a browser."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.database import Database
from core.monitoring.bulk import write
from tests.e2e.chat import reload_until, settled, until_seen
from tests.e2e.conftest import Server
from tests.e2e.traffic import turn
from tests.standins.inbox import Webhooks
from tests.standins.server import serving

pytestmark = pytest.mark.browser
DAYS, AN_HOUR, BAD_HOURS = 40, 15, 44
"""How long the past is, about how many questions an hour has, and since when most of them are misses."""


@pytest.fixture(scope="module")
def webhooks() -> Webhooks:
    return Webhooks()


@pytest.fixture(scope="module")
def drifted(make_server: Callable[..., Server], webhooks: Webhooks) -> Iterator[Server]:
    """A server on which three of ten questions missed for weeks, and six of ten since two days."""
    with serving(webhooks.app) as url:
        server = make_server(COACH_ALERT_URLS=url.replace("http://", "json://") + "/drift")
        with closing(Database(f"sqlite:///{server.data / 'var' / 'coach.db'}")) as database:
            write(database, turns=past(datetime.now(UTC).replace(minute=0, second=0, microsecond=0)))
        yield server


@pytest.fixture
def page(product_page: Callable[..., Page], drifted: Server) -> Page:
    opened: Page = product_page(drifted, "/drift")
    return opened


def past(now: datetime) -> list[dict[str, Any]]:
    dice = random.Random(3)
    turns = []
    for ago in range(DAYS * 24, 0, -1):
        misses = 0.6 if ago <= BAD_HOURS else 0.3
        for number in range(dice.randrange(AN_HOUR - 5, AN_HOUR + 6)):
            at = now - timedelta(hours=ago, seconds=-60 * number)
            turns.append(turn("default", f"user-{dice.randrange(80)}", at, hit=dice.random() > misses))
    return turns


def part(page: Page, name: str) -> Page:
    page.get_by_role("radio", name=name, exact=True).click()
    return settled(page)


def test_1_without_a_reference_it_says_what_is_missing_and_one_is_frozen(page: Page) -> None:
    expect(page.get_by_text("Not enough data").first).to_be_visible()
    part(page, "Reference")
    expect(page.get_by_text("There is no reference yet")).to_be_visible()
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("reason").last).to_be_visible()
    fields = page.get_by_test_id("stDateInputField").get_by_role("spinbutton")
    days = [datetime.now(UTC) - timedelta(days=ago) for ago in (38, 10)]
    for field, text in zip(fields.all(), [part for day in days for part in f"{day:%Y %m %d}".split()], strict=True):
        field.click()
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.get_by_label("Reason").fill("Four calm weeks.")
    page.get_by_role("button", name="Freeze").click()
    expect(page.get_by_text("The reference is frozen.")).to_be_visible()


def test_2_it_says_since_when_misses_run_high_and_what_to_do(page: Page) -> None:
    says = page.get_by_text(re.compile(r"Since .+, misses run at \d+ % where \d+ % is usual")).first
    reload_until(page, says.is_visible)
    expect(page.get_by_text(re.compile("Misses: (drift|confirmed)"))).to_be_visible()
    expect(page.get_by_text(re.compile("refresh", re.IGNORECASE)).first).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_contain_text("✖")  # the alarm's mark


def test_3_what_if_replays_another_rule_on_the_same_past(page: Page) -> None:
    part(page, "What if")
    expect(page.get_by_text("Nothing is changed, and nobody is told.")).to_be_visible()
    rules = page.get_by_test_id("stDataFrame").first.locator('tbody td[aria-colindex="1"]')
    expect(rules).to_have_text(["this product's", "legacy rule: rate of a day"])
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()


def test_4_a_report_is_made_by_looking_back_and_taken_away(page: Page, tmp_path: Path) -> None:
    part(page, "Reports")
    page.get_by_text("Look back: when would alarms have come?").click()
    replay = settled(page).get_by_test_id("stFormSubmitButton").get_by_role("button")
    until_seen(replay.click, page.get_by_text("A replay: alarms would have come for misses on").first)
    page.reload()
    settled(page).get_by_test_id("stDataFrame").first.locator(".dvn-scroller").click(position={"x": 15, "y": 52})
    with page.expect_download() as taken:
        page.get_by_role("button", name="JSON").click()
    report = json.loads(Path(taken.value.path()).read_text(encoding="utf-8"))
    assert report["sentence"]
    with page.expect_download() as taken:
        page.get_by_role("button", name="HTML").click()
    assert report["sentence"] in Path(taken.value.path()).read_text(encoding="utf-8")


def test_5_a_test_alert_goes_to_every_channel(page: Page, webhooks: Webhooks) -> None:
    part(page, "Alerts")
    page.get_by_role("button", name="Send a test to every channel").click()
    expect(page.get_by_text(": sent.")).to_be_visible()
    assert any("test" in json.dumps(body).lower() for body in webhooks.bodies)


def test_6_the_levels_are_shown_as_the_table_that_is_in_force(page: Page) -> None:
    part(page, "Levels")
    for level in ("watch", "drift", "confirmed", "critical"):
        expect(page.get_by_role("table").get_by_text(level, exact=True).first).to_be_visible()


@pytest.mark.parametrize(
    ("width", "theme"), [(390, "dark"), (1280, "dark"), pytest.param(390, "light", marks=pytest.mark.slow)]
)
def test_7_nothing_overflows(product_page: Callable[..., Page], drifted: Server, width: int, theme: str) -> None:
    page = product_page(drifted, "/drift", width=width, theme=theme)
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert page.get_by_test_id("stMain").evaluate("one => one.scrollWidth - one.clientWidth") <= 1
