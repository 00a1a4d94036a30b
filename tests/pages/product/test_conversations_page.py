from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st_app
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import update
from streamlit.testing.v1 import AppTest

from core.conversation.archive_model import MarkKind, Place, Sought, VoteFilter
from core.conversation.model import TurnView
from core.conversation.records import Turn
from core.feedback.model import Reason, Thumb, Vote
from pages.components.archive_address import Address, address_of, params_of
from tests.pages.console import PRODUCT, QUESTION, TRAINER, Console, texts

PAGE = "product/conversations.py"
HAMMER = "How do I do a hammer curl?"
TIMES = st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
VALUES = st.lists(st.text("abc1-é &=~", min_size=1), max_size=3, unique=True).map(tuple)


@given(
    st.builds(
        Sought, words=st.text(max_size=20), since=TIMES, until=TIMES, release=VALUES, channel=VALUES, topic=VALUES,
        outcome=VALUES, language=VALUES, vote=st.lists(st.sampled_from(VoteFilter), unique=True).map(tuple),
        marked=st.lists(st.sampled_from(MarkKind), unique=True).map(tuple), error=st.booleans(),
        actor=st.text("0123456789abcdef", min_size=4, max_size=32) | st.just(""), false_hit=st.booleans(),
    )
)  # fmt: skip
def test_an_address_holds_every_filter(sought: Sought) -> None:
    params = params_of(sought)
    assert address_of(lambda name: params.get(name, [])) == Address(sought)


def test_what_cannot_be_read_in_an_address_is_left_out() -> None:
    odd = {
        "since": ["soon"],
        "vote": ["maybe", "up"],
        "marked": [""],
        "actor": ["Ana"],
        "before": ["x"],
        "error": ["1"],
    }
    assert address_of(lambda name: odd.get(name, [])) == Address(Sought(vote=(VoteFilter.UP,)))


def test_a_time_without_a_zone_and_a_bare_plus_are_read_as_utc() -> None:
    for words in ("2026-05-01T12:00:00Z", "2026-05-01T12:00:00", "2026-05-01T12:00:00 00:00"):
        [since] = {address_of(lambda name, words=words: [words] if name == "since" else []).sought.since}  # type: ignore[misc]
        assert since == datetime(2026, 5, 1, 12, tzinfo=UTC)


def opened(console: Console, **address: str) -> AppTest:
    tab = console.open(PAGE, PRODUCT, **address)
    assert not tab.exception
    return tab


def questions(tab: AppTest) -> list[str]:
    return list(tab.dataframe[0].value["Question"])


def test_before_the_first_question_the_page_says_so(console: Console) -> None:
    tab = opened(console)
    assert "Nobody has asked anything yet" in tab.info[0].value
    assert not tab.dataframe


def test_turns_are_listed_newest_first_without_names(console: Console) -> None:
    console.ask(QUESTION)
    console.ask(HAMMER)
    tab = opened(console)
    assert questions(tab) == [HAMMER, QUESTION]
    assert console.actor(TRAINER).id[:8] in set(tab.dataframe[0].value["User"])
    assert "Tom" not in texts(tab)


def test_filters_come_from_the_address_and_can_be_cleared(console: Console) -> None:
    console.ask(QUESTION)
    turn = console.ask(HAMMER)
    console.services.voting.vote(console.actor(), turn.id, Vote(Thumb.DOWN))
    assert questions(opened(console, vote="down")) == [HAMMER]
    assert questions(opened(console, q="protein")) == [QUESTION]
    tab = opened(console, q="protein", vote="down", since="2026-01-01T00:00:00Z")
    assert "No turn matches" in tab.info[0].value
    tab.get_by_key("clear").click().run()
    assert questions(tab) == [HAMMER, QUESTION]
    assert not tab.query_params


def test_a_search_goes_into_the_address(console: Console) -> None:
    console.ask(QUESTION)
    console.ask(HAMMER)
    tab = opened(console)
    tab.text_input[0].set_value("hammer").run()
    assert questions(tab) == [HAMMER]
    assert "hammer" in tab.query_params["q"]


