"""Two and more servers on one database, each with its own index in memory."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Barrier

import pytest

from core.adapters.stored_vectors import StoredVectors
from core.database import Database
from core.semantic_cache.model import answer_key
from core.semantic_cache.service import SemanticCache, hide
from tests.core.semantic_cache.caches import ANA, BEN, SCOPE, SOURCES, Plane, admit, cache_of, served
from tests.house import MovableClock

SERVERS = 4


@pytest.fixture
def plane() -> Plane:
    return Plane(first=0, close=20, other=90)


@pytest.fixture
def servers(database: Database, plane: Plane, clock: MovableClock) -> Iterator[list[SemanticCache]]:
    url = database.url.render_as_string(hide_password=False)
    with ExitStack() as opened:
        databases = [opened.enter_context(closing(Database(url))) for _ in range(SERVERS)]
        yield [cache_of(own, plane, clock) for own in databases]


def test_what_one_server_keeps_another_serves_at_once(servers: list[SemanticCache], plane: Plane) -> None:
    one, other = servers[:2]
    assert served(other, "close") is None
    admit(one, plane, "first", "answer")
    assert [served(other, "first"), served(other, "close")] == ["answer", "answer"]
    admit(other, plane, "other", "back")
    assert served(one, "other") == "back"


def test_what_is_hidden_on_one_server_is_hidden_on_all(
    database: Database, servers: list[SemanticCache], plane: Plane
) -> None:
    admit(servers[0], plane, "first", "answer")
    assert [served(server, "close") for server in servers] == ["answer"] * SERVERS
    with database.begin() as session:
        hide(session, ANA, answer_key("answer"), "answer")
    assert [served(server, asked) for server in servers for asked in ("first", "close")] == [None] * 2 * SERVERS
    assert served(servers[1], "close", actor=BEN) == "answer"


def test_what_one_server_drops_no_other_serves(servers: list[SemanticCache], plane: Plane, clock: MovableClock) -> None:
    admit(servers[0], plane, "first", "answer")
    assert served(servers[1], "close") == "answer"
    clock.pass_by(days=30)
    assert servers[0].reconcile() == 1
    assert [server.reconcile() for server in servers] == [0] * SERVERS
    assert [served(server, "close") for server in servers] == [None] * SERVERS


def test_servers_that_answer_one_question_at_once_agree_on_its_answer(
    database: Database, servers: list[SemanticCache], plane: Plane
) -> None:
    together = Barrier(SERVERS)

    def answers(server: SemanticCache) -> str | None:
        together.wait(30)
        admit(server, plane, "first", "answer")
        together.wait(30)  # an entry's row is there a moment before its vector
        return served(server, "close")

    with ThreadPoolExecutor(SERVERS) as pool:
        assert list(pool.map(answers, servers)) == ["answer"] * SERVERS
    # Whoever comes later finds the entry of an earlier one; only those that look at the same moment make their own.
    assert 1 <= len(StoredVectors(database).ids(SCOPE.namespace)) <= SERVERS


def test_servers_that_reconcile_at_once_index_and_drop_each_row_for_good(
    database: Database, servers: list[SemanticCache], plane: Plane, clock: MovableClock
) -> None:
    together = Barrier(SERVERS)

    def reconciles(server: SemanticCache) -> int:
        together.wait(30)
        return server.reconcile()

    with ThreadPoolExecutor(SERVERS) as pool:
        for asked, days in (("first", 30), ("other", 0)):
            key = answer_key(f"of {asked}")
            servers[0].admit(SCOPE, asked, None, f"of {asked}", SOURCES, key=key, by=ANA, vouched=True)
            clock.pass_by(days=days)
        assert sum(pool.map(reconciles, servers)) >= 2
    assert [server.reconcile() for server in servers] == [0] * SERVERS
    assert [served(server, "other") for server in servers] == ["of other"] * SERVERS
    assert len(StoredVectors(database).ids(SCOPE.namespace)) == 1
