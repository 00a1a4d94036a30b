"""What an admin does on the cache page, as functions.

Tables are drawn on a canvas: a row is clicked by its place, and read from the table that the canvas holds for readers
of screens, which a browser's roles do not reach.
"""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat import settled

ROW = 35
"""Pixels of a row of the list, and of its head."""


def show_only(page: Page, only: str = "All", words: str = "") -> Page:
    """Choose a filter and search."""
    settled(page).get_by_role("radio", name=only, exact=True).click()
    box = settled(page).get_by_placeholder("Search questions and answers")
    box.fill(words)
    box.press("Enter")
    return settled(page)


def listed(page: Page) -> Locator:
    """The first questions of the listed entries."""
    return page.get_by_test_id("stDataFrame").first.locator('tbody td[aria-colindex="1"]')


def choose_entry(page: Page, question: str) -> None:
    """Search for the entry of a question and choose it."""
    settled(page)
    box = page.get_by_placeholder("Search questions and answers")
    box.fill(question)
    box.press("Enter")
    expect(listed(settled(page))).to_have_text([question])
    page.get_by_test_id("stDataFrame").first.locator(".dvn-scroller").click(position={"x": 15, "y": ROW * 3 // 2})
    expect(page.get_by_role("heading", name=question)).to_be_visible()


def history_of(page: Page) -> list[tuple[str, str]]:
    """Open the history of the chosen entry; return what happened and the evidence, newest first."""
    settled(page).get_by_role("tab", name="History").click()
    table = page.get_by_role("tabpanel").get_by_test_id("stDataFrame")
    expect(table.locator("th")).to_have_text(["When", "What", "Who", "Evidence"])
    return [(what, evidence) for _, what, _, evidence in rows_of(table)]


def rows_of(table: Locator) -> list[list[str]]:
    """Return the cells of every row of a table, which holds only those rows that its window shows: it is scrolled."""
    scroller = table.locator(".dvn-scroller")
    count = int(table.locator("table").get_attribute("aria-rowcount") or 0) - 1
    read: dict[int, list[str]] = {}
    while True:
        for row in table.locator("tbody tr").all():
            read[int(row.get_attribute("aria-rowindex") or 0)] = row.locator("td").all_text_contents()
        if len(read) >= count:
            return [read[place] for place in sorted(read)]
        shown = table.locator("tbody tr").last.get_attribute("aria-rowindex")
        scroller.evaluate(f"element => element.scrollTo(0, {ROW} * ({shown} - 1))")
        expect(table.locator(f'tbody tr[aria-rowindex="{int(shown or 0) + 1}"]')).to_be_attached()


def quarantine(page: Page, why: str) -> None:
    """Take the chosen entry out of service."""
    settled(page).get_by_role("button", name="Quarantine", exact=True).click()
    page.get_by_label("Why?").fill(why)
    page.get_by_role("button", name="Quarantine for all").click()
    expect(settled(page).get_by_text("It waits for you")).to_be_visible()