def test_pages_go_on_and_back(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    for question in (QUESTION, HAMMER):
        console.ask(question)
    services, actor = console.services, console.actor(PRODUCT)
    newest, oldest = services.archive.page(actor, Sought()).lines
    tab = opened(console, before=Place(newest.asked_at, newest.id).words)
    assert questions(tab) == [QUESTION]
    tab.get_by_key("newer").click().run()
    assert questions(tab) == [HAMMER]
    tab.get_by_key("older").click().run()
    assert questions(tab) == [QUESTION]
    assert oldest.id


def test_the_list_says_how_many_turns_there_are_in_all(console: Console) -> None:
    for question in (QUESTION, HAMMER):
        console.ask(question)
    newest, _ = console.services.archive.page(console.actor(PRODUCT), Sought()).lines
    assert "2 turns, newest first" in texts(opened(console))
    assert "1 of 2 turns, newest first" in texts(opened(console, before=Place(newest.asked_at, newest.id).words))


def test_an_opened_turn_is_headed_by_its_own_question(console: Console) -> None:
    first = console.ask(QUESTION)
    turn = console.ask(HAMMER, conversation=first.conversation_id)
    tab = opened(console, turn=turn.id)
    assert tab.subheader[0].value == HAMMER
    assert f"2 turns, oldest first · in “{QUESTION}”" in texts(tab)
    assert opened(console, turn=first.id).subheader[0].value == QUESTION


def test_a_turn_in_the_address_is_opened_with_its_story(console: Console) -> None:
    console.ask(HAMMER)
    turn = console.ask("What is the right way to do a hammer curl?")
    vote = Vote(Thumb.DOWN, (Reason.TONE,), "Too <b>short</b>.", "Say [more](http://x.example).")
    console.services.voting.vote(console.actor(), turn.id, vote)
    tab = opened(console, turn=turn.id)
    said = texts(tab)
    for part in (HAMMER, "tone", "So it was a **hit**", "Checked by a thumb"):
        assert part in said, part
    assert {metric.label for metric in tab.metric} >= {
        "How sure",
        "Needed to serve",
        "Similarity",
        "Whole answer",
        "Cost",
    }
    assert "<b>" not in said
    assert "[more](http" not in said


def test_an_editor_marks_undoes_and_answers_better(console: Console) -> None:
    turn = console.ask(HAMMER)
    tab = opened(console, turn=turn.id)
    next(button for button in tab.button if button.label == "Mark for regression set").click().run()
    tab.text_area[0].set_value("Curl with the thumb up.")
    next(button for button in tab.button if button.label == "Save the answer").click().run()
    [story] = console.services.archive.open(console.actor(PRODUCT), turn.id).turns
    assert (story.line.marks, story.better[0].answer) == ((MarkKind.REGRESSION,), "Curl with the thumb up.")
    next(button for button in tab.button if button.label == "Regression set: undo").click().run()
    [story] = console.services.archive.open(console.actor(PRODUCT), turn.id).turns
    assert story.line.marks == ()


def test_a_turn_that_is_gone_is_told_of(console: Console) -> None:
    console.ask(HAMMER)
    assert "There is no such turn" in opened(console, turn="0" * 32).warning[0].value


def test_text_that_is_past_its_time_is_said_to_be_removed(console: Console) -> None:
    turn = console.ask(HAMMER)
    with console.services.database.begin() as session:
        past = console.services.clock.now() - timedelta(days=400)
        session.exec(update(Turn).values(asked_at=past))
    console.services.privacy.drop_old_text()
    assert questions(opened(console)) == ["(text removed after 365 days)"]
    assert "(text removed after 365 days)" in texts(opened(console, turn=turn.id))


def test_from_an_opened_turn_one_goes_on_in_the_order_of_the_list_and_back_to_it(console: Console) -> None:
    for question in (QUESTION, HAMMER):
        console.ask(question)
    newest, oldest = console.services.archive.page(console.actor(PRODUCT), Sought()).lines
    tab = opened(console, turn=newest.id)
    assert not tab.dataframe or "Question" not in tab.dataframe[0].value
    assert tab.get_by_key("previous").disabled
    tab.get_by_key("next").click().run()
    assert oldest.id in tab.query_params["turn"]
    assert tab.get_by_key("next").disabled
    assert "2 of 2 on this page" in texts(tab)
    tab.get_by_key("close").click().run()
    assert "turn" not in tab.query_params
    assert questions(tab) == [HAMMER, QUESTION]


def test_reading_on_goes_over_the_ends_of_a_page_and_the_list_follows(console: Console) -> None:
    for question in (QUESTION, HAMMER, "How do I do a plank?"):
        console.ask(question)
    newest, middle, oldest = console.services.archive.page(console.actor(PRODUCT), Sought()).lines
    tab = opened(console, turn=newest.id, after=Place(middle.asked_at, middle.id).words)  # alone on its page
    tab.get_by_key("next").click().run()
    assert middle.id in tab.query_params["turn"]
    assert "1 of 2 on this page" in texts(tab)
    tab.get_by_key("previous").click().run()
    assert newest.id in tab.query_params["turn"]
    assert "1 of 1 on this page" in texts(tab)
    tab.get_by_key("next").click().run()
    tab.get_by_key("close").click().run()
    assert questions(tab) == [middle.question, oldest.question]


def test_a_turn_that_its_list_no_longer_holds_still_leads_to_its_neighbours(console: Console) -> None:
    for question in (QUESTION, HAMMER, "How do I do a plank?"):
        console.ask(question)
    newest, middle, oldest = console.services.archive.page(console.actor(PRODUCT), Sought()).lines
    for line in (newest, oldest):
        console.services.archive.mark(console.actor(PRODUCT), line.id, MarkKind.REGRESSION)
    tab = opened(console, turn=middle.id, marked="regression")
    assert "on this page" not in texts(tab)
    tab.get_by_key("previous").click().run()
    assert newest.id in tab.query_params["turn"]
    assert "regression" in tab.query_params["marked"]
    tab = opened(console, turn=middle.id, marked="regression")
    tab.get_by_key("next").click().run()
    assert oldest.id in tab.query_params["turn"]
    assert tab.get_by_key("next").disabled


def test_of_a_long_conversation_the_oldest_turns_wait_behind_a_switch(console: Console) -> None:
    conversation, asked = None, [f"How do I do {count} push-ups?" for count in range(1, 6)]
    for question in asked:
        *_, last = console.services.asking.ask(console.actor(), question, conversation_id=conversation)
        assert isinstance(last, TurnView)
        conversation = last.conversation_id
    tab = opened(console, turn=last.id)
    assert [turn.label.strip() for turn in tab.expander] == asked[2:]
    assert "5 turns" in texts(tab)
    tab.toggle[0].set_value(True).run()
    assert tab.toggle[0].label == "Show 2 earlier turns"
    assert [turn.label.strip() for turn in tab.expander] == asked


def test_times_are_said_as_a_person_writes_them_in_the_zone_of_the_reader(console: Console) -> None:
    console.ask(QUESTION)
    tab = opened(console, since="2026-01-01T00:00:00+00:00", until="2126-01-01T00:00:00Z")
    assert "asked from 01 Jan 2026, 00:00 · asked before 01 Jan 2126, 00:00" in texts(tab)
    assert "T00:00" not in texts(tab)
    assert questions(tab) == [QUESTION]


def test_a_time_is_chosen_by_the_clock_of_the_reader(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(st_app.context), "timezone", "Asia/Tokyo")
    console.ask(QUESTION)
    tab = opened(console)
    [since] = [one for one in tab.datetime_input if one.label == "Asked from (Asia/Tokyo)"]
    since.set_value(datetime(2026, 1, 1, 9)).run()
    assert not tab.exception
    assert "2026-01-01T00:00:00Z" in tab.query_params["since"]
    assert "asked from 01 Jan 2026, 09:00" in texts(tab)


def test_nobody_but_product_managers_and_admins_gets_in(console: Console) -> None:
    console.ask(HAMMER)
    with pytest.raises(ValueError, match="page"):
        console.open(PAGE, TRAINER)
    past = console.reach(PAGE, TRAINER)
    assert [error.value for error in past.error] == [
        "This needs the role product manager; you are signed in as trainer."
    ]
    assert not past.dataframe
