"""A product manager finds a conversation, reads its story and works on it, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.cache_desk import ROW
from tests.e2e.chat import ask, new_chat, settled, vote_down
from tests.e2e.conftest import Server

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]
ASKED, OTHER = "How do I do a pistol squat at noon?", "How do I do a pull-up?"


@pytest.fixture(scope="module")
def archive_server(make_server: Callable[..., Server]) -> Server:
    """A server whose conversations are those of this test."""
    return make_server()


def listed(page: Page) -> list[str]:
    """The questions in the list, newest first."""
    table = settled(page).get_by_test_id("stDataFrame").first
    expect(table.locator("tbody tr").first).to_be_attached()
    return [row.locator("td").nth(1).inner_text() for row in table.locator("tbody tr").all()]


def choose(page: Page, place: int) -> None:
    """Click a question, anywhere in its row: tables are drawn on a canvas, so that it is clicked by its place."""
    settled(page).get_by_test_id("stDataFrame").first.locator(".dvn-scroller").click(
        position={"x": 250, "y": ROW * 3 // 2 + ROW * place}
    )
    expect(settled(page).get_by_role("button", name="Back to the list")).to_be_visible()


def title(page: Page) -> Locator:
    """The title of the conversation that is open."""
    return page.get_by_test_id("stMain").get_by_role("heading", level=3)


def test_a_disliked_turn_is_found_read_marked_and_answered_better(new_page: NewPage, archive_server: Server) -> None:
    trainer = new_page("Tess", at=archive_server)
    ask(trainer, OTHER)
    vote_down(ask(trainer, ASKED))

    page = new_page("Paula", "Product manager", at=archive_server, path="/conversations")
    assert listed(page) == [ASKED, OTHER]
    assert "Tess" not in page.get_by_test_id("stMain").inner_text()
    page.get_by_role("button", name="thumb down").click()
    expect(settled(page).get_by_text("1 turn, newest first")).to_be_visible()
    assert "vote=down" in page.url
    choose(page, 0)
    expect(page.get_by_text("2 turns, oldest first")).to_be_visible()
    for tab, said in (("Why", "The cache was not asked"), ("Time and cost", "Whole answer"), ("Sources", "guidance")):
        page.get_by_role("tab", name=tab).last.click()
        if tab != "Sources":
            expect(page.get_by_text(said).last).to_be_visible()
    page.get_by_role("tab", name="Editors").last.click()
    page.get_by_role("button", name="Regression set").last.click()
    page.get_by_label("Why?").fill("Odd wording")
    page.get_by_role("button", name="Mark for regression set").click()
    expect(settled(page).get_by_role("button", name="Regression set: undo")).to_be_attached()

    view = page.url
    other = new_page("Ada", "Admin", at=archive_server, path=view.removeprefix(archive_server.url))
    expect(other.get_by_text("2 turns, oldest first")).to_be_visible()
    other.get_by_role("button", name="Back to the list").click()
    assert listed(other) == [ASKED]


def test_one_reads_on_and_the_browser_leads_back_the_same_way(new_page: NewPage, archive_server: Server) -> None:
    trainer = new_page("Rita", at=archive_server)
    asked = ["How do I do a push-up?", "How do I do a squat?", "How do I do a plank?"]
    for one in asked:
        ask(new_chat(trainer), one)
    page = new_page("Paula", "Product manager", at=archive_server, path="/conversations")
    newest = listed(page)[:3]
    assert newest == asked[::-1]
    choose(page, 0)
    expect(title(page)).to_have_text(newest[0])
    for one in newest[1:]:
        page.get_by_role("button", name="Next").click()
        expect(title(page)).to_have_text(one)
    page.keyboard.press("p")
    expect(title(page)).to_have_text(newest[1])
    page.go_back()
    expect(title(page)).to_have_text(newest[2])
    page.go_back()
    expect(title(page)).to_have_text(newest[1])
    page.go_back()
    expect(title(page)).to_have_text(newest[0])
    page.go_back()
    expect(title(page)).to_have_count(0)
    assert listed(page)[:3] == newest
    page.go_forward()
    expect(title(page)).to_have_text(newest[0])


def test_an_opened_answer_is_in_sight_and_what_is_typed_there_leads_nowhere(
    new_page: NewPage, archive_server: Server
) -> None:
    trainer = new_page("Lena", at=archive_server)
    for count in range(1, 7):
        ask(trainer, f"How do I do {count} lunges?")
    page = new_page("Paula", "Product manager", at=archive_server, path="/conversations")
    page.set_viewport_size({"width": 1280, "height": 800})
    choose(page, 0)
    answer = page.get_by_role("tabpanel").filter(visible=True)
    expect(answer).to_have_count(1)
    expect(answer).to_be_in_viewport(ratio=0.1)
    page.get_by_role("tab", name="Editors").filter(visible=True).click()
    box = page.get_by_label("A better answer").filter(visible=True)
    box.press_sequentially("Not now, perhaps")
    expect(title(settled(page))).to_have_text("How do I do 6 lunges?")
    expect(box).to_have_value("Not now, perhaps")


def test_the_reader_has_the_times_of_their_own_clock(product_page: NewPage, archive_server: Server) -> None:
    page = product_page(archive_server, "/conversations?since=2026-01-01T00:00:00%2B00:00", zone="Asia/Tokyo")
    expect(page.get_by_text("asked from 01 Jan 2026, 09:00")).to_be_visible()
    page.get_by_text("More filters").click()
    expect(page.get_by_text("Asked from (Asia/Tokyo)")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_narrow_window_and_says_when_nothing_is_found(
    new_page: NewPage, archive_server: Server, scheme: str
) -> None:
    trainer = new_page("Nina", at=archive_server)
    ask(trainer, OTHER)
    page = new_page("Paula", "Product manager", at=archive_server, path="/conversations?q=zebra")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 800})
    expect(settled(page).get_by_text("No turn matches these filters")).to_be_visible()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    page.get_by_role("button", name="Clear all filters").click()
    expect(settled(page).get_by_text("newest first")).to_be_visible()
    assert "q=" not in page.url
