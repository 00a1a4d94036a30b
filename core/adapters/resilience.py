"""Retries and a circuit breaker around every call to an outside service.

A call is tried again when the service is unavailable, after a pause that doubles and varies at random so that callers
do not come back together. After several calls have failed in a row the service is left alone for a while: the circuit
is open, and calls fail at once. Then one call is let through, and its outcome closes or opens the circuit.

References
----------
M. Nygard, "Release It!", 2nd ed., 2018, ch. 5 (circuit breaker); M. Brooker, "Exponential Backoff And Jitter", AWS
Architecture Blog, 2015.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pybreaker import STATE_CLOSED, STATE_HALF_OPEN, STATE_OPEN, CircuitBreaker
from pybreaker import CircuitMemoryStorage as Storage
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from core.database import forbid_open_transaction
from core.errors import ServiceUnavailable

log = logging.getLogger(__name__)
LONGEST_PAUSE_S = 10.0
"""Longest pause between two tries, also when the service asks for a longer one: somebody is waiting."""

T = TypeVar("T")


class ServiceBusy(ServiceUnavailable):
    """Unavailable, and the service has said when to come back.

    Parameters
    ----------
    retry_after_s : float
        Seconds that the service asks callers to stay away.
    """

    def __init__(self, service: str, message: str, retry_after_s: float) -> None:
        super().__init__(service, message)
        self.retry_after_s = retry_after_s


class Resilient:
    """How an adapter calls its service. One object a service; safe to use from several threads.

    Parameters
    ----------
    service : str
        The name that a person knows it by, such as ``"OpenAI"``.
    attempts : int
        Tries of a call, the first one included; 1 means no retry.
    base_delay_s : float
        First pause, in seconds; each later one is twice as long, plus up to as much again at random, at most 10 s.
    breaker_failures : int
        Failed calls in a row, each with all its tries, after which the circuit opens.
    breaker_reset_s : float
        How long an open circuit stays open, in seconds.
    """

    def __init__(
        self,
        service: str,
        *,
        attempts: int = 3,
        base_delay_s: float = 0.5,
        breaker_failures: int = 5,
        breaker_reset_s: float = 30.0,
    ) -> None:
        self.service = service
        self._circuit = _Circuit(service, breaker_failures, breaker_reset_s)
        self._pause = wait_exponential_jitter(multiplier=base_delay_s, max=LONGEST_PAUSE_S, jitter=base_delay_s)
        self._retrying = Retrying(
            stop=stop_after_attempt(attempts),
            wait=self._wait,
            retry=retry_if_exception_type(ServiceUnavailable),
            before_sleep=self._log,
            reraise=True,
        )

    def call(self, fn: Callable[[], T]) -> T:
        """Return what `fn` returns, trying again while it raises :class:`ServiceUnavailable`.

        Raises
        ------
        ServiceUnavailable
            The last try failed, or the circuit is open.
        ServiceRefused
            As raised by `fn`: never tried again, and no failure to the circuit.
        RuntimeError
            A database transaction is open in this thread.
        """
        forbid_open_transaction()
        with self._circuit.passing():
            return self._retrying(fn)

    def once(self, fn: Callable[[], T]) -> T:
        """Do as :meth:`call` does, without retries: for checks of health, whose asker would rather know soon."""
        forbid_open_transaction()
        with self._circuit.passing():
            return fn()

    def stream(self, opening: Callable[[], Generator[T, None, None]]) -> Generator[T, None, None]:
        """Yield what the generator made by `opening` yields, trying again only until its first piece has come.

        What has been shown cannot be taken back, so a later failure is passed on. Closing closes the inner generator.
        """
        forbid_open_transaction()
        with self._circuit.passing():
            started, pieces = self._retrying(lambda: _begin(opening()))
            with closing(pieces):
                yield from started
                yield from pieces

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_s if isinstance(error, ServiceBusy) else 0.0
        return min(max(self._pause(state), asked), LONGEST_PAUSE_S)

    def _log(self, state: RetryCallState) -> None:
        reason = str(state.outcome.exception()) if state.outcome else ""
        log.warning("retrying", extra={"service": self.service, "attempt": state.attempt_number, "reason": reason})


def _begin(pieces: Generator[T, None, None]) -> tuple[list[T], Generator[T, None, None]]:
    for piece in pieces:
        return [piece], pieces
    return [], pieces


class _Circuit:
    """pybreaker's state machine, told of outcomes afterwards.

    `CircuitBreaker.call` would hold its lock while the service works, and so let only one caller at a time through.
    """

    def __init__(self, service: str, failures: int, reset_s: float) -> None:
        self._service = service
        self._reset = timedelta(seconds=reset_s)
        self._storage = Storage(STATE_CLOSED)
        self._breaker = CircuitBreaker(
            fail_max=failures,
            reset_timeout=reset_s,
            exclude=[lambda error: not isinstance(error, ServiceUnavailable)],
            state_storage=self._storage,
            throw_new_error_on_trip=False,
        )
        self._lock = threading.Lock()
        self._on_trial = False

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Let the block run, or raise at once when the circuit is open; then count its outcome."""
        on_trial = self._admit()
        outcome: BaseException | None = None
        try:
            yield
        except BaseException as error:
            outcome = error
            raise
        finally:
            with self._lock:
                self._record(outcome)
                if on_trial:
                    self._on_trial = False

    def _admit(self) -> bool:
        with self._lock:
            if self._storage.state == STATE_OPEN and self._rested():
                self._breaker.half_open()
            state = self._storage.state
            if state == STATE_OPEN or (state == STATE_HALF_OPEN and self._on_trial):
                message = f"{self._service} has failed several times and is left alone for a moment; try again soon."
                raise ServiceUnavailable(self._service, message)
            self._on_trial = state == STATE_HALF_OPEN
            return self._on_trial

    def _rested(self) -> bool:
        opened = self._storage.opened_at
        return opened is None or datetime.now(UTC) >= opened + self._reset

    def _record(self, outcome: BaseException | None) -> None:
        def replay() -> None:
            if outcome is not None:
                raise outcome

        before = self._storage.state
        if before == STATE_OPEN:
            return  # another call has opened it meanwhile: a late outcome says nothing new
        # The replayed error is already on its way to the caller; the breaker only counts it.
        with suppress(BaseException):
            self._breaker.call(replay)
        if self._storage.state == STATE_OPEN:
            log.warning("circuit_open", extra={"service": self._service, "seconds": self._reset.total_seconds()})
