from __future__ import annotations

import pytest
from sqlmodel import select

from core.conversation.model import Accepted
from core.errors import InputError, NotFoundError
from core.feedback.model import Reason, Thumb, Vote
from core.monitoring.records import VoteEvent
from tests.house import House, ScriptedModel, person

ANA, BEN = person("Ana"), person("Ben")
PUSH_UP = "How do I do a diamond push-up?"
DOWN = Vote(Thumb.DOWN, (Reason.OUTDATED, Reason.TONE), "There is newer guidance.", "Do it like this.")


def test_a_vote_is_kept_with_all_that_was_said(house: House) -> None:
    turn = house.ask(ANA, PUSH_UP)
    house.voting.vote(ANA, turn.id, DOWN)
    assert house.voting.standing(ANA, turn.id) == DOWN
    [mine] = house.voting.mine(ANA)
    assert (mine.turn.id, mine.turn.vote, mine.at) == (turn.id, DOWN, house.clock.time)
    assert house.voting.mine(BEN) == []


def test_a_vote_can_be_changed_and_withdrawn(house: House) -> None:
    turn = house.ask(ANA, PUSH_UP)
    for vote in (DOWN, Vote(Thumb.UP), DOWN):
        house.voting.vote(ANA, turn.id, vote)
        assert house.voting.standing(ANA, turn.id) == vote
    house.voting.withdraw(ANA, turn.id)
    house.voting.withdraw(ANA, turn.id)
    assert house.voting.standing(ANA, turn.id) is None
    assert house.voting.mine(ANA) == []


def test_each_change_is_an_event_and_repeating_a_vote_is_none(house: House) -> None:
    turn = house.ask(ANA, PUSH_UP)
    for vote in (Vote(Thumb.UP), Vote(Thumb.UP, comment="again"), DOWN):
        house.voting.vote(ANA, turn.id, vote)
    house.voting.withdraw(ANA, turn.id)
    with house.database.read() as session:
        events = session.exec(select(VoteEvent)).all()
    assert sorted((event.before, event.after) for event in events) == [(-1, 0), (0, 1), (1, -1)]


@pytest.mark.parametrize("take_back", ["withdraw", "change"])
def test_a_thumb_that_is_taken_back_shows_the_answer_again(house: House, take_back: str) -> None:
    turn = house.ask(ANA, PUSH_UP)
    house.voting.vote(ANA, turn.id, DOWN)
    assert house.ask(ANA, PUSH_UP).answer != turn.answer
    if take_back == "withdraw":
        house.voting.withdraw(ANA, turn.id)
    else:
        house.voting.vote(ANA, turn.id, Vote(Thumb.UP))
    assert house.ask(ANA, PUSH_UP).answer == turn.answer


def test_an_answer_marked_down_twice_stays_hidden_until_both_are_taken_back(house: House) -> None:
    first, second = house.ask(ANA, PUSH_UP), house.ask(ANA, PUSH_UP)
    for turn in (first, second):
        house.voting.vote(ANA, turn.id, DOWN)
    house.voting.withdraw(ANA, first.id)
    assert house.ask(ANA, PUSH_UP).answer != first.answer
    house.voting.withdraw(ANA, second.id)
    assert house.ask(ANA, PUSH_UP).answer == first.answer


def test_what_became_of_a_vote_is_said(house: House) -> None:
    missed, hit, off = house.ask(ANA, PUSH_UP), house.ask(ANA, PUSH_UP), house.ask(ANA, "Who won in Reykjavik?")
    house.voting.vote(ANA, off.id, Vote(Thumb.DOWN))
    house.voting.vote(ANA, missed.id, Vote(Thumb.UP))
    house.voting.vote(ANA, hit.id, DOWN)
    became = {one.turn.id: one.became for one in house.voting.mine(ANA)}
    assert became[off.id] == "Counted as not helpful."
    assert became[missed.id] == "Counted as helpful."
    assert "not shown to you again" in became[hit.id]
    assert "Others may still get it" in became[hit.id]
    assert "kept for the editors" in became[hit.id]
    house.clock.pass_by(days=31)
    assert "It left the cache" in {one.turn.id: one.became for one in house.voting.mine(ANA)}[hit.id]


def test_nobody_votes_on_what_is_not_theirs(house: House) -> None:
    turn = house.ask(ANA, PUSH_UP)
    with pytest.raises(NotFoundError):
        house.voting.vote(BEN, turn.id, DOWN)
    with pytest.raises(NotFoundError):
        house.voting.withdraw(BEN, turn.id)


def test_a_vote_waits_for_the_end_of_the_answer(house: House) -> None:
    house.build(model=ScriptedModel(["Put ", "down [1]."]))
    parts = house.asking.ask(ANA, PUSH_UP)
    accepted = next(parts)
    assert isinstance(accepted, Accepted)
    with pytest.raises(InputError, match="Wait for the end"):
        house.voting.vote(ANA, accepted.turn_id, DOWN)
    parts.close()


def test_deleting_a_conversation_takes_its_votes_along(house: House) -> None:
    turn = house.ask(ANA, PUSH_UP)
    house.voting.vote(ANA, turn.id, DOWN)
    house.conversations.delete(ANA, turn.conversation_id)
    assert house.voting.mine(ANA) == []
    assert house.voting.standing(ANA, turn.id) is None
