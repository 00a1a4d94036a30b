"""Out of service and back, by the system and by people."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlmodel import Session

from core.access.model import Actor, Role, system
from core.access.records import audit_since, broken_link
from core.database import Database
from core.errors import ForbiddenError
from core.semantic_cache.history import history
from core.semantic_cache.model import Kind, Scope, Standing, answer_key
from core.semantic_cache.quarantine import (
    AGAIN,
    is_refused,
    locked,
    quarantine,
    release,
    restore,
    retire,
    served_to,
)
from core.semantic_cache.records import CacheEntry, CacheQuestion, CacheServing
from tests.core.semantic_cache.entries import ADMIN, NOW, SCOPE, entry_of, make_entry, questions, steps
from tests.house import TENANT, person

SYSTEM = system(TENANT)
Step = Callable[[Session, CacheEntry, Actor, datetime, str], bool]


def take(database: Database, step: Step, entry_id: str, by: Actor = SYSTEM, at: datetime = NOW) -> bool:
    with database.begin() as session:
        return step(session, locked(session, entry_id)[entry_id], by, at, "because")


def where(database: Database, entry_id: str) -> tuple[str, str]:
    entry = entry_of(database, entry_id)
    return entry.standing, entry.judge_state


@pytest.mark.parametrize("before", [Standing.PENDING, Standing.SHARED])
def test_an_entry_comes_back_as_it_was(database: Database, before: Standing) -> None:
    entry = make_entry(database, standing=before)
    assert not take(database, release, entry)
    assert take(database, quarantine, entry)
    assert where(database, entry) == (Standing.QUARANTINED, "open")
    assert not take(database, quarantine, entry)
    assert take(database, release, entry)
    assert where(database, entry) == (before, "done")
    assert steps(database, entry) == ["quarantined", "released"]


def test_what_a_person_did_no_judge_undoes_and_the_audit_trail_has_it(database: Database) -> None:
    entry = make_entry(database)
    assert take(database, quarantine, entry, ADMIN)
    assert where(database, entry) == (Standing.QUARANTINED, "held")
    assert take(database, release, entry, ADMIN, NOW + timedelta(hours=1))
    with database.read() as session:
        rows = [
            *audit_since(session, TENANT, "cache.quarantined", NOW),
            *audit_since(session, TENANT, "cache.released", NOW),
        ]
        assert [(row.actor, row.subject, row.detail) for row in rows] == [(ADMIN.id, entry, {"why": "because"})] * 2
        assert broken_link(session, TENANT) is None
        assert [event.by for event in history(session, TENANT, entry)] == [ADMIN.id] * 2
        assert history(session, "another tenant", entry) == []


@pytest.mark.parametrize("step", [quarantine, release, retire, restore])
def test_only_an_admin_may(database: Database, step: Step) -> None:
    entry = make_entry(database)
    for role in (Role.TRAINER, Role.PRODUCT):
        with pytest.raises(ForbiddenError):
            take(database, step, entry, person("Ana", role))
    assert steps(database, entry) == []


@pytest.mark.parametrize(("later", "state"), [(AGAIN - timedelta(seconds=1), "held"), (AGAIN, "open")])
def test_soon_after_a_release_a_person_decides(database: Database, later: timedelta, state: str) -> None:
    entry = make_entry(database)
    take(database, quarantine, entry)
    take(database, release, entry)
    take(database, quarantine, entry, at=NOW + later)
    assert where(database, entry) == (Standing.QUARANTINED, state)


@pytest.mark.parametrize("quarantined", [False, True])
def test_a_retired_entry_keeps_its_questions_as_negative_examples_and_can_be_restored(
    database: Database, quarantined: bool
) -> None:
    entry = make_entry(database)
    with database.begin() as session:
        row = locked(session, entry)[entry]
        for number, kind in enumerate((Kind.ALIAS, Kind.NEGATIVE)):
            session.add(
                CacheQuestion(
                    id=f"q{number}", entry_id=row.id, namespace=SCOPE.namespace, key=f"k{number}",
                    question=f"question {number}", kind=kind, indexed=True,
                )
            )  # fmt: skip
    before = questions(database, entry)
    if quarantined:
        take(database, quarantine, entry)
    assert take(database, retire, entry)
    assert not take(database, retire, entry)
    assert entry_of(database, entry).standing == Standing.RETIRED
    assert set(questions(database, entry).values()) == {Kind.NEGATIVE}
    assert not take(database, quarantine, entry)
    assert take(database, restore, entry, ADMIN)
    assert not take(database, restore, entry, ADMIN)
    assert questions(database, entry) == before
    assert entry_of(database, entry).standing == (Standing.QUARANTINED if quarantined else Standing.SHARED)


def test_a_retired_answer_is_refused_for_its_question_in_its_scope_and_no_other(database: Database) -> None:
    entry = make_entry(database, "How do I squat?", "Badly.")
    key, elsewhere = answer_key("Badly."), Scope(TENANT, "next release", "en")

    def refused(question: str, answer: str = key, scope: Scope = SCOPE) -> bool:
        with database.read() as session:
            return is_refused(session, scope, question, answer)

    assert not refused("how do i squat")
    take(database, retire, entry)
    assert refused("how do i squat")
    assert not any(
        [refused("How do I row?"), refused("How do I squat?", "other"), refused("How do I squat?", scope=elsewhere)]
    )


def test_everybody_whom_an_entry_was_served_to_is_known(database: Database) -> None:
    entry, other = make_entry(database), make_entry(database, "another")
    with database.begin() as session:
        for number in range(5):
            at = NOW + timedelta(minutes=number)
            session.add(
                CacheServing(
                    turn_id=f"turn {number}",
                    entry_id=entry if number else other,
                    tenant=TENANT,
                    actor_id=f"{number}",
                    at=at,
                )
            )
    with database.read() as session:
        assert [one.actor_id for one in served_to(session, TENANT, entry)] == ["4", "3", "2", "1"]
        assert [one.actor_id for one in served_to(session, TENANT, entry, limit=1)] == ["4"]
        assert served_to(session, "another tenant", entry) == []


def test_of_servers_that_take_one_step_at_once_one_does(database: Database) -> None:
    entry, together = make_entry(database), Barrier(4)
    url = database.url.render_as_string(hide_password=False)

    def step(_: int) -> bool:
        with closing(Database(url)) as own:
            together.wait(30)
            return take(own, quarantine, entry)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(step, range(4))) == [False, False, False, True]
    assert steps(database, entry) == ["quarantined"]
