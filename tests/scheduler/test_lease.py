from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from threading import Barrier

import pytest

from core.database import Database
from scheduler.lease import Lease
from tests.house import MovableClock

LASTS = timedelta(minutes=3)
MakeLease = Callable[..., Lease]


@pytest.fixture
def server(database: Database, clock: MovableClock) -> Iterator[MakeLease]:
    """Makes a lease as another server would, with a connection to the database of its own."""
    url = database.url.render_as_string(hide_password=False)
    with ExitStack() as stack:

        def make(owner: str, name: str = "scheduler") -> Lease:
            return Lease(stack.enter_context(closing(Database(url))), clock, name, owner, LASTS)

        yield make


def test_one_server_holds_it_and_another_does_not_get_it(server: MakeLease) -> None:
    one, other = server("one"), server("other")
    assert one.take()
    assert not other.take()


def test_who_holds_it_renews_it(server: MakeLease, clock: MovableClock) -> None:
    one, other = server("one"), server("other")
    for _ in range(5):
        assert one.take()
        clock.pass_by(minutes=2)
        assert not other.take()


def test_it_is_taken_over_only_after_it_lapsed(server: MakeLease, clock: MovableClock) -> None:
    one, other = server("one"), server("other")
    assert one.take()
    clock.pass_by(minutes=3, microseconds=-1)
    assert not other.take()
    clock.pass_by(microseconds=1)
    assert other.take()
    assert not one.take()


def test_one_that_is_given_back_is_free_at_once(server: MakeLease) -> None:
    one, other = server("one"), server("other")
    one.take()
    one.release()
    assert other.take()


def test_nobody_gives_back_what_another_holds(server: MakeLease, clock: MovableClock) -> None:
    one, other = server("one"), server("other")
    one.take()
    clock.pass_by(minutes=4)
    other.take()
    one.release()
    assert not one.take()


def test_to_give_back_what_nobody_holds_is_nothing(server: MakeLease) -> None:
    one = server("one")
    one.release()
    one.take()
    one.release()
    one.release()
    assert server("other").take()


def test_leases_of_other_names_are_apart(server: MakeLease) -> None:
    assert server("one").take()
    assert server("other", name="another").take()


@pytest.mark.parametrize("before", ["nobody", "gone"])
def test_of_servers_that_take_it_at_once_one_gets_it(server: MakeLease, clock: MovableClock, before: str) -> None:
    servers = [server(f"server {number}") for number in range(6)]
    together = Barrier(len(servers))

    def take(lease: Lease) -> bool:
        together.wait(30)
        return lease.take()

    with ThreadPoolExecutor(len(servers)) as pool:
        for _ in range(4):
            if before == "gone":
                server("gone").take()
                clock.pass_by(minutes=4)
            taken = list(pool.map(take, servers))
            assert taken.count(True) == 1
            servers[taken.index(True)].release()
