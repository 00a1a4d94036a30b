"""A line that threads wait in: whoever came first goes first, which a lock does not promise."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Line:
    """Lets one thread at a time through, in the order in which they came.

    A :class:`threading.Lock` goes to whichever thread asks at the right moment, so that among many some wait long.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def place(self, patience_s: float) -> Iterator[None]:
        """Go through when it is this thread's turn; after so many seconds, without waiting any longer."""
        mine = self._queue()
        try:
            took = mine is None or mine.acquire(timeout=patience_s) or not self._leave(mine)
        except BaseException:  # interrupted while it waited
            if mine is not None and not self._leave(mine):
                self._call_next()
            raise
        try:
            yield
        finally:
            if took:
                self._call_next()

    def _queue(self) -> Lock | None:
        """Return what is released when it is this thread's turn; None if that is now."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return None
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
            return mine

    def _leave(self, mine: Lock) -> bool:
        """Wait no longer; False if the turn came at this very moment."""
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return True
            return False

    def _call_next(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
