from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from core.feedback.model import Reason, Thumb, Vote
from tests.pages.console import ADMIN, QUESTION, TRAINER, Console, texts

PAGE = "trainer/my_feedback.py"


def voted(console: Console, vote: Vote, email: str = TRAINER, question: str = QUESTION) -> str:
    """Ask and vote; return the id of the turn."""
    turn = console.ask(question, email)
    console.services.voting.vote(console.actor(email), turn.id, vote)
    return turn.id


def button(tab: AppTest, label: str) -> Any:
    (found,) = [one for one in tab.button if one.label == label]
    return found


def test_who_has_not_voted_is_told_how(console: Console) -> None:
    console.ask()
    voted(console, Vote(Thumb.UP), ADMIN)
    tab = console.open(PAGE)
    assert tab.info[0].value == "You have not voted yet. Give an answer in the chat a thumb up or down."
    assert [link.value for link in tab.page_link] == ["Go to the chat"]
    assert QUESTION not in texts(tab)


def test_a_vote_is_shown_with_what_became_of_it(console: Console) -> None:
    voted(console, Vote(Thumb.DOWN, (Reason.WRONG, Reason.OUTDATED), "Too *short*.", "1.6 g per kilogram."))
    tab = console.open(PAGE)
    shown = texts(tab)
    for part in ("thumb_down: not helpful", "-badge[wrong]", "-badge[outdated]", QUESTION, "Too *short*.",
                 "1.6 g per kilogram.", "This answer is not shown to you again."):  # fmt: skip
        assert part in shown
    assert not tab.info
    assert not tab.exception


def test_praise_is_shown_as_praise(console: Console) -> None:
    voted(console, Vote(Thumb.UP))
    tab = console.open(PAGE)
    assert "thumb_up: helpful" in texts(tab)
    assert "Counted as helpful." in texts(tab)
    assert not tab.expander


def test_several_votes_come_newest_first(console: Console) -> None:
    questions = [QUESTION, "How do I do a push-up?", "What is creatine?"]
    for question in questions:
        voted(console, Vote(Thumb.UP), question=question)
    shown = [one.value for one in console.open(PAGE).markdown if one.value.startswith("**")]
    assert shown == [f"**{question}**" for question in questions[::-1]]


def test_a_vote_can_be_taken_back(console: Console) -> None:
    turn = voted(console, Vote(Thumb.DOWN))
    tab = console.open(PAGE)
    button(tab, "Withdraw").click().run()
    assert "You have not voted yet." in tab.info[0].value
    assert console.services.voting.standing(console.actor(), turn) is None


def test_the_way_back_to_the_chat_opens_the_conversation(console: Console) -> None:
    turn = voted(console, Vote(Thumb.UP))
    tab = console.open(PAGE)
    button(tab, "Open the chat").click().run()
    assert not tab.exception
    assert QUESTION in tab.chat_message[0].markdown[0].value
    assert tab.get("feedback")[0].key == f"thumb-{turn}"


def test_what_somebody_wrote_is_text_and_not_markup(console: Console) -> None:
    voted(console, Vote(Thumb.DOWN, (), "![x](https://evil.example/a.png)", "<b>bold</b>"))
    shown = texts(console.open(PAGE))
    assert "![x](" not in shown
    assert "<b>" not in shown.replace(r"\<b", "")
