"""Calls in the air, as every server of one database sees them: who leads, until when, and how it ended."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, delete, update

from core.conversation.answering import Answer
from core.conversation.model import Quote
from core.database import Database, UtcDateTime
from core.ports import Clock
from core.semantic_cache.model import Scope

ENOUGH_ATTEMPTS = 2
"""From this attempt on an answer that is only second best serves everybody: more calls would hardly do better."""


class FlightRow(SQLModel, table=True):
    """The latest call for one question in one scope.

    ``until`` is the end of the leader's lease or, once ended, of the time that the answer is kept; ``attempt`` counts
    from 1 the calls in a row of which none gave a whole answer; ``ended_ns`` is in nanoseconds since 1970.
    """

    __tablename__ = "flights"

    tenant: str = Field(primary_key=True)
    release: str = Field(primary_key=True)
    locale: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    leader: str
    attempt: int
    until: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_ns: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    answer: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


@dataclass(frozen=True, slots=True)
class Ticket:
    """A question's right to an answer that comes after it was asked; an older one is the cache's to serve, or not."""

    scope: Scope
    key: str
    since_ns: int

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What must be equal for two questions to share a call."""
        return self.scope.tenant, self.scope.release, self.scope.locale, self.key


@dataclass(frozen=True, slots=True)
class Lead:
    """The asker is the leader of this attempt."""

    attempt: int


@dataclass(frozen=True, slots=True)
class Landed:
    """A call gave an answer."""

    answer: Answer
    attempt: int

    @property
    def serves_all(self) -> bool:
        """Whether those who waited take it; otherwise one of them leads anew."""
        return self.answer.complete or (self.attempt >= ENOUGH_ATTEMPTS and not self.answer.cut)


class FlightRows:
    """Takes, renews and ends leases in short transactions of their own.

    Parameters
    ----------
    lease : timedelta
        After this without renewal (a crash) another may lead.
    keep : timedelta
        How long an answer is kept for those who asked before it was there.
    """

    def __init__(self, database: Database, clock: Clock, lease: timedelta, keep: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._lease = lease
        self._keep = keep

    def take(self, ticket: Ticket, leader: str) -> Lead | Landed | None:
        """Return the answer if there is one, the lead if nobody has it, or None while another leads."""
        try:
            with self._database.begin() as session:
                row = session.get(FlightRow, ticket.identity, with_for_update=True)
                judged = self._judge(row, ticket)
                if isinstance(judged, Lead):
                    if row is None:
                        session.add(row := _row_of(ticket, self._clock.now()))
                    row.leader, row.attempt, row.until = leader, judged.attempt, self._clock.now() + self._lease
                    row.ended_ns, row.answer = None, None
                return judged
        except IntegrityError:  # two came first at the same moment, and the other was faster
            return None

    def held(self, ticket: Ticket) -> bool:
        """Say whether another leads, without a lock."""
        with self._database.read() as session:
            return self._judge(session.get(FlightRow, ticket.identity), ticket) is None

    def renew(self, ticket: Ticket, leader: str) -> bool:
        """Prolong the lease; False if it is no longer this leader's."""
        return self._change(ticket, leader, until=self._clock.now() + self._lease)

    def end(self, ticket: Ticket, leader: str, answer: Answer | None) -> bool:
        """Give the lease back, with the answer if there is one; False if it was no longer this leader's."""
        until = self._clock.now() + self._keep if answer else self._clock.now()
        facts = asdict(answer) if answer else None
        return self._change(ticket, leader, until=until, ended_ns=time.time_ns(), answer=facts)

    def sweep(self) -> int:
        """Delete what nobody can use any more; return how many rows."""
        with self._database.begin() as session:
            return session.exec(delete(FlightRow).where(col(FlightRow.until) <= self._clock.now())).rowcount

    def _change(self, ticket: Ticket, leader: str, **values: object) -> bool:
        tenant, release, locale, key = ticket.identity
        statement = (
            update(FlightRow)
            .where(col(FlightRow.tenant) == tenant, col(FlightRow.release) == release)
            .where(col(FlightRow.locale) == locale, col(FlightRow.key) == key)
            .where(col(FlightRow.leader) == leader, col(FlightRow.ended_ns).is_(None))
        )
        with self._database.begin() as session:
            return session.exec(statement.values(**values)).rowcount == 1

    def _judge(self, row: FlightRow | None, ticket: Ticket) -> Lead | Landed | None:
        if row is None:
            return Lead(1)
        alive = row.until > self._clock.now()
        if row.ended_ns is None and alive:
            return None
        if row.ended_ns is None or row.ended_ns < ticket.since_ns:
            return Lead(1)
        if row.answer is not None and alive:
            landed = Landed(_read(row.answer), row.attempt)
            if landed.serves_all:
                return landed
        return Lead(row.attempt + 1)


def _row_of(ticket: Ticket, now: datetime) -> FlightRow:
    tenant, release, locale, key = ticket.identity
    return FlightRow(tenant=tenant, release=release, locale=locale, key=key, leader="", attempt=0, until=now)


def _read(facts: dict[str, Any]) -> Answer:
    return Answer(**{**facts, "quotes": tuple(Quote.read(quote) for quote in facts["quotes"])})
