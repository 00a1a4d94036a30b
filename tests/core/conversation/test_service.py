from __future__ import annotations

import pytest

from core.conversation.draft import Draft, title_of
from core.conversation.model import Accepted, State
from core.conversation.records import Turn
from core.errors import InputError, NotFoundError
from core.monitoring.records import TurnEvent
from tests.house import House, ScriptedModel, person

ANA, BEN = person("Ana"), person("Ben")
PUSH_UP, PROTEIN = "How do I do a diamond push-up?", "How much protein do I need a day?"


def left_behind(house: House, question: str = PUSH_UP) -> str:
    """Leave a turn as a killed server does: asked, partly answered, never ended."""
    serving = house.releases.serving(ANA)
    draft = Draft.begin(house.database, house.clock, ANA, serving, question, (), None, None)
    draft.keep("Put ")
    return draft.turn.id


def test_conversations_are_listed_newest_first_with_their_turns_in_order(house: House) -> None:
    first = house.ask(ANA, PUSH_UP)
    house.clock.pass_by(minutes=1)
    house.ask(ANA, PROTEIN)
    house.clock.pass_by(minutes=1)
    house.ask(ANA, "How do I do a pull-up?", conversation_id=first.conversation_id)
    assert [listed.title for listed in house.conversations.listing(ANA)] == [PUSH_UP, PROTEIN]
    opened = house.conversations.open(ANA, first.conversation_id)
    assert [turn.question for turn in opened.turns] == [PUSH_UP, "How do I do a pull-up?"]


@pytest.mark.parametrize("words", ["PROTEIN do i", "Kilogram of body", "my title"])
def test_search_finds_titles_questions_and_answers(house: House, words: str) -> None:
    wanted, _ = house.ask(ANA, PROTEIN), house.ask(ANA, PUSH_UP)
    house.conversations.rename(ANA, wanted.conversation_id, "My title")
    assert [found.id for found in house.conversations.listing(ANA, words)] == [wanted.conversation_id]


@pytest.mark.parametrize("words", ["100%", "_", "\\", "'; DROP TABLE turns; --"])
def test_signs_in_a_search_are_only_text(house: House, words: str) -> None:
    house.ask(ANA, PUSH_UP)
    assert house.conversations.listing(ANA, words) == []


def test_a_conversation_is_renamed_within_bounds(house: House) -> None:
    turn = house.ask(ANA, PUSH_UP)
    house.conversations.rename(ANA, turn.conversation_id, "  Pushing \n day ")
    assert house.conversations.open(ANA, turn.conversation_id).title == "Pushing day"
    for title in ("", "  ", "a" * 101):
        with pytest.raises(InputError, match="1 to 100"):
            house.conversations.rename(ANA, turn.conversation_id, title)


def test_a_deleted_conversation_leaves_numbers_and_no_text(house: House) -> None:
    turn = house.ask(ANA, PUSH_UP)
    house.conversations.delete(ANA, turn.conversation_id)
    with pytest.raises(NotFoundError):
        house.conversations.open(ANA, turn.conversation_id)
    with house.database.read() as session:
        assert session.get(Turn, turn.id) is None
        assert session.get(TurnEvent, turn.id) is not None


def test_a_conversation_deleted_in_mid_answer_stays_deleted(house: House) -> None:
    house.build(model=ScriptedModel(["Put ", "down [1]."]))
    parts = house.asking.ask(ANA, PUSH_UP)
    accepted = next(parts)
    assert isinstance(accepted, Accepted)
    house.conversations.delete(ANA, accepted.conversation_id)
    list(parts)
    assert house.conversations.listing(ANA) == []


def test_nobody_opens_renames_or_deletes_what_is_not_theirs(house: House) -> None:
    turn = house.ask(ANA, PUSH_UP)
    for call in (
        lambda: house.conversations.open(BEN, turn.conversation_id),
        lambda: house.conversations.rename(BEN, turn.conversation_id, "Mine"),
        lambda: house.conversations.delete(BEN, turn.conversation_id),
        lambda: house.conversations.is_answering(BEN, turn.id),
    ):
        with pytest.raises(NotFoundError):
            call()
    assert house.conversations.listing(BEN) == []


def test_after_a_crash_the_turn_is_there_with_what_was_seen_and_says_so(house: House) -> None:
    turn_id = left_behind(house)
    assert house.conversations.is_answering(ANA, turn_id)
    house.clock.pass_by(seconds=1)
    assert house.conversations.recover(alone=True) == 1
    [listed] = house.conversations.listing(ANA)
    [turn] = house.conversations.open(ANA, listed.id).turns
    assert (turn.state, turn.answer) == (State.INTERRUPTED, "Put ")
    assert "The server stopped while it answered" in turn.remark
    with house.database.read() as session:
        event = session.get(TurnEvent, turn_id)
    assert event is not None
    assert event.error == "interrupted"


def test_recovering_twice_counts_once(house: House) -> None:
    left_behind(house)
    house.clock.pass_by(seconds=1)
    assert [house.conversations.recover(alone=True) for _ in range(2)] == [1, 0]


def test_what_another_server_may_be_answering_is_left_alone_for_five_minutes(house: House) -> None:
    left_behind(house)
    house.clock.pass_by(minutes=4)
    assert house.conversations.recover(alone=False) == 0
    house.clock.pass_by(minutes=2)
    assert house.conversations.recover(alone=False) == 1


def test_a_long_question_makes_a_title_cut_at_a_word() -> None:
    title = title_of("How do I " + "really " * 20 + "train?")
    assert len(title) <= 61
    assert title.endswith("really…")
