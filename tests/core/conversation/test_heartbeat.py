from __future__ import annotations

import threading
import time
from collections.abc import Callable

from core.conversation.heartbeat import IDLE_BEATS, Heartbeat
from core.errors import DatabaseError

EVERY_S = 0.02


class Renewals:
    """Counts the beats; from `lost` on the lease is another's, and `broken` of them fail."""

    def __init__(self, lost: int = 1_000, broken: int = 0) -> None:
        self.lost = lost
        self.broken = broken
        self.count = 0

    def __call__(self) -> bool:
        self.count += 1
        if self.count <= self.broken:
            raise DatabaseError("The database is busy.")
        return self.count < self.lost


def within(seconds: float, true: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.005)
    return true()


def beating() -> bool:
    return any(thread.name == "heartbeat" for thread in threading.enumerate())


def test_it_beats_while_work_lasts_and_leaves_no_thread() -> None:
    renewals = Renewals()
    with Heartbeat(renewals, EVERY_S) as heart, heart.working():
        assert within(10, lambda: renewals.count > 2 * IDLE_BEATS)
        assert beating()
    assert not beating()


def test_work_in_short_pieces_keeps_it_beating() -> None:
    renewals = Renewals()
    with Heartbeat(renewals, EVERY_S) as heart:
        until = time.monotonic() + 10
        while renewals.count <= 2 * IDLE_BEATS and time.monotonic() < until:
            with heart.working():
                pass
            time.sleep(EVERY_S / 10)
    assert renewals.count > 2 * IDLE_BEATS


def test_who_puts_the_work_down_loses_the_lease() -> None:
    renewals = Renewals()
    with Heartbeat(renewals, EVERY_S) as heart:
        with heart.working():
            pass
        assert within(10, lambda: not beating())
    assert renewals.count <= 2


def test_a_lost_lease_is_not_renewed() -> None:
    renewals = Renewals(lost=2)
    with Heartbeat(renewals, EVERY_S) as heart, heart.working():
        assert within(10, lambda: not beating())
    assert renewals.count == 2


def test_a_beat_that_fails_is_followed_by_another() -> None:
    renewals = Renewals(broken=2)
    with Heartbeat(renewals, EVERY_S) as heart, heart.working():
        assert within(10, lambda: renewals.count > 3)
