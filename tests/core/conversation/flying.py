"""Calls that a test scripts, and users and processes that share them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier, Event, Lock
from typing import Any

from core.adapters.clock import SystemClock
from core.conversation.answering import Answer, Stream
from core.conversation.flight import Flights
from core.database import Database
from core.semantic_cache.model import Hidden, Scope, answer_key, opening_of

SCOPE = Scope("default", "release", "en")
QUESTION = "How do I do a push-up?"
NOBODY_HIDES = Hidden()


def answer(text: str, **facts: Any) -> Answer:
    """Return a whole answer that cost 120 and 30 tokens, unless said otherwise."""
    usual: dict[str, Any] = {
        "text": text,
        "key": answer_key(text),
        "model": "m",
        "input_tokens": 120,
        "output_tokens": 30,
    }
    return Answer(**(usual | facts))


def whole(*pieces: str) -> list[str | Answer]:
    """Return the script of a call that goes well."""
    return [*pieces, answer("".join(pieces))]


def hides(*texts: str) -> Hidden:
    """Return what is hidden from a user who voted these answers down."""
    return Hidden(frozenset(map(answer_key, texts)), tuple(map(opening_of, texts)))


class Calls:
    """Makes calls by script, one script a call, the last again and again.

    A script is pieces and an answer; an error in it is raised, an event waited for, and a number is seconds of sleep.
    """

    def __init__(self, *scripts: Sequence[str | Answer | Exception | Event | float]) -> None:
        self.scripts = scripts
        self.made = 0
        self.closed = 0
        self._lock = Lock()

    def __call__(self) -> Stream:
        with self._lock:
            script = self.scripts[min(self.made, len(self.scripts) - 1)]
            self.made += 1
        try:
            for item in script:
                if isinstance(item, Exception):
                    raise item
                if isinstance(item, Event):
                    assert item.wait(30)
                elif isinstance(item, float):
                    time.sleep(item)
                else:
                    yield item
        except GeneratorExit:
            self.closed += not isinstance(item, Answer)  # after the answer there is nothing left to stop
            raise


def own(text: str = "my own") -> Calls:
    """Return the call of a user who answers alone."""
    return Calls(whole(text))


def asks(
    flights: Flights,
    calls: Calls,
    *,
    alone: Calls | None = None,
    hidden: Hidden = NOBODY_HIDES,
    scope: Scope = SCOPE,
    question: str = QUESTION,
) -> tuple[str, Answer]:
    """Ask once; return the pieces, joined, and the answer."""
    *pieces, last = flights.share(flights.ticket(scope, question), calls, alone or own(), hidden)
    assert isinstance(last, Answer)
    return "".join(map(str, pieces)), last


def at_once(count: int, ask: Any) -> list[Any]:
    """Run ``ask(number)`` in as many threads, let off together; an error is returned in its place."""
    together = Barrier(count)

    def run(number: int) -> Any:
        together.wait(60)
        try:
            return ask(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def process(url: str, users: int, together: Any, results: Any) -> None:
    """Be a server: some users ask the same at once; say how many calls that took and what they were told."""
    calls = Calls(["Hands ", 1.0, "down.", answer("Hands down.")])
    with closing(Database(url)) as database:
        flights = Flights(database, SystemClock())
        together.wait(120)
        told = at_once(users, lambda number: asks(flights, calls)[1])
        results.put((calls.made, [(one.text, one.input_tokens) for one in told]))


def dies(url: str, lease_s: float, leads: Any) -> None:
    """Be a server that leads a call and is killed in the middle."""
    with closing(Database(url)) as database:
        flights = Flights(database, SystemClock(), lease_s=lease_s)
        stream = flights.share(flights.ticket(SCOPE, QUESTION), Calls(["Hands ", Event()]), own(), NOBODY_HIDES)
        next(stream)
        leads.set()
        next(stream)
