from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from threading import Barrier

import pytest
from sqlmodel import select

from core.database import Database
from core.feedback.model import Given, Reason, Thumb, Vote
from core.feedback.records import Feedback, standing
from core.feedback.service import put, withdraw
from tests.house import MovableClock, person

ANA, BEN = person("Ana"), person("Ben")
UP, DOWN = Vote(Thumb.UP), Vote(Thumb.DOWN, (Reason.WRONG, Reason.UNSAFE), "It hurts.", "Rest first.")
VOTERS = 4


def vote(database: Database, clock: MovableClock, given: Vote, turn: str = "turn") -> Thumb | None:
    with database.begin() as session:
        return put(session, ANA, turn, given, clock.time)


def take_back(database: Database, clock: MovableClock) -> Thumb | None:
    with database.begin() as session:
        return withdraw(session, ANA, "turn", clock.time)


def stands(database: Database) -> Given | None:
    with database.read() as session:
        return standing(session, ANA, ["turn"]).get("turn")


def rows(database: Database) -> list[Feedback]:
    with database.read() as session:
        return list(session.exec(select(Feedback)))


def test_a_vote_stands_with_all_that_was_said(database: Database, clock: MovableClock) -> None:
    assert vote(database, clock, DOWN) is None
    assert stands(database) == Given("turn", DOWN, clock.time)


def test_a_vote_takes_the_place_of_the_earlier_one_and_tells_it(database: Database, clock: MovableClock) -> None:
    vote(database, clock, DOWN)
    began = clock.time
    clock.pass_by(hours=1)
    assert [vote(database, clock, given) for given in (UP, UP, DOWN)] == [Thumb.DOWN, Thumb.UP, Thumb.UP]
    assert stands(database) == Given("turn", DOWN, clock.time)
    [row] = rows(database)
    assert (row.created_at, row.updated_at) == (began, clock.time)


def test_what_was_said_before_does_not_stay_with_a_new_vote(database: Database, clock: MovableClock) -> None:
    vote(database, clock, DOWN)
    vote(database, clock, UP)
    assert stands(database) == Given("turn", UP, clock.time)


def test_a_vote_that_is_taken_back_stands_no_more_but_its_row_tells_of_it(
    database: Database, clock: MovableClock
) -> None:
    vote(database, clock, DOWN)
    clock.pass_by(hours=1)
    assert [take_back(database, clock), take_back(database, clock)] == [Thumb.DOWN, None]
    assert stands(database) is None
    [row] = rows(database)
    assert (row.thumb, row.withdrawn_at) == (Thumb.DOWN, clock.time)


def test_taking_back_later_again_does_not_change_when_it_was_taken_back(
    database: Database, clock: MovableClock
) -> None:
    vote(database, clock, DOWN)
    take_back(database, clock)
    taken: datetime = clock.time
    clock.pass_by(hours=1)
    take_back(database, clock)
    assert [row.withdrawn_at for row in rows(database)] == [taken]


def test_after_taking_back_a_vote_is_a_first_one(database: Database, clock: MovableClock) -> None:
    vote(database, clock, DOWN)
    take_back(database, clock)
    assert vote(database, clock, UP) is None
    assert stands(database) == Given("turn", UP, clock.time)


def test_without_a_vote_there_is_nothing_to_take_back(database: Database, clock: MovableClock) -> None:
    assert take_back(database, clock) is None
    assert rows(database) == []


def test_users_vote_on_one_turn_each_for_themselves(database: Database, clock: MovableClock) -> None:
    vote(database, clock, DOWN)
    with database.begin() as session:
        assert put(session, BEN, "turn", UP, clock.time) is None
        assert withdraw(session, BEN, "turn", clock.time) is Thumb.UP
    assert stands(database) == Given("turn", DOWN, clock.time)


def test_a_vote_falls_with_the_transaction_around_it(database: Database, clock: MovableClock) -> None:
    def interrupted() -> None:
        with database.begin() as session:
            put(session, ANA, "turn", DOWN, clock.time)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert rows(database) == []


def test_of_first_votes_at_once_one_is_first_and_the_others_change_it(database: Database, clock: MovableClock) -> None:
    url = database.url.render_as_string(hide_password=False)
    together = Barrier(VOTERS)

    def voter(_number: int) -> Thumb | None:
        with closing(Database(url)) as own:
            own.check()
            together.wait(30)
            return vote(own, clock, UP)

    with ThreadPoolExecutor(VOTERS) as pool:
        assert sorted(map(str, pool.map(voter, range(VOTERS)))) == ["1"] * (VOTERS - 1) + ["None"]
    assert len(rows(database)) == 1
