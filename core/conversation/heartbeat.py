"""Keeps a lease alive while work is being done, and lets it lapse when nobody works any more."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Self

from core.errors import CoachError

log = logging.getLogger(__name__)
IDLE_BEATS = 3
"""Beats without any work after which the lease is given up: who holds the work has put it down."""


class Heartbeat:
    """Renews a lease from a thread that lives no longer than the ``with`` block.

    Parameters
    ----------
    renew : callable
        Renews the lease; False once it is lost.
    every_s : float
        Seconds between two renewals; a third of what the lease lasts.
    """

    def __init__(self, renew: Callable[[], bool], every_s: float) -> None:
        self._renew = renew
        self._every_s = every_s
        self._working = False
        self._worked = False
        self._done = Event()
        self._thread = Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Say that work is being done inside."""
        self._working = self._worked = True
        try:
            yield
        finally:
            self._working = False

    def _beat(self) -> None:
        idle = 0
        while idle < IDLE_BEATS and not self._done.wait(self._every_s):
            idle = 0 if self._worked else idle + 1
            self._worked = self._working
            if not idle and not self._renewed():
                return

    def _renewed(self) -> bool:
        try:
            return self._renew()
        except CoachError as error:  # the next beat may do better; at worst the lease lapses
            log.warning("lease_not_renewed", extra={"reason": str(error)})
            return True
