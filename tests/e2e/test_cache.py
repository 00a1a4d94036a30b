"""What the semantic cache does for several people at once, and what an admin sees of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.access.model import Role
from tests.e2e.cache_desk import choose_entry, history_of, listed, quarantine, show_only
from tests.e2e.chat import answers, ask, badge, new_chat, text_of, vote_down, why
from tests.e2e.conftest import Server, sign_in

pytestmark = pytest.mark.browser
Chat = Callable[[str], Page]


@pytest.fixture(scope="module")
def cache_server(make_server: Callable[..., Server]) -> Server:
    """A cache that holds only what is asked here; each test asks about something else."""
    return make_server()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Gives each name a browser context of its own, the same one each time."""
    pages: dict[str, Page] = {}

    def open_window(name: str) -> Page:
        if name not in pages:
            context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
            pages[name] = context.new_page()
        return pages[name]

    yield open_window
    for page in pages.values():
        page.context.close()


@pytest.fixture
def chat(window: Callable[[str], Page], cache_server: Server) -> Chat:
    """Gives a trainer's chat, at the beginning of a conversation."""

    def begin(name: str) -> Page:
        page = window(name)
        if page.url.startswith(cache_server.url):
            return new_chat(page)
        return sign_in(page, cache_server, name)

    return begin


@pytest.fixture
def desk(window: Callable[[str], Page], cache_server: Server) -> Callable[[], Page]:
    """Opens an admin's cache page."""
    return lambda: sign_in(window("Ada"), cache_server, "Ada", Role.ADMIN, "/cache")


def ask_fresh(page: Page, question: str) -> Locator:
    """Ask, and see that the answer is not from the cache."""
    answer = ask(page, question)
    expect(badge(answer)).to_contain_text("fresh")
    return answer


def ask_cached(page: Page, question: str) -> Locator:
    """Ask, and see that the answer is from the cache."""
    answer = ask(page, question)
    expect(badge(answer)).to_contain_text("cached")
    return answer


def test_a_paraphrase_is_cached_and_its_traps_are_not(chat: Chat) -> None:
    first = ask_fresh(chat("Ana"), "How do I do a hammer curl?")
    same = ask_cached(chat("Ben"), "What is the right way to do a hammer curl?")
    expect(badge(same)).to_contain_text(re.compile(r"cached · (just now|1 minute ago)"))
    expect(why(same)).to_have_text("answered “How do I do a hammer curl?”")
    assert text_of(same) == text_of(first)
    again = ask_cached(chat("Ben"), "how do i do a HAMMER  curl")
    expect(why(again)).to_have_text("same question · asked once before")
    for trap in (
        "How do I do a barbell curl?",
        "What should I not do in a hammer curl?",
        "How do I do a hammer curl with a band?",
    ):
        ask_fresh(chat("Ben"), trap)


def test_what_is_safe_for_most_is_not_served_for_pregnancy(chat: Chat) -> None:
    ask_fresh(chat("Ana"), "Is creatine safe?")
    ask_cached(chat("Ben"), "Is it safe to take creatine?")
    for trap in ("Is creatine safe in pregnancy?", "Can pregnant women take creatine?"):
        expect(ask_fresh(chat("Ben"), trap).get_by_text("doctor or midwife").first).to_be_visible()


def test_a_disliked_answer_never_comes_again_for_this_user_only(chat: Chat) -> None:
    asked, paraphrase = "How do I do a lat pulldown?", "What is the right way to do a lat pulldown?"
    bad = text_of(ask(chat("Ana"), asked))
    ben = chat("Ben")
    served = ask_cached(ben, paraphrase)
    assert text_of(served) == bad
    vote_down(served)
    served.get_by_role("button", name="Get a fresh answer").click()
    expect(badge(answers(ben).first)).to_contain_text("fresh")
    expect(answers(ben)).to_have_count(1)
    assert text_of(answers(ben).first) != bad
    for question in (asked, paraphrase, asked):
        assert text_of(ask(chat("Ben"), question)) != bad
    assert text_of(ask_cached(chat("Ana"), asked)) == bad


def test_a_follow_up_and_a_personal_question_bypass_the_cache(chat: Chat, desk: Callable[[], Page]) -> None:
    for name in ("Ana", "Ben"):
        page = chat(name)
        ask(page, "How do I do a face pull?")
        ask_fresh(page, "And how many of those?")
        ask_fresh(chat(name), "I am 54, how do I do a face pull?")
    page = desk()
    expect(listed(show_only(page, words="face pull"))).to_have_text(["How do I do a face pull?"])
    for words in ("many of those", "I am 54"):
        expect(show_only(page, words=words).get_by_text("No entry here holds")).to_be_visible()


def test_an_admin_takes_an_answer_out_of_service_and_back(chat: Chat, desk: Callable[[], Page]) -> None:
    asked, paraphrase = "How do I do a bench dip?", "What is the right way to do a bench dip?"
    ask(chat("Ana"), asked)
    ask_cached(chat("Ben"), paraphrase).get_by_role("radio", name="Thumbs up").click()
    page = desk()
    choose_entry(page, asked)
    steps = history_of(page)
    assert {"made", "hit", "thumb up"} <= {what for what, _ in steps}
    assert any(f"asked “{paraphrase}”, nearest is “{asked}”: similarity" in evidence for _, evidence in steps)
    page.get_by_role("tab", name="Served to (1)").click()
    expect(page.get_by_text("Served to 1 user;")).to_be_visible()

    quarantine(page, "The shoulder goes too far.")
    assert ("quarantined", "The shoulder goes too far.; was shared") in history_of(page)
    for name, question in (("Ana", asked), ("Ben", paraphrase), ("Ben", asked), ("Ana", paraphrase)):
        ask_fresh(chat(name), question)
    page.get_by_role("button", name="Undo quarantine").click()
    expect(page.get_by_role("button", name="Quarantine", exact=True)).to_be_visible()
    ask_cached(chat("Ana"), asked)
    ask_cached(chat("Ben"), paraphrase)


def test_six_users_who_dislike_an_answer_quarantine_it(
    chat: Chat, desk: Callable[[], Page], window: Callable[[str], Page], cache_server: Server
) -> None:
    asked = "How do I do an inverted row?"
    ask_fresh(chat("Ana"), asked)
    for number in range(6):
        vote_down(ask_cached(sign_in(window("gym"), cache_server, f"Visitor {number}"), asked))
    page = show_only(desk(), "Quarantined")
    choose_entry(page, asked)
    steps = history_of(page)
    assert [what for what, _ in steps].count("thumb down") == 6
    assert ("quarantined", "several users disliked it; was shared") in steps
    expect(page.get_by_role("tab", name="Served to (6)")).to_be_visible()
    for name in ("Ana", "Ben"):
        ask_fresh(chat(name), asked)
