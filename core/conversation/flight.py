"""Single-flight: questions that miss the cache at once with the same words share one call.

The pattern is Go's ``golang.org/x/sync/singleflight``, taken further: those of one process read the answer's pieces
as they come, those of other processes wait at a row with a lease (Gray and Cheriton, "Leases", SOSP 1989), and a call
that fails, is stopped or dies is made again by exactly one of those who wait.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from threading import Lock

from core.conversation.answering import Answer, Stream
from core.conversation.broadcast import Broadcast, Broken, Ended, OutOfPatience
from core.conversation.flight_records import FlightRows, Landed, Ticket
from core.conversation.heartbeat import Heartbeat
from core.database import Database, new_id
from core.errors import CoachError
from core.ports import Clock
from core.semantic_cache.model import Hidden, Scope, question_key

log = logging.getLogger(__name__)
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 0.5

Flight = Broadcast[str, Landed]


class Flights:
    """Shares calls between those who ask the same at once.

    Nobody is the leader of a call inside a process: whoever wants the next piece fetches it, so that a user who stops
    takes nothing from the others, and the last to go closes the call. Towards other processes the process leads.

    Parameters
    ----------
    patience_s : float
        Longest wait, in seconds, for the first words, and then for the next ones; who waits longer answers by itself.
    lease_s : float
        Seconds after which a process that shows no sign of life is taken for dead. Less than `patience_s`.
    """

    def __init__(self, database: Database, clock: Clock, *, patience_s: float = 30.0, lease_s: float = 10.0) -> None:
        self._rows = FlightRows(database, clock, timedelta(seconds=lease_s), timedelta(seconds=patience_s))
        self._patience_s = patience_s
        self._lease_s = lease_s
        self._lock = Lock()
        self._flights: dict[tuple[str, str, str, str], Flight] = {}

    def ticket(self, scope: Scope, question: str) -> Ticket:
        """Return what :meth:`share` needs; take it before the cache is looked into, so that no answer slips between."""
        return Ticket(scope, question_key(question), time.time_ns())

    def share(self, ticket: Ticket, work: Callable[[], Stream], alone: Callable[[], Stream], hidden: Hidden) -> Stream:
        """Yield pieces of text, then the :class:`Answer`, of one call for all who hold equal tickets.

        After a call that broke off, the answer's text replaces the pieces that were yielded before. Tokens are counted
        for one of those who share, so that a cost is recorded once. Closing early leaves the call to the others.

        Parameters
        ----------
        work : callable
            Makes the call. What it says must depend on the question and its scope only: no history, no user, nothing
            hidden. It may be resumed by other threads, and does what comes after the answer (to admit it) before it
            yields the answer.
        alone : callable
            Answers this user only: where the shared answer is hidden from it, or does not come in time.
        hidden : Hidden
            What this user must not be shown; pieces are held back while they could become that.

        Raises
        ------
        CoachError
            What `work` raised, for one of those who share; one of the others then makes the call again.
        """
        reader, spent = _Reader(hidden, self._patience_s), (0, 0)
        try:
            while True:
                ended = yield from self._follow(ticket, work, reader)
                if ended is None:
                    continue
                answer = ended.result.answer
                spent = (answer.input_tokens, answer.output_tokens) if ended.mine else (0, 0)
                if answer.key in hidden.keys:
                    break
                if ended.mine or ended.result.serves_all:
                    yield from reader.rest(answer.text)
                    yield replace(answer, input_tokens=spent[0], output_tokens=spent[1])
                    return
        except OutOfPatience:
            log.warning("flight_too_slow")
        reader.restart()
        yield from _by_itself(alone, reader, spent)

    def sweep(self) -> int:
        """Delete rows of calls that are over; the scheduler does so now and then."""
        return self._rows.sweep()

    def _follow(
        self, ticket: Ticket, work: Callable[[], Stream], reader: _Reader
    ) -> Generator[str, None, Ended[Landed] | None]:
        """Read a call to its end; None if it broke in another's hands."""
        flight, place = self._join(ticket, work), 0
        reader.restart()
        try:
            while not isinstance(read := flight.read(place, reader.until), Ended):
                place += 1
                yield from reader.show(read)
            return read
        except Broken:
            return None
        finally:
            flight.leave()
            self._forget(ticket, flight)

    def _join(self, ticket: Ticket, work: Callable[[], Stream]) -> Flight:
        with self._lock:
            flight = self._flights.get(ticket.identity)
            if flight is None or not flight.join():
                flight = self._flights[ticket.identity] = Broadcast(self._fly(ticket, work))
                flight.join()
            return flight

    def _forget(self, ticket: Ticket, flight: Flight) -> None:
        with self._lock:
            if flight.over and self._flights.get(ticket.identity) is flight:
                del self._flights[ticket.identity]

    def _fly(self, ticket: Ticket, work: Callable[[], Stream]) -> Generator[str | None, None, Landed]:
        """Lead the call, or wait for another process that leads it; None is yielded while nothing has come."""
        leader = new_id()
        while (taken := self._rows.take(ticket, leader)) is None:
            yield from self._wait(ticket)
        if isinstance(taken, Landed):
            return replace(taken, answer=replace(taken.answer, input_tokens=0, output_tokens=0))
        return Landed((yield from self._lead(ticket, leader, work)), taken.attempt)

    def _wait(self, ticket: Ticket) -> Generator[None, None, None]:
        pause = SHORTEST_PAUSE_S
        while self._rows.held(ticket):
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_S)
            yield None

    def _lead(self, ticket: Ticket, leader: str, work: Callable[[], Stream]) -> Generator[str, None, Answer]:
        answer = None

        def renew() -> bool:
            return self._rows.renew(ticket, leader)

        try:
            with Heartbeat(renew, self._lease_s / 3) as heart, closing(work()) as pieces:
                while answer is None:
                    with heart.working():
                        piece = next(pieces)
                    if isinstance(piece, Answer):
                        answer = piece
                    else:
                        yield piece
        finally:
            self._end(ticket, leader, answer)
        return answer

    def _end(self, ticket: Ticket, leader: str, answer: Answer | None) -> None:
        try:
            self._rows.end(ticket, leader, answer)
        except CoachError as error:  # those of this process have the answer; other processes see the lease lapse
            log.warning("flight_not_ended", extra={"reason": str(error)})


