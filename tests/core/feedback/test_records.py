from __future__ import annotations

from dataclasses import replace

from core.access.model import Actor
from core.database import Database
from core.feedback.model import Thumb, Vote
from core.feedback.records import newest, standing
from core.feedback.service import put, withdraw
from tests.house import MovableClock, person

ANA, BEN = person("Ana"), person("Ben")


def vote(database: Database, clock: MovableClock, *turns: str, actor: Actor = ANA) -> None:
    with database.begin() as session:
        for turn in turns:
            clock.pass_by(minutes=1)
            put(session, actor, turn, Vote(Thumb.UP), clock.time)


def mine(database: Database, actor: Actor = ANA, limit: int = 10) -> list[str]:
    with database.read() as session:
        return [given.turn_id for given in newest(session, actor, limit)]


def test_the_newest_votes_come_first_and_a_changed_one_is_new(database: Database, clock: MovableClock) -> None:
    vote(database, clock, "a", "b", "c", "a")
    assert mine(database) == ["a", "c", "b"]
    assert mine(database, limit=2) == ["a", "c"]


def test_nobody_sees_the_votes_of_another_or_of_another_tenant(database: Database, clock: MovableClock) -> None:
    vote(database, clock, "a")
    assert [mine(database, other) for other in (BEN, replace(ANA, tenant="other"))] == [[], []]
    with database.read() as session:
        assert standing(session, BEN, ["a"]) == {}


def test_votes_that_were_taken_back_are_left_out(database: Database, clock: MovableClock) -> None:
    vote(database, clock, "a", "b")
    with database.begin() as session:
        withdraw(session, ANA, "b", clock.time)
    assert mine(database) == ["a"]
    with database.read() as session:
        assert set(standing(session, ANA, ["a", "b", "unknown"])) == {"a"}


def test_two_hundred_votes_are_the_most(database: Database, clock: MovableClock) -> None:
    vote(database, clock, *(f"turn {number}" for number in range(201)))
    assert len(mine(database, limit=1000)) == 200
