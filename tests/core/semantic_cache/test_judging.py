"""Asking a judge: once each, within the budget, whatever crashes and however many servers ask."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier

import pytest
from sqlmodel import col, select

from core.database import Database
from core.semantic_cache.judge import Judge
from core.semantic_cache.judging import Judging
from core.semantic_cache.ledger import MOST_TRIES
from core.semantic_cache.model import CachePolicy, Scope, Standing
from core.semantic_cache.records import CacheVerdict
from tests.core.semantic_cache.entries import (
    NOW,
    SCOPE,
    Oracle,
    decision_of,
    entry_of,
    make_decision,
    make_entry,
    steps,
)
from tests.house import MovableClock, down

ALL = {(f"question {number}", "Sit back."): True for number in range(20)} | {("How do I squat?", "Sit back."): True}
SERVERS = 4


def judging(database: Database, clock: MovableClock, judge: Judge | None, calls: int = 1000) -> Judging:
    return Judging(database, clock, judge, CachePolicy(judge_calls_per_day=calls))


def open_decisions(database: Database, count: int, scope: Scope = SCOPE) -> list[str]:
    entry = make_entry(database, scope=scope)
    return [
        make_decision(database, entry, f"question {number}", scope=scope, at=NOW + timedelta(seconds=number))
        for number in range(count)
    ]


def states(database: Database, decisions: list[str]) -> list[str]:
    return [decision_of(database, one).judge_state for one in decisions]


def verdicts(database: Database) -> list[CacheVerdict]:
    with database.read() as session:
        return list(session.exec(select(CacheVerdict).order_by(col(CacheVerdict.tenant), col(CacheVerdict.number))))


def test_it_takes_the_oldest_first_and_as_many_as_it_is_told(database: Database, clock: MovableClock) -> None:
    decisions, oracle = open_decisions(database, 5), Oracle(ALL)
    assert judging(database, clock, oracle).run(limit=2) == 2
    assert states(database, decisions) == ["done", "done", "open", "open", "open"]
    assert judging(database, clock, oracle).run() == 3
    assert judging(database, clock, oracle).run() == 0
    assert oracle.asked == [f"question {number}" for number in range(5)]
    assert [(row.number, row.same, row.tokens, row.subject) for row in verdicts(database)] == [
        (number, True, 7, decision) for number, decision in enumerate(decisions, start=1)
    ]


def test_without_a_judge_or_with_the_cache_off_nothing_is_judged(database: Database, clock: MovableClock) -> None:
    open_decisions(database, 1)
    assert judging(database, clock, None).run() == 0
    assert Judging(database, clock, Oracle(), CachePolicy(enabled=False)).run() == 0


def test_where_the_judge_cannot_say_nothing_becomes_known(database: Database, clock: MovableClock) -> None:
    [decision] = open_decisions(database, 1)
    assert judging(database, clock, Oracle()).run() == 1
    assert (decision_of(database, decision).judge_state, decision_of(database, decision).label) == ("done", None)


def test_a_paid_judge_is_asked_as_often_as_the_budget_of_the_tenant_allows_in_a_day(
    database: Database, clock: MovableClock
) -> None:
    ours, theirs = open_decisions(database, 5), open_decisions(database, 2, Scope("theirs", "release", "en"))
    paid, free = Oracle(ALL, paid=True), Oracle(ALL)
    assert judging(database, clock, paid, calls=3).run() == 5
    clock.pass_by(hours=23)
    assert judging(database, clock, paid, calls=3).run() == 0
    assert (states(database, ours).count("open"), states(database, theirs).count("open")) == (2, 0)
    clock.pass_by(hours=1)
    assert judging(database, clock, paid, calls=1).run() == 1
    assert judging(database, clock, free, calls=0).run() == 1


def test_what_failed_is_paid_too_and_stops_the_run(database: Database, clock: MovableClock) -> None:
    decisions = open_decisions(database, 3)
    failing = Oracle(error=down("judge"), paid=True)
    assert judging(database, clock, failing, calls=2).run() == 0
    assert states(database, decisions) == ["asking", "open", "open"]
    assert judging(database, clock, Oracle(ALL, paid=True), calls=2).run() == 1
    assert [(row.same, row.reason) for row in verdicts(database)] == [
        (None, "The judge does not answer."), (True, "as it is known")
    ]  # fmt: skip
    clock.pass_by(minutes=5)
    assert judging(database, clock, Oracle(ALL), calls=2).run() == 2
    assert states(database, decisions) == ["done"] * 3


def test_what_fails_again_and_again_is_given_up(database: Database, clock: MovableClock) -> None:
    [decision], failing = open_decisions(database, 1), Oracle(error=down("judge"))
    for _ in range(MOST_TRIES + 2):
        judging(database, clock, failing).run()
        clock.pass_by(minutes=5)
    assert states(database, [decision]) == ["failed"]
    assert len(failing.asked) == MOST_TRIES


def test_what_a_crash_cut_off_is_asked_again_after_five_minutes(database: Database, clock: MovableClock) -> None:
    def crash() -> None:
        raise SystemExit

    [decision] = open_decisions(database, 1)
    with pytest.raises(SystemExit):
        judging(database, clock, Oracle(ALL, paid=True, meanwhile=crash), calls=2).run()
    again = judging(database, clock, Oracle(ALL, paid=True), calls=2)
    clock.pass_by(minutes=4, seconds=59)
    assert again.run() == 0
    clock.pass_by(seconds=1)
    assert again.run() == 1
    assert states(database, [decision]) == ["done"]
    assert [row.ended_at is None for row in verdicts(database)] == [True, False]


def test_a_verdict_that_comes_after_another_servers_changes_nothing(database: Database, clock: MovableClock) -> None:
    [decision] = open_decisions(database, 1)

    def overtaken() -> None:
        clock.pass_by(minutes=6)
        assert judging(database, clock, Oracle(ALL, name="quick")).run() == 1

    assert judging(database, clock, Oracle(ALL, name="slow", meanwhile=overtaken)).run() == 1
    known = decision_of(database, decision)
    assert known.judge == "quick"
    row = entry_of(database, known.entry_id)
    assert row.right + row.wrong == pytest.approx(1)
    assert steps(database, known.entry_id) == ["alias"]
    assert [one.same for one in verdicts(database)] == [True, True]


def test_a_verdict_on_an_entry_whose_standing_changed_meanwhile_counts_for_what_it_is_now(
    database: Database, clock: MovableClock
) -> None:
    entry = make_entry(database, standing=Standing.PENDING)

    def out() -> None:
        with database.begin() as session:
            row = session.merge(entry_of(database, entry))
            row.standing, row.judge_state = Standing.QUARANTINED, "held"

    judging(database, clock, Oracle(ALL, meanwhile=out)).run()
    assert (entry_of(database, entry).standing, entry_of(database, entry).judge_state) == ("quarantined", "held")


def test_decisions_on_entries_that_are_gone_are_given_up_without_a_call(
    database: Database, clock: MovableClock
) -> None:
    kept, oracle = make_decision(database, "gone", "How do I squat?"), Oracle()
    assert judging(database, clock, oracle).run() == 0
    assert states(database, [kept]) == ["failed"]
    assert not oracle.asked


def at_once(database: Database, work: Callable[[Database], int]) -> int:
    """Do this on several servers of one database at the same time; return the sum."""
    together, url = Barrier(SERVERS), database.url.render_as_string(hide_password=False)

    def server(_: int) -> int:
        with closing(Database(url)) as own:
            together.wait(30)
            return work(own)

    with ThreadPoolExecutor(SERVERS) as pool:
        return sum(pool.map(server, range(SERVERS)))


@pytest.mark.parametrize("budget", [1000, 7])
def test_servers_that_judge_at_once_ask_once_each_and_keep_the_budget(
    database: Database, clock: MovableClock, budget: int
) -> None:
    decisions, oracle = open_decisions(database, 16), Oracle(ALL, paid=True)

    def run(own: Database) -> int:
        return judging(own, clock, oracle, calls=budget).run(limit=100)

    most = min(budget, len(decisions))
    assert at_once(database, run) == most
    assert len(oracle.asked) == len(set(oracle.asked)) == most
    assert [row.number for row in verdicts(database)] == list(range(1, most + 1))
    row = entry_of(database, decision_of(database, decisions[0]).entry_id)
    assert row.right + row.wrong == pytest.approx(most)
