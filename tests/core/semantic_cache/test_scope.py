"""What one tenant, release or language must not see of another, and one user never again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.ports import Match, MetadataValue, Vector, VectorRecord
from core.semantic_cache.model import Evidence, Scope, answer_key
from core.semantic_cache.semantic import NEAREST
from core.semantic_cache.service import SemanticCache, hide, unhide
from tests.core.semantic_cache.caches import ANA, BEN, SCOPE, PassingOn, Plane, admit, cache_of, evidence, served
from tests.house import MovableClock

OTHERS = [replace(SCOPE, tenant="other"), replace(SCOPE, release="other"), replace(SCOPE, locale="de")]


@pytest.fixture
def plane() -> Plane:
    return Plane(first=0, close=20, closer=10)


@pytest.fixture
def cache(database: Database, plane: Plane, clock: MovableClock) -> SemanticCache:
    return cache_of(database, plane, clock)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("asked", ["first", "close"])
def test_nothing_crosses_a_scope(cache: SemanticCache, plane: Plane, other: Scope, asked: str) -> None:
    admit(cache, plane, "first", "answer", other)
    assert served(cache, asked, SCOPE) is None
    assert served(cache, asked, other) == "answer"


@pytest.mark.parametrize("asked", ["first", "close"])
def test_scopes_whose_names_run_together_are_not_one(cache: SemanticCache, plane: Plane, asked: str) -> None:
    one, other = Scope("a-b", "c", "en"), Scope("a", "b-c", "en")
    assert one.namespace == other.namespace
    admit(cache, plane, "first", "answer", other)
    assert served(cache, asked, one) is None
    assert served(cache, asked, other) == "answer"


def test_what_lies_nearer_in_another_scope_does_not_crowd_out_what_may_be_served(
    cache: SemanticCache, plane: Plane
) -> None:
    one, other = Scope("a-b", "c", "en"), Scope("a", "b-c", "en")
    for number in range(NEAREST + 1):
        plane.degrees[f"nearer {number}"] = 1
        admit(cache, plane, f"nearer {number}", f"of another {number}", other)
    admit(cache, plane, "close", "answer", one)
    assert served(cache, "first", one) == "answer"


class Leaking(PassingOn):
    """A vector store that takes every namespace for one, and no filter for serious."""

    def query(self, namespace: str, vector: Vector, *, limit: int, where: object = None) -> list[Match]:
        namespaces = [scope.namespace for scope in (SCOPE, *OTHERS)]
        return [match for name in namespaces for match in self.inner.query(name, vector, limit=limit)]


@pytest.mark.parametrize("other", OTHERS)
def test_an_index_that_leaks_leaks_no_answer(
    database: Database, plane: Plane, clock: MovableClock, other: Scope
) -> None:
    cache = cache_of(database, plane, clock, store=Leaking(StoredVectors(database)))
    admit(cache, plane, "first", "answer", other)
    assert served(cache, "close", SCOPE) is None
    assert served(cache, "close", other) == "answer"


def hidden_from_ana(database: Database, answer: str) -> None:
    with database.begin() as session:
        hide(session, ANA, answer_key(answer), answer)


@pytest.mark.parametrize("asked", ["first", "close"])
def test_a_hidden_answer_is_hidden_from_its_user_alone(
    database: Database, cache: SemanticCache, plane: Plane, asked: str
) -> None:
    admit(cache, plane, "first", "answer")
    hidden_from_ana(database, "answer")
    assert served(cache, asked, actor=ANA) is None
    assert served(cache, asked, actor=BEN) == "answer"
    assert served(cache, asked, actor=replace(ANA, tenant="other")) == "answer"
    assert cache.lookup(SCOPE, "close", ANA).evidence.question is None


def test_a_hidden_answer_stays_hidden_whatever_entry_brings_it_again(
    database: Database, cache: SemanticCache, plane: Plane, clock: MovableClock
) -> None:
    hidden_from_ana(database, "Lie down.")
    clock.pass_by(hours=1)
    admit(cache, plane, "first", "lie  DOWN.")
    assert served(cache, "first") is None


@pytest.mark.parametrize("asked", ["first", "close"])
def test_the_next_best_answer_stands_in_for_a_hidden_one(
    database: Database, cache: SemanticCache, plane: Plane, clock: MovableClock, asked: str
) -> None:
    admit(cache, plane, "first", "second best")
    clock.pass_by(hours=1)
    admit(cache, plane, "first", "best")
    hidden_from_ana(database, "best")
    assert served(cache, asked, actor=ANA) == "second best"


def test_a_hidden_answer_can_be_shown_again_and_hiding_twice_is_hiding(
    database: Database, cache: SemanticCache, plane: Plane
) -> None:
    admit(cache, plane, "first", "answer")
    for _ in range(2):
        hidden_from_ana(database, "answer")
    for _ in range(2):
        with database.begin() as session:
            unhide(session, ANA, answer_key("answer"))
        assert served(cache, "first") == "answer"


def test_what_is_hidden_from_a_user_is_told_for_that_user(database: Database, cache: SemanticCache) -> None:
    hidden_from_ana(database, "Lie  down.")
    hidden = cache.hidden_from(ANA)
    assert (hidden.keys, hidden.openings) == ({answer_key("lie down.")}, ("lie down.",))
    assert [cache.hidden_from(other).keys for other in (BEN, replace(ANA, tenant="other"))] == [set(), set()]


def test_a_vector_without_a_row_is_passed_over(database: Database, plane: Plane, clock: MovableClock) -> None:
    store = StoredVectors(database)
    cache = cache_of(database, plane, clock, store=store)
    admit(cache, plane, "first", "answer")
    facts: dict[str, MetadataValue] = {"tenant": "default", "release": "release", "locale": "en"}
    store.upsert(SCOPE.namespace, [VectorRecord("orphan", plane.embed(["closer"])[0], facts)])
    assert served(cache, "closer") == "answer"
    hidden_from_ana(database, "answer")
    assert evidence(cache, "closer") == Evidence("none", pytest.approx(1, abs=1e-5))
