"""Ten thousand lookups by anybody anywhere: nothing is served across a tenant, a release, an embedder or a locale.

Whatever could tell two questions apart is turned off: every question points the same way, the verifier is always sure,
names of tenants and releases run together, and users have the same ids everywhere. Only the scope keeps them apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access.model import Actor, Role
from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.ports import Match, MetadataValue, Vector, VectorRecord, VectorStore
from core.releases.model import ReleaseSpec
from core.semantic_cache.model import CachePolicy, Hit, Scope, answer_key
from core.semantic_cache.service import SemanticCache
from core.semantic_cache.veto import Veto
from tests.core.semantic_cache.caches import PassingOn
from tests.house import MovableClock

EMBEDDERS = ("small", "large")
RELEASES = ("c", "b-c", *(ReleaseSpec("chat", "prompt", name, "knowledge", "on").id for name in EMBEDDERS))
TENANTS, LOCALES, USERS = ("a", "a-b"), ("en", "de"), ("ana", "ben")
EMPTY_TENANT = "empty"
SCOPES = [Scope(*one) for one in itertools.product((*TENANTS, EMPTY_TENANT), RELEASES, LOCALES)]
WORDS = ("squats", "SQUATS?", "squats please", "lunges")
ASKED = list(itertools.product(EMBEDDERS, SCOPES, WORDS, (*USERS, "cy")))
# Numbers are drawn far faster than what they stand for.
CASES = st.lists(st.integers(0, len(ASKED) - 1), min_size=25, max_size=25)


class OneWay:
    """An embedder to which all texts are the same."""

    dimension = 2

    def __init__(self, name: str) -> None:
        self.name = name

    def embed(self, texts: Sequence[str]) -> Vector:
        return np.tile(np.array([1, 0], np.float32), (len(texts), 1))


class Sure:
    """A verifier to which all questions are the same."""

    name = "sure"

    def compare(self, asked: str, known: Sequence[str]) -> npt.NDArray[np.float64]:
        return np.full(len(known), 0.9999)


class Leaking(PassingOn):
    """A vector store that keeps no namespaces apart and takes no filter for serious."""

    def upsert(self, namespace: str, records: Sequence[VectorRecord]) -> None:
        super().upsert("all", records)

    def query(
        self, namespace: str, vector: Vector, *, limit: int, where: Mapping[str, MetadataValue] | None = None
    ) -> list[Match]:
        return super().query("all", vector, limit=32)


@dataclass(frozen=True, slots=True)
class World:
    """Every scope with a pending answer of every user, in English a shared one too, and whose each of them is."""

    servers: dict[str, SemanticCache] = field(repr=False)
    owners: dict[str, tuple[Scope, str, bool]] = field(repr=False)


def user(name: str, tenant: str) -> Actor:
    return Actor(name, tenant, name, Role.TRAINER)


def filled(database: Database, store: VectorStore) -> World:
    clock, veto = MovableClock(), Veto()
    owners: dict[str, tuple[Scope, str, bool]] = {}
    servers = {
        name: SemanticCache(
            database, OneWay(name), store, clock, lambda: veto, policy=CachePolicy(error_budget=0.2), verifier=Sure()
        )
        for name in EMBEDDERS
    }
    for tenant, release, locale in itertools.product(TENANTS, RELEASES, LOCALES):
        server = servers["large" if release == RELEASES[-1] else "small"]
        for name, shared in itertools.product(USERS, [True, False] if locale == "en" else [False]):
            scope, number = Scope(tenant, release, locale), f"answer number {len(owners)}"
            owners[number] = (scope, name, shared)
            server.admit(
                scope, WORDS[0], OneWay("small").embed(WORDS)[0], number, [], key=answer_key(number),
                by=user(name, tenant), vouched=shared,
            )  # fmt: skip
    return World(servers, owners)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path_factory.mktemp('isolation') / 'cache.db'}")) as database:
        database.migrate()
        yield database


@pytest.fixture(scope="module")
def sound(empty: Database) -> World:
    return filled(empty, StoredVectors(empty))


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(Database(f"sqlite:///{tmp_path_factory.mktemp('leaking') / 'cache.db'}")) as database:
        database.migrate()
        yield filled(database, Leaking(StoredVectors(database)))


def served(world: World, case: int) -> bool | None:
    """Ask, check whose answer came, and return whether one did; None where there is none to be had.

    What is shared is all in English; elsewhere each user has but their own.
    """
    embedder, scope, words, name = ASKED[case]
    found = world.servers[embedder].lookup(scope, words, user(name, scope.tenant))
    if isinstance(found, Hit):
        owner, made_for, shared = world.owners[found.answer]
        assert owner == scope
        assert shared or made_for == name
    there = scope.tenant != EMPTY_TENANT and (scope.locale == "en" or name in USERS)
    return isinstance(found, Hit) if there else None


def test_the_names_run_together() -> None:
    namespaces = [Scope(*one).namespace for one in itertools.product(TENANTS, RELEASES, LOCALES)]
    assert len(set(namespaces)) < len(namespaces)


@settings(deadline=None, max_examples=240)
@given(cases=CASES)
def test_six_thousand_lookups_stay_in_their_scope_and_hit_there(sound: World, cases: list[int]) -> None:
    assert all(served(sound, case) is not False for case in cases)


@settings(deadline=None, max_examples=80)
@given(cases=CASES)
def test_two_thousand_lookups_in_an_index_that_leaks_serve_nothing_of_another_scope(
    leaking: World, cases: list[int]
) -> None:
    for case in cases:
        served(leaking, case)