class _Reader:
    """What one user has been shown, and until when it waits; once a second answer begins, only its end is shown."""

    def __init__(self, hidden: Hidden, patience_s: float) -> None:
        self._hidden = hidden
        self._patience_s = patience_s
        self._said = ""
        self._shown = 0
        self.stale = False
        self.until = time.monotonic() + patience_s

    def restart(self) -> None:
        """Begin to read another answer."""
        self.stale, self._said = self.stale or self._shown > 0, ""

    def show(self, piece: str) -> Generator[str, None, None]:
        """Yield what may be shown by now."""
        self._said += piece
        if not self.stale and self._said.strip() and self._hidden.may_show(self._said):
            new, self._shown = self._said[self._shown :], len(self._said)
            yield new
        self.until = time.monotonic() + self._patience_s

    def rest(self, text: str) -> Generator[str, None, None]:
        """Yield what of a finished answer is not shown yet."""
        if not self.stale and text[self._shown :]:
            yield text[self._shown :]


def _by_itself(alone: Callable[[], Stream], reader: _Reader, spent: tuple[int, int]) -> Stream:
    """Yield one user's own answer; it carries the tokens that the shared one had cost this user."""
    with closing(alone()) as pieces:
        for piece in pieces:
            if isinstance(piece, Answer):
                used = piece.input_tokens + spent[0], piece.output_tokens + spent[1]
                yield replace(piece, input_tokens=used[0], output_tokens=used[1])
            elif not reader.stale:
                yield piece
