from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.conversation.model import ConversationView, Outcome
from tests.pages.console import ADMIN, QUESTION, TRAINER, Console, pills, texts

MakeConsole = Callable[..., Console]


def ask(tab: AppTest, question: str) -> AppTest:
    tab.chat_input[0].set_value(question).run()
    assert not tab.exception
    return tab


def kept(console: Console, email: str = TRAINER) -> ConversationView:
    """Return the one conversation of somebody."""
    actor = console.actor(email)
    (conversation,) = console.services.conversations.listing(actor)
    return console.services.conversations.open(actor, conversation.id)


def badges(tab: AppTest) -> list[str]:
    return [one.value for one in tab.markdown if "-badge[" in one.value]


def test_a_first_visitor_is_told_what_to_do(console: Console) -> None:
    tab = console.open()
    assert tab.title[0].value == "What would you like to know?"
    assert "It does not replace a doctor." in texts(tab)
    assert len(pills(tab)[0].options) == 5
    assert tab.sidebar.caption[0].value == "Your chats will be listed here."


def test_a_question_is_answered_with_its_sources(console: Console) -> None:
    tab = ask(console.open(), QUESTION)
    (turn,) = kept(console).turns
    assert [message.name for message in tab.chat_message] == ["user", "assistant"]
    assert QUESTION in tab.chat_message[0].markdown[0].value
    assert turn.quotes[0].text[:40] in tab.chat_message[1].markdown[0].value
    (sources,) = [one for one in tab.expander if one.label.startswith("Sources")]
    assert sources.label == f"Sources ({len(turn.quotes)})"
    assert turn.quotes[0].sources[0].url in sources.caption[0].value
    assert badges(tab) == [":green-badge[:material/eco: fresh]"]


def test_the_conversation_is_in_the_address_and_in_the_list(console: Console) -> None:
    tab = ask(console.open(), QUESTION)
    conversation = kept(console)
    assert tab.query_params["c"] == conversation.id
    assert QUESTION.startswith(tab.sidebar.button(key=f"open-{conversation.id}").label.rstrip("…"))


def test_a_suggestion_is_asked_by_a_click(console: Console) -> None:
    tab = console.open()
    pills(tab)[0].set_value("How do I do a push-up?").run()
    assert not tab.exception
    assert kept(console).turns[0].question == "How do I do a push-up?"
    assert "How to do the Push-up" in texts(tab)


def test_what_somebody_else_asked_comes_from_the_cache_and_says_so(console: Console) -> None:
    console.ask(QUESTION, ADMIN)
    same = ask(console.open(), QUESTION)
    assert badges(same) == [":blue-badge[:material/bolt: cached · just now]"]
    assert "same question" in texts(same)
    other = ask(console.open(), "How much protein do I need for building muscle?")
    assert f"answered “{QUESTION}”" in texts(other)


def test_a_fresh_answer_replaces_the_cached_one(console: Console) -> None:
    console.ask(QUESTION, ADMIN)
    tab = ask(console.open(), QUESTION)
    (again,) = [button for button in tab.button if button.label == "Get a fresh answer"]
    again.click().run()
    (turn,) = kept(console).turns
    assert turn.outcome is Outcome.BYPASS
    assert badges(tab) == [":green-badge[:material/eco: fresh]"]
    assert len(tab.chat_message) == 2


@pytest.mark.parametrize(
    ("question", "problem"),
    [("   ", "Write a question first."), ("🏋️ 💪", "Write the question in words"), ("?!", "Write the question in words"),
     ("long " * 20, "The question has 99 characters; 60 are the most.")],
)  # fmt: skip
def test_a_question_that_cannot_be_used_is_given_back_and_nothing_is_kept(
    make_console: MakeConsole, question: str, problem: str
) -> None:
    console = make_console(COACH_QUESTION_MAX_CHARACTERS="60")
    tab = ask(console.open(), question)
    assert problem in tab.error[0].value
    assert tab.text_area[0].value == question
    assert console.services.conversations.listing(console.actor()) == []


