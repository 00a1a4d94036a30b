"""What verdicts do to entries and their questions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from core.database import Database
from core.semantic_cache.consequences import AMONG
from core.semantic_cache.judging import Judging
from core.semantic_cache.model import CachePolicy, Kind, Scope, Standing
from core.semantic_cache.records import CacheQuestion
from tests.core.semantic_cache.entries import (
    NOW,
    Oracle,
    decision_of,
    entry_of,
    make_decision,
    make_entry,
    questions,
    steps,
)
from tests.house import TENANT, MovableClock

KNOWN, ANSWER, ASKED = "How do I squat?", "Sit back.", "Squatting, how?"
YES, NO = Oracle({(ASKED, ANSWER): True}), Oracle({(ASKED, ANSWER): False})


def judge(database: Database, oracle: Oracle, clock: MovableClock) -> int:
    return Judging(database, clock, oracle, CachePolicy()).run()


@pytest.mark.parametrize("served", [False, True])
def test_a_verified_paraphrase_becomes_an_alias_that_is_to_be_indexed(
    database: Database, clock: MovableClock, served: bool
) -> None:
    entry = make_entry(database)
    decisions = [make_decision(database, entry, text, served=served) for text in (ASKED, "squatting -  how", ASKED)]
    assert judge(database, Oracle({(text, ANSWER): True for text in (ASKED, "squatting -  how")}), clock) == 3
    assert questions(database, entry)[ASKED] == Kind.ALIAS
    with database.read() as session:
        rows = session.exec(select(CacheQuestion).where(CacheQuestion.kind == Kind.ALIAS)).all()
    assert len({row.key for row in rows}) == len(rows)
    assert {(row.namespace, row.indexed) for row in rows} == {("cache-default-release-en", False)}
    known, row = decision_of(database, decisions[0]), entry_of(database, entry)
    assert (known.judge_state, known.judge, known.judge_reason, known.judge_tokens) == (
        "done",
        "oracle",
        "as it is known",
        7,
    )
    assert known.label == pytest.approx(1.5 * 19 / (1.5 * 19 + 1))
    assert known.labelled_by == "judge:oracle"
    assert row.right == pytest.approx(3 * (known.label or 0))
    assert row.right + row.wrong == pytest.approx(3)


def test_a_trap_becomes_a_negative_example_and_a_later_verdict_may_correct_that(
    database: Database, clock: MovableClock
) -> None:
    entry = make_entry(database)
    make_decision(database, entry, ASKED, probability=0.4)
    judge(database, NO, clock)
    assert questions(database, entry) == {KNOWN: Kind.ASKED, ASKED: Kind.NEGATIVE}
    make_decision(database, entry, ASKED)
    judge(database, YES, clock)
    assert questions(database, entry) == {KNOWN: Kind.ASKED, ASKED: Kind.ALIAS}
    assert steps(database, entry) == ["negative", "alias"]


def test_the_question_that_an_entry_was_made_for_is_never_turned(database: Database, clock: MovableClock) -> None:
    entry = make_entry(database)
    make_decision(database, entry, KNOWN, probability=0.3)
    judge(database, Oracle({(KNOWN, ANSWER): False}), clock)
    assert questions(database, entry) == {KNOWN: Kind.ASKED}


@pytest.mark.parametrize(
    ("actor", "read", "standing"),
    [("stranger", True, Standing.SHARED), ("author", True, Standing.PENDING), ("stranger", False, Standing.PENDING)],
)
def test_a_pending_entry_is_shared_when_a_judge_read_it_for_another_user(
    database: Database, clock: MovableClock, actor: str, read: bool, standing: Standing
) -> None:
    entry = make_entry(database, standing=Standing.PENDING, judge_state="done")
    make_decision(database, entry, ASKED, actor=actor)
    judge(database, Oracle(YES.truth, read=read), clock)
    assert entry_of(database, entry).standing == standing


def test_a_fresh_answer_to_a_paraphrase_is_folded_into_the_entry(database: Database, clock: MovableClock) -> None:
    entry, fresh = make_entry(database), make_entry(database, ASKED, "Sit deep.", standing=Standing.PENDING)
    make_decision(database, entry, ASKED, fresh=fresh)
    judge(database, YES, clock)
    assert questions(database, entry) == {KNOWN: Kind.ASKED, ASKED: Kind.ALIAS}
    assert questions(database, fresh) == {}
    assert entry_of(database, fresh).standing == Standing.RETIRED
    with database.read() as session:
        assert session.exec(select(CacheQuestion.indexed).where(CacheQuestion.kind == Kind.ALIAS)).all() == [False]


OUT = {"standing": Standing.QUARANTINED, "judge_state": "held"}


@pytest.mark.parametrize(("columns", "elsewhere"), [({"served": 1}, False), (OUT, False), ({}, True)])
def test_what_is_in_use_or_out_of_service_or_elsewhere_is_not_folded(
    database: Database, clock: MovableClock, columns: dict[str, Any], elsewhere: bool
) -> None:
    scope = Scope(TENANT, "other release" if elsewhere else "release", "en")
    entry, fresh = make_entry(database), make_entry(database, ASKED, "Sit deep.", scope=scope, **columns)
    before = entry_of(database, fresh).standing
    make_decision(database, entry, ASKED, fresh=fresh)
    judge(database, YES, clock)
    assert entry_of(database, fresh).standing == before
    assert questions(database, fresh) == {ASKED: Kind.ASKED}


def test_nobody_is_folded_into_an_entry_that_only_its_author_sees(database: Database, clock: MovableClock) -> None:
    entry = make_entry(database, standing=Standing.PENDING, judge_state="done")
    fresh = make_entry(database, ASKED, "Sit deep.", by="stranger", standing=Standing.PENDING, judge_state="done")
    make_decision(database, entry, ASKED, actor="stranger", fresh=fresh)
    judge(database, Oracle(YES.truth, read=False), clock)
    assert entry_of(database, fresh).standing == Standing.PENDING


def false_hits(
    database: Database, clock: MovableClock, entry: str, *hits: tuple[str, str], right: bool | None = None
) -> None:
    """Serve an entry for questions that it does not answer; `right` is whether it answers its own."""
    known = {} if right is None else {(KNOWN, ANSWER): right}
    for actor, question in hits:
        make_decision(database, entry, question, actor=actor, probability=0.3, served=True)
        judge(database, Oracle({(question, ANSWER): False} | known), clock)
        clock.pass_by(minutes=1)


def test_two_independent_false_hits_quarantine_an_entry(database: Database, clock: MovableClock) -> None:
    entry = make_entry(database)
    false_hits(database, clock, entry, ("Ana", "one"), ("Ana", "two"), ("Ben", "one"))
    assert entry_of(database, entry).standing == Standing.QUARANTINED
    assert steps(database, entry).count("false hit") == 3
    assert questions(database, entry) == {KNOWN: Kind.ASKED, "one": Kind.NEGATIVE, "two": Kind.NEGATIVE}


def test_one_user_or_one_question_does_not(database: Database, clock: MovableClock) -> None:
    entry = make_entry(database)
    false_hits(database, clock, entry, ("Ana", "one"), ("Ana", "two"))
    assert entry_of(database, entry).standing == Standing.SHARED
    other = make_entry(database, "another")
    false_hits(database, clock, other, ("Ana", "one"), ("Ben", "one"))
    assert entry_of(database, other).standing == Standing.SHARED


def test_a_false_hit_long_ago_among_many_good_ones_does_not_count(database: Database, clock: MovableClock) -> None:
    entry = make_entry(database)
    false_hits(database, clock, entry, ("Ana", "one"))
    for number in range(AMONG):
        make_decision(database, entry, ASKED, actor=f"{number}", served=True)
    judge(database, YES, clock)
    clock.pass_by(minutes=1)
    false_hits(database, clock, entry, ("Ben", "two"))
    assert entry_of(database, entry).standing == Standing.SHARED


def test_false_hits_from_before_a_release_do_not_count_again(database: Database, clock: MovableClock) -> None:
    entry = make_entry(database)
    false_hits(database, clock, entry, ("Ana", "one"), ("Ben", "two"), right=True)
    assert steps(database, entry)[-2:] == ["quarantined", "released"]
    assert entry_of(database, entry).standing == Standing.SHARED
    clock.pass_by(minutes=1)
    false_hits(database, clock, entry, ("Cem", "three"))
    assert entry_of(database, entry).standing == Standing.SHARED
    false_hits(database, clock, entry, ("Dov", "four"))
    assert (entry_of(database, entry).standing, entry_of(database, entry).judge_state) == (Standing.QUARANTINED, "held")


@pytest.mark.parametrize("before", [Standing.PENDING, Standing.QUARANTINED])
@pytest.mark.parametrize(
    ("same", "read", "after"),
    [(True, True, Standing.SHARED), (False, True, Standing.RETIRED), (None, True, None), (True, False, None)],
)
def test_an_entry_out_of_service_is_judged_by_its_own_question_once(
    database: Database,
    clock: MovableClock,
    before: Standing,
    same: bool | None,
    read: bool,
    after: Standing | None,
) -> None:
    entry = make_entry(database, standing=before)
    oracle = Oracle({} if same is None else {(KNOWN, ANSWER): same}, read=read)
    assert judge(database, oracle, clock) == 1
    assert judge(database, oracle, clock) == 0
    assert entry_of(database, entry).standing == (after or before)
    assert entry_of(database, entry).judge_state == "done"


def test_no_judge_looks_at_what_a_person_holds_or_at_what_is_past_its_time(
    database: Database, clock: MovableClock
) -> None:
    make_entry(database, standing=Standing.QUARANTINED, judge_state="held")
    make_entry(database, "old", standing=Standing.PENDING, at=NOW - timedelta(days=31))
    make_entry(database, "in service")
    assert judge(database, Oracle(), clock) == 0
