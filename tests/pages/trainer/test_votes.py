"""Thumbs below an answer, with what is said beside them."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.conversation.model import Outcome
from core.feedback.model import Reason, Thumb, Vote
from tests.pages.console import QUESTION, Console, pills

UP, DOWN = 1, 0
"""As the widget counts."""


@pytest.fixture
def tab(console: Console) -> AppTest:
    """A tab with one answer in it."""
    return console.chat(console.ask().conversation_id)


def thumbs(tab: AppTest) -> Any:
    """Return the widget below the answer."""
    (found,) = tab.get("feedback")
    return found


def standing(console: Console) -> Vote | None:
    actor = console.actor()
    (conversation,) = console.services.conversations.listing(actor)
    return console.services.conversations.open(actor, conversation.id).turns[0].vote


@pytest.mark.parametrize(
    ("clicked", "thumb", "thanks"),
    [(UP, Thumb.UP, "Thanks."), (DOWN, Thumb.DOWN, "Thanks. You will not get this answer again.")],
)
def test_a_thumb_is_kept_at_once(console: Console, tab: AppTest, clicked: int, thumb: Thumb, thanks: str) -> None:
    thumbs(tab).set_value(clicked).run()
    assert standing(console) == Vote(thumb)
    assert [toast.value for toast in tab.toast] == [thanks]
    assert not tab.exception


def test_a_thumb_can_be_changed_and_taken_back(console: Console, tab: AppTest) -> None:
    thumbs(tab).set_value(UP).run()
    thumbs(tab).set_value(DOWN).run()
    assert standing(console) == Vote(Thumb.DOWN)
    thumbs(tab).set_value(None).run()
    assert standing(console) is None
    assert [toast.value for toast in tab.toast] == ["Vote withdrawn."]


def test_without_a_vote_nothing_more_is_asked(tab: AppTest) -> None:
    assert not tab.text_area


def test_what_was_wrong_is_kept_with_the_thumb(console: Console, tab: AppTest) -> None:
    thumbs(tab).set_value(DOWN).run()
    reasons = next(one for one in pills(tab) if one.options == [str(reason) for reason in Reason])
    reasons.set_value([Reason.WRONG, Reason.TONE])
    comment, better = tab.text_area
    comment.set_value("Too short.")
    better.set_value("1.6 g per kilogram.")
    tab.form_submit_button[-1].click().run()
    assert standing(console) == Vote(Thumb.DOWN, (Reason.WRONG, Reason.TONE), "Too short.", "1.6 g per kilogram.")


def test_praise_is_asked_no_reasons(console: Console, tab: AppTest) -> None:
    thumbs(tab).set_value(UP).run()
    assert not [one for one in pills(tab) if str(Reason.WRONG) in one.options]
    tab.text_area[0].set_value("Clear.")
    tab.form_submit_button[-1].click().run()
    assert standing(console) == Vote(Thumb.UP, (), "Clear.")


def test_a_vote_stands_when_the_chat_is_opened_again(console: Console, tab: AppTest) -> None:
    thumbs(tab).set_value(DOWN).run()
    again = console.chat(str(tab.query_params["c"]))
    assert thumbs(again).value == DOWN
    assert not again.toast


def test_an_answer_that_was_voted_down_is_not_given_again(console: Console, tab: AppTest) -> None:
    thumbs(tab).set_value(DOWN).run()
    assert console.ask(QUESTION).outcome is not Outcome.HIT
    assert console.ask(QUESTION, "ben@example.org").outcome is Outcome.HIT
