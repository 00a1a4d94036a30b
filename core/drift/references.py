"""The reference: the window that counts as usual. It is frozen, so that a slow drift cannot make itself usual."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from hashlib import sha256

from sqlalchemy.exc import IntegrityError

from core.access.model import Actor, Role, require, system
from core.access.records import write_audit
from core.database import Database, new_id
from core.drift.history import History
from core.drift.model import DAY, Window, hour_of, start_of
from core.drift.records import DriftReference, reference_of, references
from core.errors import InputError
from core.ports import Clock
from core.setting_values import DriftRules

LEAST_DAYS = 7
MOST_DAYS = 90
LONGEST_REASON = 500


class References:
    """Freezes references and says which one is in force."""

    def __init__(self, database: Database, history: History, clock: Clock, rules: DriftRules) -> None:
        self._database = database
        self._history = history
        self._clock = clock
        self._rules = rules

    def current(self, tenant: str) -> DriftReference | None:
        """Return the reference in force."""
        with self._database.read() as session:
            return reference_of(session, tenant)

    def listing(self, tenant: str, limit: int = 20) -> list[DriftReference]:
        """Return the newest references, the one in force first."""
        with self._database.read() as session:
            return references(session, tenant, limit)

    def ensure(self, tenant: str) -> DriftReference | None:
        """Return the reference in force; the first one is frozen once there are enough whole days, else None.

        The first reference is the earliest `reference_days` of the last 90 days, from midnight UTC.
        """
        if found := self.current(tenant):
            return found
        window, now = self._first(tenant), self._clock.now()
        if window is None:
            return None
        row = DriftReference(
            id=sha256(f"{tenant}\nfirst".encode()).hexdigest()[:32],
            tenant=tenant, since_hour=window.since, until_hour=window.until, frozen_at=now, by="system",
            reason=f"The first {self._rules.reference_days} whole days.",
        )  # fmt: skip
        with suppress(IntegrityError):  # another server was faster
            self._keep(row, system(tenant), now)
        return self.current(tenant)

    def freeze(self, actor: Actor, since: datetime, until: datetime, reason: str) -> DriftReference:
        """Make a window the reference from now on, in whole hours; for product managers, and audited.

        Raises
        ------
        InputError
            The window is shorter than 7 or longer than 90 days, or not over yet, or there is no reason.
        """
        require(actor, Role.PRODUCT)
        now, window = self._clock.now(), Window(hour_of(since), hour_of(until))
        reason = " ".join(reason.split())
        if not reason or len(reason) > LONGEST_REASON:
            raise InputError(f"Say why the reference changes, in at most {LONGEST_REASON} characters.")
        if not LEAST_DAYS * DAY <= window.hours <= MOST_DAYS * DAY:
            raise InputError(f"A reference is {LEAST_DAYS} to {MOST_DAYS} days long; choose other dates.")
        if window.until > hour_of(now):
            raise InputError("The reference has to be over; choose an end in the past.")
        row = DriftReference(
            id=new_id(), tenant=actor.tenant, since_hour=window.since, until_hour=window.until, frozen_at=now,
            by=actor.id, reason=reason,
        )  # fmt: skip
        self._keep(row, actor, now)
        return row

    def _first(self, tenant: str) -> Window | None:
        span, now = self._history.span(tenant), hour_of(self._clock.now())
        if span is None:
            return None
        begin = -(-max(span.since, now - MOST_DAYS * DAY) // DAY) * DAY
        window = Window(begin, begin + self._rules.reference_days * DAY)
        return window if window.until <= now else None

    def _keep(self, row: DriftReference, actor: Actor, now: datetime) -> None:
        detail = {"since": start_of(row.since_hour).isoformat(), "until": start_of(row.until_hour).isoformat()}
        with self._database.begin() as session:
            session.add(row)
            session.flush()
            write_audit(session, actor, now, "drift.reference", row.id, detail | {"reason": row.reason})


def window_of(row: DriftReference) -> Window:
    """Return the hours of a reference."""
    return Window(row.since_hour, row.until_hour)
