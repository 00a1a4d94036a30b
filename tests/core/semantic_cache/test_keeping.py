from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlmodel import select

from core.database import Database, new_id
from core.semantic_cache import keeping
from core.semantic_cache.evidence import VERSION
from core.semantic_cache.keeping import GREY, Keeping
from core.semantic_cache.model import CachePolicy, Evidence, Hit, Miss, Weighed
from core.semantic_cache.records import CacheDecision, CacheEntry, CacheServing
from core.semantic_cache.service import SemanticCache
from tests.core.semantic_cache.caches import ANA, BEN, SCOPE, Plane, admit, cache_of
from tests.house import MovableClock

WEIGHED = Weighed("id", "asked", "entry", "known", (1.0, 2.0), 0.9, 0.8, 0.7, served=True)


@pytest.fixture
def plane() -> Plane:
    return Plane(first=0, close=20, far=50, farther=90)


@pytest.fixture
def cache(database: Database, plane: Plane, clock: MovableClock) -> SemanticCache:
    return cache_of(database, plane, clock)


def ask(database: Database, cache: SemanticCache, question: str, turn: str = "", made: str | None = None) -> Hit | Miss:
    """Look a question up for Ben and keep what was decided."""
    looked = cache.lookup(SCOPE, question, BEN)
    with database.begin() as session:
        cache.keep(session, SCOPE, BEN, looked, turn or new_id(), made=made)
    cache.learned(SCOPE)
    return looked


def entry_of(database: Database, entry_id: str) -> CacheEntry:
    with database.read() as session:
        found = session.get(CacheEntry, entry_id)
    assert found is not None
    return found


def decisions(database: Database) -> list[CacheDecision]:
    with database.read() as session:
        return list(session.exec(select(CacheDecision)))


def test_a_hit_counts_once_and_says_whom_it_was_served_to(
    database: Database, plane: Plane, cache: SemanticCache, clock: MovableClock
) -> None:
    entry = admit(cache, plane, "first", "answer")
    clock.pass_by(hours=1)
    ask(database, cache, "first", "turn 1")
    found = ask(database, cache, "close", "turn 2")
    assert found.evidence.asked == 1
    kept = entry_of(database, entry)
    assert (kept.served, kept.served_at) == (2, clock.time)
    with database.read() as session:
        rows = session.exec(select(CacheServing)).all()
    assert {(row.turn_id, row.entry_id, row.tenant, row.actor_id, row.at) for row in rows} == {
        (turn, entry, "default", BEN.id, clock.time) for turn in ("turn 1", "turn 2")
    }


def test_only_what_was_weighed_is_kept_as_a_decision(database: Database, plane: Plane, cache: SemanticCache) -> None:
    entry = admit(cache, plane, "first", "answer")
    for asked in ("first", "farther"):
        ask(database, cache, asked)
    assert decisions(database) == []
    found = ask(database, cache, "close")
    [kept] = decisions(database)
    assert found.weighed is not None
    assert (kept.id, kept.entry_id, kept.question, kept.known) == (found.evidence.decision, entry, "close", "first")
    assert (kept.tenant, kept.namespace, kept.actor_id) == ("default", SCOPE.namespace, BEN.id)
    assert (tuple(kept.features), kept.probability) == (found.weighed.features, found.weighed.probability)
    assert (kept.served, kept.fresh_entry_id, kept.label, kept.measure) == (True, None, None, f"plane+angles+{VERSION}")


def test_a_miss_that_was_weighed_names_what_was_made_instead(
    database: Database, plane: Plane, cache: SemanticCache
) -> None:
    entry = admit(cache, plane, "first", "answer")
    made = admit(cache, plane, "farther", "other")
    ask(database, cache, "far", made=made)
    [kept] = decisions(database)
    assert (kept.entry_id, kept.fresh_entry_id, kept.served) == (made, made, False)
    assert entry_of(database, entry).served == entry_of(database, made).served == 0


def test_what_is_not_committed_is_not_kept(database: Database, plane: Plane, cache: SemanticCache) -> None:
    entry = admit(cache, plane, "first", "answer")
    looked = cache.lookup(SCOPE, "close", BEN)
    with suppress(ZeroDivisionError), database.begin() as session:
        cache.keep(session, SCOPE, BEN, looked, "turn")
        raise ZeroDivisionError
    assert (decisions(database), entry_of(database, entry).served) == ([], 0)


def test_a_stale_entry_is_due_once_it_is_asked_for_and_served_meanwhile(
    database: Database, plane: Plane, cache: SemanticCache, clock: MovableClock
) -> None:
    entry = admit(cache, plane, "first", "answer")
    clock.pass_by(days=20)
    ask(database, cache, "first")
    assert entry_of(database, entry).renew_at is None
    clock.pass_by(days=1)
    assert entry_of(database, entry).renew_at is None, "nobody asked for it"
    found = ask(database, cache, "close")
    assert isinstance(found, Hit)
    assert found.stale
    due = clock.time
    clock.pass_by(days=1)
    ask(database, cache, "first")
    assert entry_of(database, entry).renew_at == due, "it keeps its place in the queue"


@pytest.mark.parametrize(("share", "state"), [(1.0, "open"), (0.0, "none")])
def test_the_share_of_hits_that_a_judge_looks_at_is_the_policys(share: float, state: str) -> None:
    rules = Keeping(CachePolicy(audit_share=share), "m")
    kept = rules.decision(SCOPE, ANA, WEIGHED, MovableClock().time)
    assert (kept.judge_state, kept.weight) == (state, 1.0)


def test_audited_hits_are_drawn_at_random_and_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_chance", random.Random(11))
    rules, now = Keeping(CachePolicy(audit_share=0.2), "m"), MovableClock().time
    kept = [rules.decision(SCOPE, ANA, WEIGHED, now) for _ in range(3000)]
    audited = [one.weight for one in kept if one.judge_state == "open"]
    assert len(audited) / 3000 == pytest.approx(0.2, abs=0.03)
    assert sum(audited) / 3000 == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(("probability", "state"), [(GREY, "open"), (0.6, "open"), (GREY - 0.001, "none")])
def test_of_the_misses_a_judge_looks_at_the_doubtful_ones(probability: float, state: str) -> None:
    missed = replace(WEIGHED, served=False, probability=probability)
    kept = Keeping(CachePolicy(audit_share=0.0), "m").decision(SCOPE, ANA, missed, MovableClock().time)
    assert (kept.judge_state, kept.weight) == (state, 1.0)


def test_a_cache_that_is_off_keeps_nothing(database: Database, plane: Plane, clock: MovableClock) -> None:
    off = cache_of(database, plane, clock, policy=CachePolicy(enabled=False))
    assert ask(database, off, "first").evidence == Evidence("off")
    assert decisions(database) == []