def test_a_question_that_was_given_back_can_be_changed_and_asked_again(console: Console) -> None:
    tab = ask(console.open(), "?!")
    tab.text_area[0].set_value(QUESTION)
    (again,) = [button for button in tab.button if button.label == "Ask again"]
    again.click().run()
    assert kept(console).turns[0].question == QUESTION
    assert not tab.error
    assert not tab.text_area


def test_what_the_library_does_not_hold_is_said_with_what_helps(console: Console) -> None:
    tab = ask(console.open(), "What is the capital of France?")
    assert "I found nothing in the workout library" in tab.chat_message[1].markdown[0].value
    assert not [one for one in tab.expander if one.label.startswith("Sources")]
    assert badges(tab) == []


def test_advice_stands_above_the_answer(console: Console) -> None:
    tab = ask(console.open(), "Is it safe to exercise during pregnancy?")
    answer = tab.chat_message[1]
    assert answer.warning[0].value == kept(console).turns[0].notices[0].text
    assert not answer.error


def test_an_emergency_stands_out(console: Console) -> None:
    tab = ask(console.open(), "I have chest pain while running, what should I do?")
    assert tab.chat_message[1].error[0].value == kept(console).turns[0].notices[0].text


def test_markup_in_a_question_is_only_text(console: Console) -> None:
    tab = ask(console.open(), "![x](https://evil.example/a.png) <b>push-up</b> how?")
    shown = tab.chat_message[0].markdown[0].value
    assert shown.startswith(r"!\[x\]")
    assert r"\<b\>" in shown


def test_a_question_after_an_answer_goes_into_the_same_conversation(console: Console) -> None:
    tab = ask(ask(console.open(), QUESTION), "And how much of it per meal?")
    assert [turn.question for turn in kept(console).turns] == [QUESTION, "And how much of it per meal?"]
    assert len(tab.chat_message) == 4


def test_a_reload_finds_the_conversation(console: Console) -> None:
    turn = console.ask()
    tab = console.chat(turn.conversation_id)
    assert QUESTION in texts(tab)
    assert tab.subheader[0].value == QUESTION


@pytest.mark.parametrize("owner", ["nobody", ADMIN])
def test_a_conversation_that_is_not_ones_own_is_not_shown(console: Console, owner: str) -> None:
    conversation = "unknown" if owner == "nobody" else console.ask(email=owner).conversation_id
    tab = console.chat(conversation)
    assert tab.info[0].value == "There is no such conversation; it may have been deleted."
    assert "c" not in tab.query_params
    assert not tab.chat_message


def test_a_new_chat_begins_anew(console: Console) -> None:
    tab = ask(console.open(), QUESTION)
    tab.sidebar.button(key="new").click().run()
    assert tab.title[0].value == "What would you like to know?"
    assert "c" not in tab.query_params


def test_of_a_long_conversation_the_end_is_shown_and_the_rest_on_demand(console: Console) -> None:
    actor, conversation = console.actor(), console.ask().conversation_id
    for _ in range(22):
        list(console.services.asking.ask(actor, QUESTION, conversation_id=conversation))
    tab = console.chat(conversation)
    assert len(tab.chat_message) == 40
    (more,) = [button for button in tab.button if button.label == "Show 3 earlier"]
    more.click().run()
    assert len(tab.chat_message) == 46


def test_an_answer_that_is_still_written_elsewhere_is_waited_for(console: Console) -> None:
    parts = console.services.asking.ask(console.actor(), QUESTION)
    next(parts)
    tab = console.chat(kept(console).id)
    assert ":shimmer[Still being written…]" in texts(tab)
    assert not tab.get("feedback")
    parts.close()
    tab.run()
    assert "You stopped this answer." in texts(tab)
    assert tab.get("feedback")
