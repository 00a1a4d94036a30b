"""A trainer's way through the chat, in a real browser on a real server."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chat import answers, ask, badge, questions, settled
from tests.e2e.conftest import Server

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]
WELCOME = "What would you like to know?"


def test_an_answer_comes_with_its_sources(new_page: NewPage) -> None:
    page = new_page("Sofia")
    answer = ask(page, "How do I do a diamond push-up?")
    expect(answer).to_contain_text("Diamond push-up")
    expect(badge(answer)).to_contain_text("fresh")
    answer.get_by_text(re.compile(r"Sources \(\d\)")).click()
    expect(answer.get_by_text(re.compile("exercise$")).first).to_be_visible()


def test_a_paraphrase_is_cached_and_an_opposite_is_not(new_page: NewPage) -> None:
    page = new_page("Paul")
    ask(page, "Show me how to do an archer push-up")
    same = ask(page, "What is the right way to do an archer push-up?")
    expect(badge(same)).to_contain_text("cached")
    other = ask(page, "What is the right way to do an archer pull-up?")
    expect(badge(other)).to_contain_text("fresh")


def test_a_thumb_down_with_a_reason_is_kept_and_hides_the_answer(new_page: NewPage) -> None:
    page = new_page("Thea")
    question = "How much protein do I need to build muscle?"
    answer = ask(page, question)
    answer.get_by_role("radio", name="Thumbs down").click()
    answer.get_by_role("button", name="outdated").click()
    answer.get_by_label("Comment").fill("There is newer guidance.")
    answer.get_by_role("button", name="Save").click()
    expect(page.get_by_text("You will not get this answer again").first).to_be_visible()
    shown = answer.get_by_test_id("stMarkdown").first.inner_text()
    again = ask(page, question)
    expect(again.get_by_test_id("stMarkdown").first).not_to_have_text(shown)
    page.get_by_role("link", name="My feedback").click()
    expect(page.get_by_text("This answer is not shown to you again.")).to_be_visible()
    expect(page.get_by_text("outdated")).to_be_visible()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("You have not voted yet.")).to_be_visible()


def test_a_reload_shows_the_same_conversation(new_page: NewPage) -> None:
    page = new_page("Rita")
    ask(page, "How much water should I drink when I train?")
    page.reload()
    expect(questions(page, "How much water should I drink")).to_be_visible()
    expect(answers(page)).to_have_count(1)


def test_conversations_are_searched_renamed_and_deleted(new_page: NewPage) -> None:
    page = new_page("Klaus")
    ask(page, "How do I do a chin-up?")
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_text(WELCOME)).to_be_visible()
    expect(answers(page)).to_have_count(0)
    ask(page, "How do I do a bench dip?")
    listed = page.get_by_test_id("stSidebar")
    expect(listed.get_by_role("button", name="How do I do a chin-up?")).to_be_visible()
    page.get_by_label("Search chats").fill("chin-up")
    page.get_by_label("Search chats").press("Enter")
    expect(listed.get_by_role("button", name="How do I do a bench dip?")).to_have_count(0)
    listed.get_by_role("button", name="How do I do a chin-up?").click()
    expect(page.get_by_role("heading", name="How do I do a chin-up?")).to_be_visible()
    page.get_by_role("button", name="more_vert").click()
    expect(page.get_by_label("Title")).to_have_count(1)  # until the run ends, the last chat's is there too
    page.get_by_label("Title").fill("Pulling day")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="Pulling day")).to_be_visible()
    settled(page).get_by_text("Yes, delete it for good").click()
    settled(page).get_by_role("button", name="Delete").click()
    expect(page.get_by_text(WELCOME)).to_be_visible()


def test_another_user_sees_nothing_of_it(new_page: NewPage) -> None:
    mine = new_page("Olga")
    ask(mine, "How do I do a ring row?")
    theirs = new_page("Otto")
    theirs.goto(mine.url)
    expect(theirs.get_by_text("There is no such conversation")).to_be_visible()
    expect(theirs.get_by_role("button", name="How do I do a ring row?")).to_have_count(0)


def test_a_suggestion_is_asked_with_one_click(new_page: NewPage) -> None:
    page = new_page("Nina")
    page.get_by_text("How do I do a push-up?").click()
    expect(questions(page, "How do I do a push-up?")).to_be_visible()
    expect(answers(page)).to_have_count(1)


def test_a_fresh_answer_can_always_be_had(new_page: NewPage) -> None:
    page = new_page("Fritz")
    ask(page, "How do I do a towel pull-up?")
    cached = ask(page, "how do i do a towel pull-up")
    cached.get_by_role("button", name="Get a fresh answer").click()
    expect(badge(answers(page).nth(1))).to_contain_text("fresh")
    expect(answers(page)).to_have_count(2)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("🏋️🏃💪", "Write the question in words"),
        ("a" * 10_000, "2,000 are the most"),
    ],
    ids=["only emoji", "too long"],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(new_page: NewPage, question: str, sentence: str) -> None:
    page = new_page("Bert")
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(question)
    box.press("Enter")
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled()


def test_markup_in_a_question_is_only_text(new_page: NewPage) -> None:
    page = new_page("Mallory")
    asked = (
        "How do I do a push-up? <img src=x onerror=alert(1)> ![p](https://example.org/p.png) [l](https://example.org) "
        "https://example.org www.example.org mail@example.org"
    )
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    ask(page, asked)
    chat = page.get_by_test_id("stChatMessage")
    expect(chat.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    expect(chat.locator("img[src*='example.org'], a[href*='example'], img[src='x']")).to_have_count(0)


def test_pregnancy_and_emergencies_get_a_notice(new_page: NewPage) -> None:
    page = new_page("Petra")
    expect(ask(page, "Is it safe to exercise during pregnancy?").get_by_text("doctor or midwife")).to_be_visible()
    urgent = ask(page, "I have chest pain when I do push-ups")
    expect(urgent.get_by_text("call your local emergency number")).to_be_visible()


def test_off_topic_is_said(new_page: NewPage) -> None:
    page = new_page("Odin")
    expect(ask(page, "Who won the chess championship in Reykjavik?")).to_contain_text(
        "I found nothing in the workout library"
    )


@pytest.mark.parametrize("path", ["/monitoring", "/releases", "/frame", "/admin/releases"])
def test_a_trainer_is_refused_the_pages_of_other_roles(new_page: NewPage, server: Server, path: str) -> None:
    page = new_page("Tom", path=path)
    if path.count("/") == 1:
        expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
    expect(page.get_by_text("Configuration in force")).to_have_count(0)
    expect(page.get_by_role("link", name="Monitoring")).to_have_count(0)
    assert "Traceback" not in server.log
