"""Votes on answers from the cache: what they count, what they say, and what taking them back undoes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from core.access.model import Actor, system
from core.database import Database
from core.semantic_cache.model import Scope, Standing
from core.semantic_cache.opinions import MANY_USERS
from core.semantic_cache.quarantine import locked, quarantine, release
from core.semantic_cache.records import CacheVote
from core.semantic_cache.votes import unvote, vote
from tests.core.semantic_cache.entries import NOW, decision_of, entry_of, make_decision, make_entry, steps, users
from tests.house import TENANT

HOUR = timedelta(hours=1)
QUIET = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
_tenants = itertools.count()


def give(
    database: Database,
    actor: Actor,
    entry: str,
    thumb: int | None,
    *,
    turn: str = "turn",
    decision: str | None = None,
    off: bool = False,
    at: datetime = NOW,
) -> None:
    """Vote, or take a vote back."""
    turn = f"{turn} of {actor.id}"
    with database.begin() as session:
        if thumb is None:
            unvote(session, actor, turn_id=turn, now=at)
        else:
            vote(
                session,
                actor,
                turn_id=turn,
                entry_id=entry,
                decision_id=decision,
                thumb=thumb,
                off_question=off,
                now=at,
            )


def dislike(database: Database, entry: str, who: Iterable[Actor], apart: timedelta = HOUR) -> None:
    for number, actor in enumerate(who):
        give(database, actor, entry, -1, at=NOW + number * apart)


def counts(database: Database, entry: str) -> tuple[int, int]:
    row = entry_of(database, entry)
    return row.liked, row.disliked


def standing(database: Database, entry: str) -> str:
    return entry_of(database, entry).standing


def test_each_user_counts_once_by_the_latest_vote(database: Database) -> None:
    entry, (ana, ben) = make_entry(database), users(2)
    for hour, (turn, thumb) in enumerate((("one", 1), ("two", -1), ("three", 1))):
        give(database, ana, entry, thumb, turn=turn, at=NOW + hour * HOUR)
    give(database, ben, entry, -1)
    give(database, ben, entry, 1, at=NOW + HOUR)
    assert counts(database, entry) == (2, 0)
    give(database, ana, entry, None, turn="three")
    assert counts(database, entry) == (1, 1)  # Ana's vote on the second turn is her latest now
    for turn in ("one", "two"):
        give(database, ana, entry, None, turn=turn)
    give(database, ben, entry, None)
    assert counts(database, entry) == (0, 0)
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(CacheVote)).one() == 0


@pytest.mark.parametrize(
    ("thumb", "off", "label"), [(1, False, 0.95), (-1, True, 0.0), (-1, False, 0.81), (1, True, 0.95)]
)
def test_a_vote_speaks_of_the_decision_and_taking_it_back_undoes_that(
    database: Database, thumb: int, off: bool, label: float
) -> None:
    entry, ana = make_entry(database), users(1)[0]
    decision = make_decision(
        database, entry, "Squatting how?", actor=ana.id, probability=0.9, served=True, state="none"
    )
    for _ in range(2):  # a vote given again counts once
        give(database, ana, entry, thumb, decision=decision, off=off)
    known, row = decision_of(database, decision), entry_of(database, entry)
    assert (known.label, known.labelled_by) == (pytest.approx(label), "thumb")
    assert (row.right, row.wrong) == (pytest.approx(label), pytest.approx(1 - label))
    give(database, ana, entry, None)
    known, row = decision_of(database, decision), entry_of(database, entry)
    assert (known.label, known.labelled_by, known.labelled_at) == (None, None, None)
    assert (row.right, row.wrong) == (pytest.approx(0), pytest.approx(0))


def test_no_thumb_overwrites_a_judge_or_speaks_of_anothers_decision(database: Database) -> None:
    entry, (ana, ben) = make_entry(database), users(2)
    judged = make_decision(database, entry, "one", actor=ana.id, served=True)
    with database.begin() as session:
        row = session.merge(decision_of(database, judged))
        row.label, row.labelled_by = 0.99, "judge:oracle"
    bens = make_decision(database, entry, "two", actor=ben.id, served=True)
    for decision in (judged, bens):
        give(database, ana, entry, -1, turn=decision, decision=decision, off=True)
    give(database, ana, entry, None, turn=judged)
    assert decision_of(database, judged).label == 0.99
    assert decision_of(database, bens).label is None


def test_who_votes_all_day_moves_labels_little(database: Database) -> None:
    ana, labels = users(1)[0], []
    for number in range(20):
        entry = make_entry(database, f"question {number}")
        decision = make_decision(database, entry, "x", actor=ana.id, probability=0.9, served=True, state="none")
        give(
            database, ana, entry, -1, turn=str(number), decision=decision, off=True, at=NOW + timedelta(minutes=number)
        )
        labels.append(decision_of(database, decision).label or 0.0)
    assert labels[:5] == [0.0] * 5
    assert labels[5:] == sorted(labels[5:])
    assert labels[-1] == pytest.approx(0.9 * (1 - 5 / 20))


def test_three_users_quarantine_an_entry_and_one_who_takes_the_vote_back_releases_it(database: Database) -> None:
    entry, three = make_entry(database), users(3)
    dislike(database, entry, three[:2])
    assert standing(database, entry) == Standing.SHARED
    dislike(database, entry, three)
    assert standing(database, entry) == Standing.QUARANTINED
    give(database, three[1], entry, None, at=NOW + 3 * HOUR)
    assert standing(database, entry) == Standing.SHARED
    give(database, three[1], entry, -1, at=NOW + 5 * HOUR)
    assert standing(database, entry) == Standing.QUARANTINED
    assert steps(database, entry) == ["quarantined", "reopened", "quarantined"]


def test_a_burst_of_few_users_moves_nothing_and_one_of_many_does(database: Database) -> None:
    entry, many = make_entry(database), users(MANY_USERS)
    dislike(database, entry, many[:-1], timedelta(seconds=5))
    assert standing(database, entry) == Standing.SHARED
    dislike(database, entry, many, timedelta(seconds=5))
    assert standing(database, entry) == Standing.QUARANTINED


def test_votes_from_before_an_entry_was_found_right_do_not_count_again(database: Database) -> None:
    entry, people = make_entry(database), users(6)
    dislike(database, entry, people[:3])
    with database.begin() as session:
        release(session, locked(session, entry)[entry], system(TENANT), NOW + 4 * HOUR, "a judge agrees")
    for number, actor in enumerate(people[3:], start=5):
        assert standing(database, entry) == Standing.SHARED
        give(database, actor, entry, -1, at=NOW + number * HOUR)
    assert entry_of(database, entry).judge_state == "held"
    give(database, people[5], entry, None)
    assert standing(database, entry) == Standing.QUARANTINED  # a person decides now


def test_votes_do_not_release_what_a_judge_or_a_person_quarantined(database: Database) -> None:
    entry, ana = make_entry(database), users(1)[0]
    with database.begin() as session:
        quarantine(session, locked(session, entry)[entry], system(TENANT), NOW, "false hits")
    give(database, ana, entry, -1)
    give(database, ana, entry, None)
    assert standing(database, entry) == Standing.QUARANTINED


def test_a_vote_on_an_entry_that_left_or_is_another_tenants_is_kept_and_changes_nothing(database: Database) -> None:
    ana, foreign = users(1)[0], make_entry(database, scope=Scope("elsewhere", "release", "en"))
    for entry in ("gone", foreign):
        give(database, ana, entry, -1, turn=entry)
    assert counts(database, foreign) == (0, 0)
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(CacheVote)).one() == 2


@QUIET
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.sampled_from([1, -1, None])), max_size=25))
def test_two_users_never_quarantine_whatever_they_do(
    database: Database, votes: list[tuple[int, int, int | None]]
) -> None:
    scope = Scope(f"tenant{next(_tenants)}", "release", "en")
    entry, both = make_entry(database, scope=scope), [replace(actor, tenant=scope.tenant) for actor in users(2)]
    for hour, (who, turn, thumb) in enumerate(votes):
        give(database, both[who], entry, thumb, turn=f"{scope.tenant} {turn}", at=NOW + hour * HOUR)
        assert standing(database, entry) == Standing.SHARED


@QUIET
@given(st.lists(st.sampled_from([1, -1]), min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_the_order_of_votes_does_not_matter_and_taking_all_back_undoes_all(
    database: Database, thumbs: list[int], chance: random.Random
) -> None:
    ends = []
    for _ in range(2):
        scope = Scope(f"tenant{next(_tenants)}", "release", "en")
        entry = make_entry(database, scope=scope)
        voters = [replace(actor, tenant=scope.tenant) for actor in users(len(thumbs))]
        votes = list(zip(voters, thumbs, [NOW + n * HOUR for n in range(len(thumbs))], strict=True))
        chance.shuffle(votes)
        for actor, thumb, at in votes:
            give(database, actor, entry, thumb, turn=scope.tenant, at=at)
        ends.append((standing(database, entry), counts(database, entry)))
        for actor, _, at in votes:
            give(database, actor, entry, None, turn=scope.tenant, at=at)
        assert (standing(database, entry), counts(database, entry)) == (Standing.SHARED, (0, 0))
    assert ends[0] == ends[1]


def test_votes_that_come_at_once_on_several_servers_are_all_counted(database: Database) -> None:
    entry, people, together = make_entry(database), users(8), Barrier(8)
    url = database.url.render_as_string(hide_password=False)

    def votes(actor: Actor) -> None:
        with closing(Database(url)) as own:
            together.wait(30)
            give(own, actor, entry, -1, at=NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(votes, people))
    assert counts(database, entry) == (0, 8)
    assert steps(database, entry) == ["quarantined"]
