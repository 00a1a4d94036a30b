"""The list of chats in the sidebar, and the menu of the open one."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from tests.pages.console import ADMIN, QUESTION, Console

PUSH_UP = "How do I do a push-up?"


def titles(tab: AppTest) -> list[str]:
    return [button.label for button in tab.sidebar.button if str(button.key).startswith("open-")]


def button(tab: AppTest, label: str) -> Any:
    (found,) = [one for one in tab.button if one.label == label]
    return found


def opened(console: Console, question: str = PUSH_UP) -> AppTest:
    """Open the chat of a question that was asked."""
    return console.chat(console.ask(question).conversation_id)


def test_the_list_holds_ones_own_chats_newest_first(console: Console) -> None:
    console.ask("How much water do I need?", ADMIN)
    for question in (PUSH_UP, "What is creatine?"):
        console.ask(question)
    assert titles(console.open()) == ["What is creatine?", PUSH_UP]


def test_a_click_opens_a_chat(console: Console) -> None:
    turn = console.ask(PUSH_UP)
    tab = console.open()
    tab.sidebar.button(key=f"open-{turn.conversation_id}").click().run()
    assert tab.query_params["c"] == turn.conversation_id
    assert PUSH_UP in tab.chat_message[0].markdown[0].value


def test_the_search_finds_by_questions_and_answers(console: Console) -> None:
    console.ask(PUSH_UP)
    console.ask("What is creatine?")
    tab = console.open()
    tab.text_input(key="search").set_value("CREATINE").run()
    assert titles(tab) == ["What is creatine?"]


def test_a_search_without_a_find_says_so(console: Console) -> None:
    console.ask(QUESTION)
    tab = console.open()
    tab.text_input(key="search").set_value("*swimming*").run()
    assert titles(tab) == []
    assert tab.sidebar.caption[0].value == r"No chat holds “\*swimming\*”."


def test_a_chat_gets_another_title(console: Console) -> None:
    tab = opened(console)
    next(one for one in tab.text_input if one.label == "Title").set_value("My push-ups")
    button(tab, "Rename").click().run()
    assert titles(tab) == ["My push-ups"]
    assert tab.subheader[0].value == "My push-ups"


def test_a_title_that_cannot_be_used_is_said_in_a_sentence(console: Console) -> None:
    tab = opened(console)
    next(one for one in tab.text_input if one.label == "Title").set_value("  ")
    button(tab, "Rename").click().run()
    assert [error.value for error in tab.error] == ["Write a title of 1 to 100 characters."]
    assert titles(tab) == [PUSH_UP]


def test_a_chat_is_deleted_only_by_who_is_sure(console: Console) -> None:
    tab = opened(console)
    assert button(tab, "Delete").disabled
    tab.checkbox[0].check().run()
    button(tab, "Delete").click().run()
    assert console.services.conversations.listing(console.actor()) == []
    assert tab.title[0].value == "What would you like to know?"
    assert "c" not in tab.query_params
