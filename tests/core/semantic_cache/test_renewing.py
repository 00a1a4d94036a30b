from __future__ import annotations

from datetime import timedelta

import pytest

from core.database import Database, new_id
from core.semantic_cache.model import Hit, Standing
from core.semantic_cache.renewing import AGAIN
from core.semantic_cache.service import SemanticCache
from tests.core.semantic_cache.caches import ANA, BEN, SCOPE, Plane, admit, cache_of, served
from tests.core.semantic_cache.entries import entry_of, steps
from tests.house import MovableClock

RELEASE = SCOPE.release


@pytest.fixture
def plane() -> Plane:
    return Plane(first=0, close=20)


@pytest.fixture
def cache(database: Database, plane: Plane, clock: MovableClock) -> SemanticCache:
    return cache_of(database, plane, clock)


@pytest.fixture
def stale(database: Database, cache: SemanticCache, plane: Plane, clock: MovableClock) -> str:
    """An entry that is no longer fresh, and was asked for since."""
    entry = admit(cache, plane, "first", "old")
    clock.pass_by(days=22)
    found = cache.lookup(SCOPE, "close", BEN)
    assert isinstance(found, Hit)
    with database.begin() as session:
        cache.keep(session, SCOPE, BEN, found, new_id())
    return entry


def renew(cache: SemanticCache, entry: str, *, vouched: bool = True) -> bool:
    return cache.renew(entry, "new", [], key="new key", vouched=vouched, cost_usd=0.01)


def test_what_was_asked_for_while_stale_is_due_once_and_again_if_nobody_ends_it(
    cache: SemanticCache, stale: str, clock: MovableClock
) -> None:
    assert cache.due("another release") is None
    assert cache.due(RELEASE) == (stale, "first")
    assert cache.due(RELEASE) is None
    clock.time += AGAIN
    assert cache.due(RELEASE) == (stale, "first")


def test_what_is_fresh_or_not_asked_for_is_not_due(cache: SemanticCache, plane: Plane, clock: MovableClock) -> None:
    admit(cache, plane, "first", "answer")
    assert cache.due(RELEASE) is None
    clock.pass_by(days=25)
    assert cache.due(RELEASE) is None


def test_an_answer_that_is_vouched_for_takes_the_place_and_a_time_of_its_own(
    database: Database, cache: SemanticCache, stale: str, clock: MovableClock
) -> None:
    assert renew(cache, stale)
    cache.reconcile()
    assert [served(cache, asked, actor=BEN) for asked in ("first", "close")] == ["new", "new"]
    assert entry_of(database, stale).standing == Standing.RETIRED
    assert steps(database, stale)[-1] == "renewed"
    clock.time = entry_of(database, stale).expires_at + timedelta(days=1)
    assert served(cache, "first", actor=BEN) == "new"
    assert not renew(cache, stale), "it is not served any more"


def test_one_that_nobody_agreed_with_is_not_served_to_others_yet(
    database: Database, cache: SemanticCache, stale: str
) -> None:
    assert renew(cache, stale, vouched=False)
    cache.reconcile()
    assert served(cache, "first", actor=BEN) == "old"
    assert served(cache, "close", actor=BEN) == "old"
    assert entry_of(database, stale).standing == Standing.SHARED
    assert cache.due(RELEASE) is None
    assert served(cache, "first", actor=ANA) == "new", "to who asked first it is"
