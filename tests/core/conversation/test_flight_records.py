from __future__ import annotations

import time
from datetime import timedelta

import pytest

from core.conversation.answering import Answer
from core.conversation.flight_records import FlightRows, Landed, Lead, Ticket
from core.conversation.model import Quote
from core.database import Database
from core.knowledge.model import Source
from core.semantic_cache.model import Scope
from tests.core.conversation.flying import SCOPE, answer, at_once
from tests.house import MovableClock

LEASE_S, KEEP_S = 10, 30
BEFORE = Ticket(SCOPE, "key", 0)
"""Of somebody who asked before anything happened."""


def ticket(scope: Scope = SCOPE, key: str = "key") -> Ticket:
    """Return the ticket of somebody who asks now."""
    return Ticket(scope, key, time.time_ns())


@pytest.fixture
def rows(database: Database, clock: MovableClock) -> FlightRows:
    return FlightRows(database, clock, timedelta(seconds=LEASE_S), timedelta(seconds=KEEP_S))


def test_of_many_who_come_at_once_one_leads(rows: FlightRows) -> None:
    for free in range(3):  # the row is not there, then it is
        asked = ticket()
        taken = at_once(20, lambda number, asked=asked: rows.take(asked, f"leader {number}"))
        leaders = [number for number, one in enumerate(taken) if one == Lead(1)]
        assert (len(leaders), taken.count(None)) == (1, 19), free
        assert rows.end(asked, f"leader {leaders[0]}", None)


def test_a_lease_that_runs_out_is_taken_by_another_and_lost(rows: FlightRows, clock: MovableClock) -> None:
    assert rows.take(ticket(), "first") == Lead(1)
    clock.pass_by(seconds=LEASE_S - 1)
    assert rows.renew(ticket(), "first")
    clock.pass_by(seconds=LEASE_S - 1)
    assert rows.take(ticket(), "second") is None
    clock.pass_by(seconds=1)
    assert rows.take(ticket(), "second") == Lead(1)
    assert not rows.renew(ticket(), "first")
    assert not rows.end(BEFORE, "first", answer("too late"))
    assert rows.take(BEFORE, "third") is None


def test_an_answer_comes_back_as_it_was_given(rows: FlightRows) -> None:
    source = Source("Dietary protein", "WHO", 2007, "https://www.who.int")
    quote = Quote("guidance/protein", "Protein", "How much", "Eat 1.6 g.", (source,))
    given = Answer("Eat ½ “well” 🥦", "key", "m", (quote,), remark="said", input_tokens=3, output_tokens=4)
    rows.take(BEFORE, "first")
    assert rows.end(BEFORE, "first", given)
    assert rows.take(BEFORE, "second") == Landed(given, 1)


def test_an_answer_is_for_those_only_who_asked_before_it_came(rows: FlightRows, clock: MovableClock) -> None:
    rows.take(BEFORE, "first")
    rows.end(BEFORE, "first", answer("told"))
    assert rows.take(BEFORE, "second") == Landed(answer("told"), 1)
    assert rows.take(ticket(), "third") == Lead(1)
    rows.end(BEFORE, "third", answer("told"))
    clock.pass_by(seconds=KEEP_S)
    assert isinstance(rows.take(BEFORE, "fourth"), Lead)


def test_attempts_are_counted_until_one_serves_all(rows: FlightRows) -> None:
    second_best, cut = answer("quoted", complete=False), answer("Ha", complete=False, cut=True)
    for attempt, ended in enumerate([None, cut, second_best], start=1):
        assert rows.take(BEFORE, f"leader {attempt}") == Lead(attempt)
        assert rows.end(BEFORE, f"leader {attempt}", ended)
    assert rows.take(BEFORE, "another") == Landed(second_best, 3)


@pytest.mark.parametrize("complete", [True, False])
def test_only_a_whole_answer_serves_all_at_once(complete: bool) -> None:
    assert Landed(answer("told", complete=complete), 1).serves_all is complete
    assert Landed(answer("told", complete=complete), 2).serves_all
    assert not Landed(answer("to", complete=False, cut=True), 9).serves_all


def test_scopes_and_questions_are_apart(rows: FlightRows) -> None:
    others = [
        ticket(),
        ticket(key="other"),
        ticket(Scope("other", "release", "en")),
        ticket(Scope("default", "other", "en")),
        ticket(Scope("default", "release", "de")),
        ticket(Scope("default-release", "en", "")),
    ]
    assert [rows.take(one, "leader") for one in others] == [Lead(1)] * len(others)


def test_sweeping_leaves_what_is_in_the_air(rows: FlightRows, clock: MovableClock) -> None:
    rows.take(ticket(key="dead"), "first")
    clock.pass_by(seconds=LEASE_S)
    rows.take(ticket(key="flying"), "second")
    rows.take(ticket(key="landed"), "third")
    rows.end(ticket(key="landed"), "third", answer("told"))
    assert rows.sweep() == 1
    assert rows.renew(ticket(key="flying"), "second")
    assert isinstance(rows.take(Ticket(SCOPE, "landed", 0), "late"), Landed)
