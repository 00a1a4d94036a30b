from __future__ import annotations

import time
from contextlib import suppress
from threading import Barrier, Event, Thread

from core.line import Line

LONG = 20.0


def waiting(line: Line, count: int) -> None:
    """Wait until so many threads stand in the line."""
    until = time.monotonic() + LONG
    while len(line._waiting) < count:
        assert time.monotonic() < until
        time.sleep(0.001)


def through(line: Line) -> None:
    with line.place(LONG):
        pass


def test_whoever_came_first_goes_first() -> None:
    line, went = Line(), list[int]()

    def go(number: int) -> None:
        with line.place(LONG):
            went.append(number)

    threads = [Thread(target=go, args=(number,)) for number in range(30)]
    with line.place(LONG):
        for number, thread in enumerate(threads):
            thread.start()
            waiting(line, number + 1)
    for thread in threads:
        thread.join()
    assert went == list(range(30))


def test_only_one_is_through_at_a_time_and_an_error_lets_the_next_one_go() -> None:
    line, inside, most, start = Line(), list[int](), list[int](), Barrier(8)

    def go(number: int) -> None:
        start.wait()
        for turn in range(50):
            with suppress(ZeroDivisionError), line.place(LONG):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)
                _ = 1 // (turn % 5)

    threads = [Thread(target=go, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(most), max(most)) == (400, 1)


def test_who_waited_long_enough_goes_on_and_does_not_call_the_next_one() -> None:
    line, gone, calm = Line(), Event(), Event()

    def impatient() -> None:
        with line.place(0.01):
            gone.set()
            calm.wait(LONG)

    with line.place(LONG):
        (thread := Thread(target=impatient)).start()
        assert gone.wait(LONG)
        assert not line._waiting
        calm.set()
        thread.join()
        (third := Thread(target=through, args=(line,))).start()
        waiting(line, 1)  # the impatient one did not open the way for it
    third.join(LONG)
    assert not third.is_alive()
