from __future__ import annotations

import threading
import time
from collections.abc import Generator
from itertools import chain
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conversation.broadcast import Broadcast, Broken, Ended, OutOfPatience
from tests.core.conversation.flying import at_once

Source = Generator[str | None, None, int]


def stream(*items: str | float | Exception | None, closed: list[bool] | None = None) -> Source:
    """Yield items, sleep for numbers, raise errors, and return how many items there were."""
    try:
        for item in items:
            if isinstance(item, Exception):
                raise item
            if isinstance(item, float):
                time.sleep(item)
            else:
                yield item
        return len(items)
    finally:
        if closed is not None:
            closed.append(True)


def read_all(shared: Broadcast[str, int], patience_s: float = 10.0) -> tuple[list[str], Ended[int]]:
    """Read as one who has joined, from the start to the end."""
    read: list[str] = []
    while not isinstance(item := shared.read(len(read), time.monotonic() + patience_s), Ended):
        read.append(item)
    shared.leave()
    return read, item


def joined(shared: Broadcast[str, int], readers: int) -> Broadcast[str, int]:
    assert all(shared.join() for _ in range(readers))
    return shared


def test_all_readers_read_all_and_one_has_drawn_the_end() -> None:
    shared = joined(Broadcast(stream("a", 0.05, "b", "c")), 30)
    told = at_once(30, lambda number: read_all(shared))
    assert [read for read, _ in told] == [["a", "b", "c"]] * 30
    assert sorted(ended.mine for _, ended in told) == [False] * 29 + [True]
    assert {ended.result for _, ended in told} == {4}
    assert shared.over


@given(items=st.lists(st.text(max_size=3)), limits=st.lists(st.integers(0, 8), min_size=1, max_size=5), data=st.data())
def test_each_reads_from_the_start_in_any_order_of_turns(
    items: list[str], limits: list[int], data: st.DataObject
) -> None:
    closed: list[bool] = []
    shared = joined(Broadcast(stream(*items, closed=closed)), len(limits))
    read: list[list[str | Ended[int]]] = [[] for _ in limits]
    reading = set(range(len(limits)))
    while reading:
        number = data.draw(st.sampled_from(sorted(reading)))
        if len(read[number]) == limits[number] or (read[number] and isinstance(read[number][-1], Ended)):
            shared.leave()
            reading.remove(number)
        else:
            read[number].append(shared.read(len(read[number]), time.monotonic() + 10))
    whole = [*items, "the end"]
    for one, limit in zip(read, limits, strict=True):
        assert ["the end" if isinstance(item, Ended) else item for item in one] == whole[:limit]
    ends = [item for item in chain.from_iterable(read) if isinstance(item, Ended)]
    assert sum(end.mine for end in ends) == bool(ends)
    assert closed == ([True] if any(read) else [])
    assert shared.over
    assert not shared.join()


def test_one_reader_has_the_error_and_the_others_know() -> None:
    shared = joined(Broadcast(stream("a", 0.05, ValueError("broken"))), 8)
    told = at_once(8, lambda number: read_all(shared))
    assert sorted(type(error).__name__ for error in told) == [*["Broken"] * 7, "ValueError"]


def test_what_came_before_an_error_can_be_read() -> None:
    shared = joined(Broadcast(stream("a", ValueError("broken"))), 2)
    until = time.monotonic() + 10
    assert shared.read(0, until) == "a"
    with pytest.raises(ValueError, match="broken"):
        shared.read(1, until)
    assert shared.read(0, until) == "a"
    with pytest.raises(Broken):
        shared.read(1, until)


def test_a_slow_reader_slows_nobody_and_misses_nothing() -> None:
    shared = joined(Broadcast(stream("a", "b", "c")), 2)
    assert shared.read(0, time.monotonic() + 10) == "a"
    assert read_all(shared) == (["a", "b", "c"], Ended(3, mine=True))
    assert [shared.read(place, time.monotonic() + 10) for place in (1, 2, 3)] == ["b", "c", Ended(3, mine=False)]


def test_patience_ends_while_another_draws_and_while_nothing_comes() -> None:
    gate = Event()

    def waits() -> Source:
        assert gate.wait(30)
        yield "a"
        while True:
            time.sleep(0.01)
            yield None

    shared = joined(Broadcast(waits()), 2)
    drawing = threading.Thread(target=shared.read, args=(0, time.monotonic() + 30))
    drawing.start()
    time.sleep(0.05)
    with pytest.raises(OutOfPatience):
        shared.read(0, time.monotonic() + 0.1)
    assert shared.join()  # no lock is held while an item is drawn
    gate.set()
    drawing.join(10)
    with pytest.raises(OutOfPatience):
        shared.read(1, time.monotonic() + 0.1)
    assert shared.read(0, time.monotonic() - 1) == "a"


def test_the_last_to_leave_closes_the_source() -> None:
    closed: list[bool] = []
    shared = joined(Broadcast(stream("a", "b", closed=closed)), 2)
    shared.read(0, time.monotonic() + 10)
    shared.leave()
    assert (closed, shared.over) == ([], False)
    shared.leave()
    assert (closed, shared.over) == ([True], True)
