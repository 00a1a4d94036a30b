"""The admin's desk: what it lists, what it tells of an entry, and what a person can do and undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import col, delete, select

from core.access.model import Actor, Role, system
from core.access.records import AuditRow, broken_link
from core.database import Database
from core.errors import ForbiddenError, InputError, NotFoundError
from core.semantic_cache.desk import CacheDesk
from core.semantic_cache.desk_model import EntryView, Filter, Step
from core.semantic_cache.model import Kind, Standing
from core.semantic_cache.quarantine import locked, quarantine, retire
from core.semantic_cache.records import CacheEvent, CacheQuestion, CacheVerdict
from tests.core.semantic_cache.desks import ADA, ANA, BEN, BOB, MEASURE, UNSURE, Shelf
from tests.house import MovableClock, person


@pytest.fixture
def shelf(database: Database, clock: MovableClock) -> Shelf:
    return Shelf(database, clock)


def questions(shelf: Shelf, only: Filter = Filter.ALL, words: str = "", limit: int = 100) -> list[str]:
    return [row.question for row in shelf.desk.entries(ADA, only, words, limit)]


def whats(view: EntryView) -> list[str]:
    return [step.what for step in view.steps]


def step(view: EntryView, what: str) -> Step:
    (found,) = [step for step in view.steps if step.what == what]
    return found


ACTIONS: dict[str, Callable[[CacheDesk, str], object]] = {
    "summary": lambda desk, _: desk.summary(person("Paula", Role.PRODUCT)),
    "entries": lambda desk, _: desk.entries(person("Paula", Role.PRODUCT)),
    "entry": lambda desk, entry: desk.entry(person("Paula", Role.PRODUCT), entry),
    "quarantine": lambda desk, entry: desk.quarantine(person("Paula", Role.PRODUCT), entry, "why"),
    "release": lambda desk, entry: desk.release(person("Paula", Role.PRODUCT), entry, "why"),
    "delete": lambda desk, entry: desk.delete(person("Paula", Role.PRODUCT), entry, "why"),
    "undo": lambda desk, entry: desk.undo(person("Paula", Role.PRODUCT), entry),
    "histogram": lambda desk, _: desk.histogram(person("Paula", Role.PRODUCT), 7),
    "budgets": lambda desk, _: desk.budgets(person("Paula", Role.PRODUCT), 7),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_everything_is_for_admins(shelf: Shelf, action: str) -> None:
    entry = shelf.entry()
    with pytest.raises(ForbiddenError, match="admin"):
        ACTIONS[action](shelf.desk, entry)
    assert shelf.row(entry).standing == Standing.SHARED


def test_nothing_of_another_tenant_is_seen_or_changed(shelf: Shelf) -> None:
    other = shelf.entry(tenant="other")
    shelf.decision(other, tenant="other")
    assert shelf.desk.entries(ADA) == []
    assert not shelf.desk.summary(ADA).standing
    assert shelf.desk.budgets(ADA, 7) == ()
    for change in (shelf.desk.quarantine, shelf.desk.delete):
        with pytest.raises(NotFoundError):
            change(ADA, other, "why")
    with pytest.raises(NotFoundError):
        shelf.desk.entry(ADA, other)
    assert shelf.row(other).standing == Standing.SHARED


def test_filters_choose_and_order(shelf: Shelf, clock: MovableClock) -> None:
    shelf.entry("old", fresh_until=clock.now() - timedelta(days=1))
    shelf.entry("served twice", served=2, liked=2)
    shelf.entry("served most", served=9, liked=8, disliked=1)
    shelf.entry("worst", served=4, disliked=4)
    shelf.entry("one thumb", served=1, disliked=1)
    shelf.entry("waits", standing=Standing.PENDING)
    shelf.entry("out", standing=Standing.QUARANTINED)
    shelf.entry("gone", standing=Standing.RETIRED)
    shelf.entry("expired", expires_at=clock.now() - timedelta(days=1))
    assert len(questions(shelf)) == 8
    assert questions(shelf, Filter.MOST_SERVED) == ["served most", "worst", "served twice", "one thumb"]
    assert questions(shelf, Filter.WORST_LIKED) == ["worst", "one thumb", "served most"]
    assert questions(shelf, Filter.STALE) == ["old"]
    assert questions(shelf, Filter.PENDING) == ["waits"]
    assert questions(shelf, Filter.QUARANTINED) == ["out"]
    assert questions(shelf, Filter.RETIRED) == ["gone"]
    assert questions(shelf, Filter.MOST_SERVED, limit=1) == ["served most"]


def test_words_are_found_in_questions_and_answers_and_stand_for_themselves(shelf: Shelf) -> None:
    entry = shelf.entry("How do I squat?", answer="100 % effort")
    shelf.also(entry, "What is a good form for squatting?", Kind.ALIAS)
    shelf.entry("How do I row?", answer="Pull.")
    assert questions(shelf, words=" GOOD form ") == ["How do I squat?"]
    assert questions(shelf, words="%") == ["How do I squat?"]
    assert questions(shelf, words="pull") == ["How do I row?"]
    assert questions(shelf, words="_") == []


def test_an_entry_whose_documents_changed_is_stale(database: Database, clock: MovableClock) -> None:
    shelf = Shelf(database, clock, {"a": "1", "b": "2"})
    shelf.entry("as it was", documents={"a": "1"})
    shelf.entry("changed", documents={"a": "1", "b": "1"})
    shelf.entry("removed", documents={"c": "1"})
    assert {row.question: row.outdated for row in shelf.desk.entries(ADA)} == {
        "as it was": False, "changed": True, "removed": True,
    }  # fmt: skip
    assert set(questions(shelf, Filter.STALE)) == {"changed", "removed"}


def test_an_entry_is_called_by_what_it_was_made_for_even_when_that_moved_on(shelf: Shelf) -> None:
    moved, old = shelf.entry("Moved?"), shelf.entry("Old?")
    with shelf.database.begin() as session:
        session.exec(delete(CacheQuestion).where(col(CacheQuestion.entry_id) == moved))
        session.exec(delete(CacheEvent).where(col(CacheEvent.entry_id) == old))
    shelf.also(old, "Also?", Kind.ALIAS)
    assert sorted(questions(shelf)) == ["Moved?", "Old?"]
    assert whats(shelf.desk.entry(ADA, old)) == ["made"]
    assert step(shelf.desk.entry(ADA, old), "made").evidence == "asked “Old?”"


def test_what_hits_saved_is_told_where_the_price_is_known(shelf: Shelf) -> None:
    shelf.entry("paid", served=3, cost_usd=0.02)
    shelf.entry("free", served=3)
    saved = {row.question: row.saved_usd for row in shelf.desk.entries(ADA)}
    assert saved == {"paid": pytest.approx(0.06), "free": None}


def test_an_entry_tells_its_whole_life_in_order(shelf: Shelf, clock: MovableClock) -> None:
    entry = shelf.entry("How do I squat?")
    shelf.also(entry, "How to squat?", Kind.ALIAS)
    shelf.also(entry, "How do I squat with a bad knee?", Kind.NEGATIVE)
    clock.pass_by(hours=1)
    shelf.serve(entry, BEN, thumb=-1)
    clock.pass_by(hours=1)
    judged = clock.now() + timedelta(minutes=5)
    shelf.decision(
        entry, label=0.01, labelled_by="judge:gpt", labelled_at=judged, judge="gpt", judge_reason="Another lift.",
        weight=20.0, judge_state="done",
    )  # fmt: skip
    clock.pass_by(hours=1)
    shelf.desk.quarantine(ADA, entry, "  looks\nwrong ")
    view = shelf.desk.entry(ADA, entry)
    assert whats(view) == ["made", "thumb down", "hit", "hit was wrong", "quarantined"]
    assert step(view, "hit").evidence == (
        "asked “How to squat?”, nearest is “How do I squat?”: similarity 0.930, 97.0% sure, 90.0% needed"
    )
    wrong = step(view, "hit was wrong")
    assert (wrong.who, wrong.at) == ("judge gpt", judged)
    assert wrong.evidence == "“How to squat?”: 1.0% sure that this answer serves it: Another lift."
    assert step(view, "quarantined").evidence == "looks wrong; was shared"
    assert step(view, "quarantined").who == "you"
    assert step(view, "thumb down").who == f"user {BEN.id[:6]}"
    assert view.questions == {
        Kind.ASKED: ("How do I squat?",),
        Kind.ALIAS: ("How to squat?",),
        Kind.NEGATIVE: ("How do I squat with a bad knee?",),
    }
    assert [(one.who, one.thumb) for one in view.served] == [(f"user {BEN.id[:6]}", -1)]
    assert view.users == 1
    assert "waits for you" in view.waits_for


def test_the_verdict_on_the_answer_itself_is_part_of_the_life(shelf: Shelf, clock: MovableClock) -> None:
    entry, now = shelf.entry(standing=Standing.PENDING), clock.now() + timedelta(minutes=1)
    with shelf.database.begin() as session:
        told: dict[str, Any] = {"tenant": "default", "subject": entry, "at": now, "judge": "gpt", "paid": True}
        session.add(CacheVerdict(number=1, **told))
        session.add(
            CacheVerdict(number=2, ended_at=now + timedelta(1), same=True, reason="It does.", tokens=1200, **told)
        )
    view = shelf.desk.entry(ADA, entry)
    assert whats(view) == ["made", "judge was asked", "judged right"]
    assert step(view, "judged right").evidence == "It does. (1,200 tokens)"
    assert "second user" in view.waits_for


def test_whoever_it_was_served_to_is_counted_once_and_the_newest_are_listed(shelf: Shelf, clock: MovableClock) -> None:
    entry = shelf.entry()
    for _ in range(103):
        shelf.serve(entry, ANA)
        shelf.serve(entry, BEN)
        clock.pass_by(minutes=1)
    view = shelf.desk.entry(ADA, entry)
    assert view.users == 2
    assert len(view.served) == 200
    assert view.served[0].at == clock.now() - timedelta(minutes=1)
    assert view.row.served == 206


@pytest.mark.parametrize("why", ["", "  \n ", "x" * 301])
def test_a_step_needs_a_reason(shelf: Shelf, why: str) -> None:
    entry = shelf.entry()
    for change in (shelf.desk.quarantine, shelf.desk.release, shelf.desk.delete):
        with pytest.raises(InputError, match="Say why"):
            change(ADA, entry, why)
    assert shelf.row(entry).standing == Standing.SHARED


@pytest.mark.parametrize("before", [Standing.SHARED, Standing.PENDING])
def test_quarantine_is_undone_to_what_it_was(shelf: Shelf, before: Standing) -> None:
    entry = shelf.entry(standing=before)
    shelf.desk.quarantine(ADA, entry, "wrong")
    assert shelf.row(entry).standing == Standing.QUARANTINED
    assert shelf.desk.entry(BOB, entry).undoable == "quarantine"
    shelf.desk.undo(BOB, entry)
    assert shelf.row(entry).standing == before
    assert shelf.desk.entry(BOB, entry).undoable is None


@pytest.mark.parametrize("before", [Standing.SHARED, Standing.PENDING, Standing.QUARANTINED])
def test_nothing_of_a_deleted_entry_is_lost_and_undo_brings_all_back(shelf: Shelf, before: Standing) -> None:
    entry = shelf.entry(standing=before)
    shelf.also(entry, "How to squat?", Kind.ALIAS)
    shelf.also(entry, "How do I row?", Kind.NEGATIVE)
    kept = shelf.desk.entry(ADA, entry)
    shelf.desk.delete(ADA, entry, "wrong")
    gone = shelf.desk.entry(ADA, entry)
    assert gone.row.standing is Standing.RETIRED
    assert len(gone.questions[Kind.NEGATIVE]) == 3
    assert gone.row.question == "How do I squat?"
    assert gone.undoable == "delete"
    shelf.desk.undo(ADA, entry)
    back = shelf.desk.entry(ADA, entry)
    assert (back.row.standing, back.questions, back.answer) == (before, kept.questions, kept.answer)
    assert whats(back) == ["made", "retired", "restored"]


def test_only_the_last_step_of_a_person_is_undone(shelf: Shelf, clock: MovableClock) -> None:
    entry = shelf.entry()
    with pytest.raises(InputError, match="look at it again"):
        shelf.desk.undo(ADA, entry)
    shelf.desk.quarantine(ADA, entry, "wrong")
    shelf.desk.release(BOB, entry, "right after all")
    with pytest.raises(InputError):
        shelf.desk.undo(ADA, entry)
    with shelf.database.begin() as session:
        row = locked(session, entry)[entry]
        quarantine(session, row, system("default"), clock.now(), "votes")
    assert shelf.desk.entry(ADA, entry).undoable is None
    with pytest.raises(InputError):
        shelf.desk.undo(ADA, entry)
    with shelf.database.begin() as session:
        retire(session, locked(session, entry)[entry], system("default"), clock.now(), "judge")
    with pytest.raises(InputError):
        shelf.desk.undo(ADA, entry)
    assert shelf.row(entry).standing == Standing.RETIRED


@pytest.mark.parametrize("undone", [False, True])
def test_every_step_of_a_person_is_in_the_audit_trail(shelf: Shelf, undone: bool) -> None:
    entry = shelf.entry()
    shelf.desk.quarantine(ADA, entry, "wrong")
    if undone:
        shelf.desk.undo(BOB, entry)
    with shelf.database.read() as session:
        rows = session.exec(select(AuditRow).order_by(col(AuditRow.number))).all()
        assert broken_link(session, "default") is None
    wanted = [("cache.quarantined", ADA.id, "wrong"), ("cache.reopened", BOB.id, "undone")]
    assert [(row.action, row.actor, row.detail["why"]) for row in rows] == wanted[: 1 + undone]


def test_of_two_admins_at_once_one_is_told_to_look_again(shelf: Shelf) -> None:
    entry, other = shelf.entry(), shelf.entry("another")
    barrier, told = Barrier(4), []

    def act(admin: Actor, which: str) -> None:
        barrier.wait()
        try:
            shelf.desk.quarantine(admin, which, "wrong")
        except InputError as error:
            told.append(str(error))

    threads = [Thread(target=act, args=(admin, which)) for admin in (ADA, BOB) for which in (entry, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["Somebody changed this entry in the meantime; look at it again."] * 2
    for which in (entry, other):
        assert whats(shelf.desk.entry(ADA, which)).count("quarantined") == 1
    with shelf.database.read() as session:
        assert broken_link(session, "default") is None
        assert len(session.exec(select(AuditRow)).all()) == 2


def test_the_summary_counts_what_is_live(shelf: Shelf, clock: MovableClock) -> None:
    entry = shelf.entry()
    shelf.decision(entry, at=clock.now() - timedelta(days=8))
    shelf.entry("waits", standing=Standing.PENDING, fresh_until=clock.now())
    shelf.entry("expired", expires_at=clock.now())
    shelf.serve(entry, BEN)
    for label in (1.0, 1.0, 0.0, None):
        shelf.decision(entry, label=label, judge_state="done" if label is not None else "none", weight=20.0)
    shelf.decision(entry, served=False, features=list(UNSURE))
    shelf.decision(entry, measure="of another embedder", label=0.0, judge_state="done")
    with shelf.database.begin() as session:
        for number, (hours, paid) in enumerate([(1, True), (23, True), (25, True), (1, False)], start=1):
            at = clock.now() - timedelta(hours=hours)
            session.add(CacheVerdict(tenant="default", number=number, subject="d", at=at, judge="j", paid=paid))
    summary = shelf.desk.summary(ADA)
    assert summary.standing == {Standing.SHARED: 1, Standing.PENDING: 1}
    assert (summary.stale, summary.hits, summary.weighed, summary.passed, summary.labelled) == (1, 1, 5, 4, 3)
    assert summary.false_hits.value == pytest.approx(1 / 3)
    assert summary.false_hits.draws == pytest.approx(3)
    assert summary.hit_share == pytest.approx(5 / 6)  # the one of eight days ago counts here
    assert summary.false_rate == pytest.approx(1 / 3 * 5 / 6)
    assert summary.false_interval is not None
    assert 0 < summary.false_interval[0] < (summary.false_rate or 0) < summary.false_interval[1] < 5 / 6
    assert (summary.budget, summary.judged, summary.may_judge) == (0.02, 2, 7)


def test_histogram_and_budgets_are_of_the_time_and_measure_that_is_asked_for(shelf: Shelf, clock: MovableClock) -> None:
    entry = shelf.entry()
    shelf.decision(entry, similarity=0.93, label=1.0, judge_state="done")
    shelf.decision(entry, similarity=0.3, label=0.0, judge_state="done", served=False, features=list(UNSURE))
    shelf.decision(entry, similarity=1.0)
    shelf.decision(entry, measure="of another embedder")
    shelf.decision(entry, at=clock.now() - timedelta(days=3))
    bins = [one for one in shelf.desk.histogram(ADA, 2) if one.right + one.wrong + one.unknown]
    assert [(one.right, one.wrong, one.unknown) for one in bins] == [(0, 1, 0), (1, 0, 0), (0, 0, 1)]
    assert bins[0].low == 0.5
    assert bins[1].low <= 0.93 < bins[1].high
    assert [one.weighed for one in shelf.desk.budgets(ADA, 2)] == [3] * 5
    assert shelf.desk.budgets(ADA, 4, (0.01,))[0].weighed == 4
    assert MEASURE != "of another embedder"
