"""One stream that many read: each reads it from its start, and it is drawn from only as fast as the fastest wants."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from threading import Condition
from time import monotonic
from typing import Generic, TypeVar

from core.errors import CoachError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Broken(CoachError):
    """The stream failed in another reader's hands; that reader has its error."""


class OutOfPatience(CoachError):
    """Nothing came in the time that a reader had."""


@dataclass(frozen=True, slots=True)
class Ended(Generic[Result]):
    """What a stream returned; ``mine`` for the one reader that drew it."""

    result: Result
    mine: bool


class Broadcast(Generic[Item, Result]):
    """Shares a generator between threads, without a thread of its own.

    A reader that wants the next item and finds nobody at it draws it; the others wait for that one. So nobody's leaving
    stops the stream while another reads, and a slow reader slows nobody. No lock is held while an item is drawn. The
    last reader to leave closes the generator. Memory: the items of one stream.

    Parameters
    ----------
    source : generator
        Yields items and returns the result, neither of them None; it yields None to say that nothing has come yet.
        Is resumed by different threads, never by two at once: it must not keep a context variable or a re-entrant lock
        across a ``yield``.
    """

    def __init__(self, source: Generator[Item | None, None, Result]) -> None:
        self._source = source
        self._changed = Condition()
        self._items: list[Item] = []
        self._result: Result | None = None
        self._readers = 0
        self._busy = False
        self._over = False

    def join(self) -> bool:
        """Become a reader; False if the stream is over."""
        with self._changed:
            if not self._over:
                self._readers += 1
            return not self._over

    @property
    def over(self) -> bool:
        """Whether nobody can join any more."""
        return self._over

    def leave(self) -> None:
        """Stop reading; each reader does so once, and not while it reads."""
        with self._changed:
            self._readers -= 1
            last = self._readers == 0
            self._over = self._over or last
        if last:
            self._source.close()

    def read(self, place: int, until: float) -> Item | Ended[Result]:
        """Return the item at `place` (0 or more), or the end.

        Parameters
        ----------
        until : float
            Longest wait, as :func:`time.monotonic` counts. An item that this reader draws itself is not broken off.

        Raises
        ------
        OutOfPatience
            Nothing came until then.
        Broken
            The stream failed for another reader. The reader that drew it gets the error itself.
        """
        while True:
            with self._changed:
                while (known := self._known(place)) is None and self._busy:
                    if not self._changed.wait(max(0.0, until - monotonic())):
                        raise OutOfPatience("Nothing came in time.")
                if known is not None:
                    return known
                if monotonic() >= until:
                    raise OutOfPatience("Nothing came in time.")
                self._busy = True
            if drawn := self._draw(until):
                return drawn

    def _known(self, place: int) -> Item | Ended[Result] | None:
        if place < len(self._items):
            return self._items[place]
        if self._over and self._result is None:
            raise Broken("The call failed in another reader's hands.")
        return None if self._result is None else Ended(self._result, mine=False)

    def _draw(self, until: float) -> Ended[Result] | None:
        item: Item | None = None
        ended: Ended[Result] | None = None
        whole = False
        try:
            while item is None and monotonic() < until:
                item = next(self._source)
            whole = True
        except StopIteration as stop:
            ended = Ended(stop.value, mine=True)
        finally:
            with self._changed:
                self._busy = False
                self._over = not whole
                self._result = ended.result if ended else None
                if item is not None:
                    self._items.append(item)
                self._changed.notify_all()
        return ended
