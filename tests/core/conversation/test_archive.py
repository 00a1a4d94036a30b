from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from core.access.model import Role
from core.access.records import AuditRow
from core.conversation import archive_queries
from core.conversation.archive_model import NO_TOPIC, MarkKind, Page, Sought, VoteFilter, pseudonym
from core.conversation.model import State
from core.database import Database, new_id
from core.errors import ForbiddenError, InputError, NotFoundError
from core.feedback.model import Reason, Thumb, Vote
from core.semantic_cache.evidence import NAMES
from tests.core.conversation.archives import ANA, BEN, PAULA, Shelves
from tests.house import House, MovableClock, person


@pytest.fixture
def shelves(database: Database, clock: MovableClock) -> Shelves:
    return Shelves(database, clock)


def ids(page: Page) -> list[str]:
    return [line.id for line in page.lines]


def found(shelves: Shelves, **sought: object) -> set[str]:
    return set(ids(shelves.archive.page(PAULA, Sought(**sought))))  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["", "squats"])
def test_pages_follow_each_other_in_both_directions(shelves: Shelves, words: str) -> None:
    turns = shelves.many(7)[::-1]
    sought = Sought(words)
    first = shelves.archive.page(PAULA, sought, limit=3)
    assert (ids(first), first.newer) == (turns[:3], None)
    second = shelves.archive.page(PAULA, sought, before=first.older, limit=3)
    third = shelves.archive.page(PAULA, sought, before=second.older, limit=3)
    assert (ids(second), ids(third), third.older) == (turns[3:6], turns[6:], None)
    back = shelves.archive.page(PAULA, sought, after=third.newer, limit=3)
    assert ids(back) == turns[3:6]
    again = shelves.archive.page(PAULA, sought, after=back.newer, limit=3)
    assert (ids(again), again.newer) == (turns[:3], None)


@pytest.mark.parametrize("words", ["", "squats"])
def test_turns_of_one_moment_are_each_shown_once(shelves: Shelves, words: str) -> None:
    moment = shelves.clock.now()
    turns = set(shelves.many(9, asked_at=moment))
    seen: list[str] = []
    page = shelves.archive.page(PAULA, Sought(words), limit=2)
    while True:
        seen += ids(page)
        if page.older is None:
            break
        page = shelves.archive.page(PAULA, Sought(words), before=page.older, limit=2)
    assert sorted(seen) == sorted(turns)


@pytest.mark.parametrize("words", ["", "squats"])
def test_what_matches_is_counted_as_far_as_is_asked(shelves: Shelves, words: str) -> None:
    turns = shelves.many(5)
    shelves.archive.mark(PAULA, turns[2], MarkKind.REGRESSION)
    assert [shelves.archive.count(PAULA, Sought(words), most) for most in (3, 4, 5, 6)] == [4, 5, 5, 5]
    assert shelves.archive.count(PAULA, Sought(words, marked=(MarkKind.REGRESSION,))) == 1
    assert shelves.archive.count(PAULA, Sought("nothing like it")) == 0


def test_new_turns_do_not_move_an_older_page(shelves: Shelves) -> None:
    shelves.many(6)
    first = shelves.archive.page(PAULA, Sought(), limit=3)
    second = shelves.archive.page(PAULA, Sought(), before=first.older, limit=3)
    shelves.many(4)
    assert ids(shelves.archive.page(PAULA, Sought(), before=first.older, limit=3)) == ids(second)


def test_each_filter_finds_its_turns_only(shelves: Shelves) -> None:
    plain = shelves.turn(topic="squats")
    other = shelves.turn(
        by=BEN, outcome="hit", release_id="r2", channel="canary", state=State.FAILED, language="de",
        evidence={"decision": "d"},
    )  # fmt: skip
    shelves.wrong_decision("d")
    shelves.vote(plain, Thumb.DOWN)
    shelves.archive.mark(PAULA, plain, MarkKind.REGRESSION)
    for sought in (
        {"outcome": ("miss",)}, {"release": ("r1",)}, {"channel": ("stable",)}, {"actor": ANA.id[:8]},
        {"topic": ("squats",)}, {"language": ("en",)}, {"vote": (VoteFilter.DOWN,)},
        {"marked": (MarkKind.REGRESSION,)}, {"until": shelves.hours_ago(1 / 90)},
    ):  # fmt: skip
        assert found(shelves, **sought) == {plain}, sought
    for sought in (
        {"outcome": ("hit",)}, {"release": ("r2",)}, {"channel": ("canary",)}, {"actor": BEN.id[:8]},
        {"topic": (NO_TOPIC,)}, {"language": ("de",)}, {"vote": (VoteFilter.NONE,)}, {"error": True},
        {"false_hit": True}, {"since": shelves.hours_ago(1 / 90)},
    ):  # fmt: skip
        assert found(shelves, **sought) == {other}, sought
    both = {plain, other}
    assert found(shelves, outcome=("hit", "miss"), release=("r1", "r2")) == both
    assert found(shelves, vote=(VoteFilter.DOWN, VoteFilter.NONE)) == both
    assert found(shelves, vote=(VoteFilter.UP,)) == found(shelves, marked=(MarkKind.FINE_TUNING,)) == set()


