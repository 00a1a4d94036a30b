from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import text

from core.access.model import Role
from tests.pages.console import ADMIN, FRAME, TRAINER, WHO, Console, claims, tab_of, texts

MakeConsole = Callable[..., Console]
PAGES = {
    "trainer/chat.py": Role.TRAINER,
    "trainer/my_feedback.py": Role.TRAINER,
    "product/monitoring.py": Role.PRODUCT,
    "admin/cache.py": Role.ADMIN,
    "admin/releases.py": Role.ADMIN,
}


def test_who_is_not_signed_in_is_asked_to(console: Console) -> None:
    tab = tab_of(FRAME, "").run()
    assert tab.title[0].value == "Freeletics AI Chatbot"
    assert [button.label for button in tab.button] == ["Sign in"]
    assert not tab.chat_input


def test_where_sign_in_is_local_the_way_to_the_form_is_shown(make_console: MakeConsole) -> None:
    make_console(COACH_SIGN_IN="local")
    tab = tab_of(FRAME, "").run()
    assert [(link.value, link.url) for link in tab.link_button] == [("Sign in", "/api/sign-in")]
    assert not tab.chat_input


def test_claims_of_a_provider_do_not_sign_in_where_sign_in_is_local(make_console: MakeConsole) -> None:
    make_console(COACH_SIGN_IN="local")
    assert not tab_of(FRAME, ADMIN).run().chat_input


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("page", PAGES)
def test_the_navigation_offers_what_the_role_may_see(console: Console, page: str, role: Role) -> None:
    if role >= PAGES[page]:
        tab = console.open(page, WHO[role])
        assert tab.title
        assert not tab.error
        assert not tab.exception
    else:
        with pytest.raises(ValueError, match="page"):
            console.open(page, WHO[role])


TOO_LOW = [(page, role) for page, needed in PAGES.items() for role in Role if role < needed]


@pytest.mark.parametrize(("page", "role"), TOO_LOW)
def test_a_page_that_is_reached_without_the_role_refuses(console: Console, page: str, role: Role) -> None:
    tab = console.reach(page, WHO[role])
    needed = f"This needs the role {PAGES[page].title}; you are signed in as {role.title}."
    assert [error.value for error in tab.error] == [needed]
    assert not tab.table
    assert not tab.metric


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_reached_without_sign_in_shows_nothing(console: Console, page: str) -> None:
    tab = console.reach(page, "")
    assert [error.value for error in tab.error] == ["Sign in first: open the start page of this app."]
    assert not tab.sidebar.button


@pytest.mark.parametrize("role", Role)
def test_the_sidebar_says_who_is_signed_in(console: Console, role: Role) -> None:
    email = WHO[role]
    said = [caption.value for caption in console.open(email=email).sidebar.caption]
    assert f"Freeletics AI Chatbot · {claims(email)['name']}, {role.title}" in said


def test_names_are_text_and_not_markup(make_console: MakeConsole) -> None:
    make_console(COACH_PRODUCT_NAME="A *bold* coach")
    tab = tab_of(FRAME, TRAINER)
    tab.user = tab.user | {"name": "[Tom](https://evil.example)"}
    said = tab.run().sidebar.caption[-1].value
    assert said == r"A \*bold\* coach · \[Tom\](https\://evil.example), trainer"


@pytest.mark.parametrize("page", PAGES)
def test_while_the_database_is_away_every_page_says_so(console: Console, page: str) -> None:
    tab = tab_of(FRAME, ADMIN).run()
    tab.switch_page(page)
    with console.services.database.begin() as session:
        for table in (
            "cache_decisions",
            "vote_events",
            "turn_events",
            "channels",
            "releases",
            "feedback",
            "turns",
            "conversations",
        ):
            session.execute(text(f"DROP TABLE {table}"))
    tab.run()
    assert not tab.exception
    assert "The database refused a statement" in tab.error[0].value
    assert tab.sidebar.caption[-1].value.endswith("Ada, admin")
    assert "Traceback" not in texts(tab)
