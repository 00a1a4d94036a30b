"""What a person does on the chat page, as functions."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect


def settled(page: Page) -> Page:
    """Wait until the page shows only what its last run has put there."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    return page


def reload_until(page: Page, done: Callable[[], bool]) -> None:
    """Load the page again until the job that counts, which runs three times a minute, has come by."""
    for _ in range(15):
        page.reload()
        expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
        for _ in range(6):  # as a person does, who looks at a page for a while
            if settled(page) and done():
                return
            page.wait_for_timeout(500)
    raise AssertionError(f"the job did not come by; the page says: {page.get_by_test_id('stMain').inner_text()}")


def until_seen(act: Callable[[], object], wanted: Locator) -> None:
    """Act until something is seen, as a person does whose click fell on a page that was just being drawn anew."""
    for _ in range(4):
        act()
        try:
            expect(wanted).to_be_visible(timeout=10_000)
        except AssertionError:
            continue
        return
    expect(wanted).to_be_visible()


def ask(page: Page, question: str) -> Locator:
    """Ask, wait for the end of the answer, and return it."""
    settled(page)
    before = answers(page).count()
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    answer = answers(page).nth(before)
    expect(
        answer.get_by_role("button", name="Regenerate").or_(answer.get_by_role("button", name="Get a fresh"))
    ).to_be_visible()
    return answer


def answers(page: Page) -> Locator:
    """Every answer on the page, oldest first."""
    return page.get_by_role("group", name="Chat message from assistant")


def questions(page: Page, text: str) -> Locator:
    """The questions on the page that hold a text."""
    return page.get_by_role("group", name="Chat message from user").filter(has_text=text)


def badge(answer: Locator) -> Locator:
    """The badge that says where an answer came from."""
    return answer.locator(".stMarkdownBadge")


def why(answer: Locator) -> Locator:
    """What stands beside the badge of a cached answer: why it was served."""
    beside = answer.get_by_test_id("stHorizontalBlock").filter(has=answer.page.locator(".stMarkdownBadge"))
    return beside.get_by_test_id("stCaptionContainer")


def text_of(answer: Locator) -> str:
    """What an answer says."""
    return answer.get_by_test_id("stMarkdown").first.inner_text()


def new_chat(page: Page) -> Page:
    """Begin another conversation."""
    settled(page).get_by_role("button", name="New chat").click()
    expect(page.get_by_text("What would you like to know?")).to_be_visible()
    expect(answers(page)).to_have_count(0)
    return settled(page)


def vote_down(answer: Locator) -> None:
    """Vote an answer down, and see that it was taken."""
    answer.get_by_role("radio", name="Thumbs down").click()
    expect(answer.page.get_by_text("You will not get this answer again").first).to_be_visible()