def test_of_many_and_of_few_the_same_are_found(shelves: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = shelves.many(4, topic="squats")
    shelves.many(3)
    for turn in turns[:3]:
        shelves.vote(turn, Thumb.UP)
    for few in (5000, 1):
        monkeypatch.setattr(archive_queries, "FEW", few)
        assert found(shelves, topic=("squats",)) == set(turns)
        assert found(shelves, topic=("squats",), vote=(VoteFilter.UP,)) == set(turns[:3])
        assert found(shelves, topic=("squats",), vote=(VoteFilter.NONE,), words="squat") == {turns[3]}


def test_a_time_range_and_words_go_together(shelves: Shelves) -> None:
    old, new = shelves.turn("Is creatine safe?"), shelves.turn("Is creatine healthy?")
    middle = shelves.clock.now()
    assert found(shelves, words="creatine", until=middle) == {old}
    assert found(shelves, words="creatine", since=middle) == {new}


def test_a_withdrawn_vote_and_an_undone_mark_are_not_found(shelves: Shelves) -> None:
    turn = shelves.turn()
    shelves.vote(turn, Thumb.UP)
    shelves.archive.mark(PAULA, turn, MarkKind.FINE_TUNING, "short and right")
    shelves.voting.withdraw(ANA, turn)
    shelves.archive.unmark(PAULA, turn, MarkKind.FINE_TUNING)
    assert found(shelves, vote=(VoteFilter.UP,)) == found(shelves, marked=(MarkKind.FINE_TUNING,)) == set()
    [mark] = shelves.archive.open(PAULA, turn).turns[0].marks
    assert (mark.note, mark.by, mark.undone_at) == ("short and right", pseudonym(PAULA.id), shelves.clock.now())


def test_a_turn_that_is_being_answered_is_not_there_yet(shelves: Shelves) -> None:
    shelves.turn(state=State.ANSWERING)
    assert not shelves.archive.any_turn(PAULA)
    assert found(shelves, words="squat") == set()


def test_nothing_of_another_tenant_is_found_or_opened(shelves: Shelves) -> None:
    theirs = shelves.turn(by=person("Ana", tenant="other"))
    mine = shelves.turn()
    assert found(shelves) == found(shelves, words="squat") == {mine}
    for change in (
        lambda: shelves.archive.open(PAULA, theirs),
        lambda: shelves.archive.mark(PAULA, theirs, MarkKind.REGRESSION),
        lambda: shelves.archive.unmark(PAULA, theirs, MarkKind.REGRESSION),
        lambda: shelves.archive.answer_better(PAULA, theirs, "Better."),
    ):
        with pytest.raises(NotFoundError):
            change()


def test_trainers_see_nothing_of_it(shelves: Shelves) -> None:
    turn = shelves.turn()
    for change in (
        lambda: shelves.archive.page(ANA, Sought()),
        lambda: shelves.archive.count(ANA, Sought()),
        lambda: shelves.archive.open(ANA, turn),
        lambda: shelves.archive.topics(ANA),
        lambda: shelves.archive.mark(ANA, turn, MarkKind.REGRESSION),
        lambda: shelves.archive.unmark(ANA, turn, MarkKind.REGRESSION),
        lambda: shelves.archive.answer_better(ANA, turn, "Better."),
    ):
        with pytest.raises(ForbiddenError):
            change()


def test_the_story_of_a_turn_holds_its_evidence(house: House) -> None:
    shelves = Shelves(house.database, house.clock)
    house.ask(ANA, "How do I do a diamond push-up?")
    hit = house.ask(BEN, "What is the right way to do a diamond push-up?")
    house.voting.vote(BEN, hit.id, Vote(Thumb.DOWN, (Reason.WRONG,), "Not for beginners."))
    chat = shelves.archive.open(PAULA, hit.id)
    [one] = chat.turns
    assert (chat.user, one.line.user, one.line.vote) == (pseudonym(BEN.id), pseudonym(BEN.id), -1)
    assert one.answer == hit.answer
    assert one.quotes == hit.quotes
    assert one.vote is not None
    assert one.vote.comment == "Not for beginners."
    assert one.decision is not None
    assert one.decision.known == "How do I do a diamond push-up?"
    assert one.decision.served
    assert one.decision.probability >= one.decision.required
    assert len(one.decision.features) == len(NAMES)
    assert "cache" in one.stages_ms
    assert BEN.name not in repr(chat)


def test_a_replaced_turn_stays_in_the_story(house: House) -> None:
    first = house.ask(ANA, "How do I do a diamond push-up?")
    second = house.ask(ANA, "How do I do a diamond push-up?", replaces=first.id)
    chat = Shelves(house.database, house.clock).archive.open(PAULA, second.id)
    assert [(one.line.id, one.replaced) for one in chat.turns] == [(first.id, True), (second.id, False)]


def test_marking_twice_leaves_one_mark_with_the_newer_note(shelves: Shelves) -> None:
    turn = shelves.turn()
    for note in ("first", "second"):
        shelves.archive.mark(PAULA, turn, MarkKind.REGRESSION, note)
    shelves.archive.mark(PAULA, turn, MarkKind.FINE_TUNING)
    [line] = shelves.archive.page(PAULA, Sought()).lines
    assert set(line.marks) == set(MarkKind)
    marks = shelves.archive.open(PAULA, turn).turns[0].marks
    assert [(mark.kind, mark.note) for mark in marks] == [
        (MarkKind.REGRESSION, "second"),
        (MarkKind.FINE_TUNING, ""),
    ]


def test_a_better_answer_is_kept_with_its_author_and_versions(shelves: Shelves) -> None:
    turn = shelves.turn()
    ada = person("Ada", Role.ADMIN)
    shelves.archive.answer_better(PAULA, turn, "  Sit back.  ")
    shelves.archive.answer_better(ada, turn, "Sit back, chest up.")
    better = shelves.archive.open(PAULA, turn).turns[0].better
    assert [(one.answer, one.by) for one in better] == [
        ("Sit back, chest up.", pseudonym(ada.id)),
        ("Sit back.", pseudonym(PAULA.id)),
    ]


@pytest.mark.parametrize("answer", ["", "   ", "x" * 8001])
def test_an_answer_that_cannot_be_kept_is_refused(shelves: Shelves, answer: str) -> None:
    turn = shelves.turn()
    with pytest.raises(InputError):
        shelves.archive.answer_better(PAULA, turn, answer)
    assert shelves.archive.open(PAULA, turn).turns[0].better == ()


def test_every_change_is_in_the_audit_trail_without_text(shelves: Shelves) -> None:
    turn = shelves.turn("A question that is nobody's business")
    shelves.archive.mark(PAULA, turn, MarkKind.REGRESSION, "a note")
    shelves.archive.unmark(PAULA, turn, MarkKind.REGRESSION)
    shelves.archive.unmark(PAULA, turn, MarkKind.REGRESSION)
    shelves.archive.answer_better(PAULA, turn, "a better answer")
    with shelves.database.read() as session:
        rows = session.exec(select(AuditRow)).all()
    assert [row.action for row in rows] == ["turn.marked", "turn.unmarked", "turn.answered_better"]
    assert all("nobody" not in str(row.detail) and "a note" not in str(row.detail) for row in rows)


@given(moments=st.lists(st.integers(0, 4), min_size=1, max_size=12), limit=st.integers(1, 5))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_hold_every_turn_once_whatever_the_times(shelves: Shelves, moments: list[int], limit: int) -> None:
    tenant, start = new_id(), shelves.clock.now()
    by, reader = person("Ana", tenant=tenant), person("Paula", Role.PRODUCT, tenant)
    shelves.at_once(by, [start.replace(microsecond=moment * 400) for moment in moments])
    for words in ("", "squat"):
        lines, page = [], shelves.archive.page(reader, Sought(words), limit=limit)
        while page.older:
            lines += page.lines
            page = shelves.archive.page(reader, Sought(words), before=page.older, limit=limit)
        lines += page.lines
        assert len({line.id for line in lines}) == len(lines) == len(moments)
        times = [line.asked_at.replace(microsecond=line.asked_at.microsecond // 1000) for line in lines]
        assert times == sorted(times, reverse=True)
