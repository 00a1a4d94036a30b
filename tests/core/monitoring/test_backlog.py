"""Which events wait, and which of them are read next."""

from __future__ import annotations

from typing import Any

import pytest

from core.database import Database
from core.monitoring.backlog import Mark, State, any_waiting, side_by_side, state_of
from core.monitoring.bulk import write
from tests.core.monitoring.events import NOON, turn_event

TURNS, VOTES = 600, 300


@pytest.fixture
def busy(database: Database) -> Database:
    turns = [turn_event(place / 10, turn_id=f"turn {place}").model_dump() for place in range(TURNS)]
    same = ("release_id", "channel", "outcome", "topic", "language", "tenant", "actor_id", "turn_id")
    votes = [_vote(one, {name: one[name] for name in same}) for one in turns[:: TURNS // VOTES]]
    write(database, turns=turns, votes=votes)
    return database


def _vote(turn: dict[str, Any], same: dict[str, Any]) -> dict[str, Any]:
    when = {"at": NOON, "hour": turn["hour"], "turn_hour": turn["hour"]}
    return {"id": turn["turn_id"], "before": 0, "after": 1, **when, **same}


def test_votes_are_read_together_with_their_turns(busy: Database) -> None:
    """Half as many votes as turns wait: so of the first half of the turns the votes are read, and no others."""
    with busy.read() as session:
        found = side_by_side(session, state_of(session), 300)
    assert {source.name: len(batch.hour) for source, (batch, _) in found} == {"turn_events": 300, "vote_events": 150}
    (turns, _), (votes, _) = (read for _, read in found)
    assert votes.hour.max() <= turns.hour.max()


def test_what_is_committed_late_with_a_low_number_is_found(busy: Database) -> None:
    """So it may be on PostgreSQL, where nothing seems to wait after the highest number."""
    with busy.read() as session:
        last = {source.name: mark for source, (_, mark) in side_by_side(session, state_of(session), TURNS)}
        assert any_waiting(session, state_of(session))
        assert not any_waiting(session, State(last))
        assert any_waiting(session, State({name: mark for name, mark in last.items() if name != "vote_events"}))
        assert side_by_side(session, State(last), TURNS) == []
        beyond = last | {"vote_events": Mark(0, VOTES + 1000)}
        found = side_by_side(session, State(beyond), 10)
    counts = {source.name: len(batch.hour) for source, (batch, _) in found}
    assert counts == ({} if busy.is_sqlite else {"vote_events": 10})
