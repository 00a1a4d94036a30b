"""Delivers alerts: each is claimed in the database first, so that of several servers one sends it, and once.

waiting ──claim──► sending ──taken──► sent
   ▲                  │ └─cut off──► unclear   a person decides, since it may have arrived
   └──── back-off ◄───┤
                      └─eight tries─► failed
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from core.access.model import Actor, Role, require
from core.access.records import write_audit
from core.database import Database, new_id
from core.drift.alerting import WAITING
from core.drift.records import DriftAlert, alerts
from core.errors import NotFoundError, ServiceError
from core.ports import Clock, Notice, Notifier

log = logging.getLogger(__name__)
SENDING, SENT, FAILED, UNCLEAR = "sending", "sent", "failed", "unclear"
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 240, 240))
LONGEST_SEND = timedelta(minutes=10)
BATCH = 20


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a test on one channel; `problem` is empty where it was taken."""

    channel: str
    problem: str


class Outbox:
    """Sends what waits, and shows what became of it."""

    def __init__(self, database: Database, clock: Clock, notifier: Notifier, link: str = "") -> None:
        self._database = database
        self._clock = clock
        self._notifier = notifier
        self._link = link

    def deliver(self) -> int:
        """Send the alerts that are due (20 at most); return how many were taken. Any server may call it at any time."""
        now = self._clock.now()
        with self._database.begin() as session:
            cut_off = update(DriftAlert).where(col(DriftAlert.state) == SENDING, col(DriftAlert.next_try_at) <= now)
            session.exec(cut_off.values(state=UNCLEAR, last_error="It was cut off, and may have arrived."))
            query = select(DriftAlert.id).where(col(DriftAlert.state) == WAITING, col(DriftAlert.next_try_at) <= now)
            waiting = list(session.exec(query.order_by(col(DriftAlert.at), col(DriftAlert.channel)).limit(BATCH)))
        return sum(self._send(one) for one in waiting)

    def _send(self, alert_id: str) -> bool:
        now = self._clock.now()
        with self._database.begin() as session:
            claim = update(DriftAlert).where(col(DriftAlert.id) == alert_id, col(DriftAlert.state) == WAITING)
            claimed = claim.values(state=SENDING, tries=DriftAlert.tries + 1, next_try_at=now + LONGEST_SEND)
            if session.exec(claimed).rowcount != 1:
                return False  # another server has it
            alert = session.get_one(DriftAlert, alert_id)
        try:
            self._notifier.send(alert.channel, Notice(alert.title, alert.body, self._link, alert.picture))
        except ServiceError as error:
            self._failed(alert, str(error))
            return False
        with self._database.begin() as session:
            done = update(DriftAlert).where(col(DriftAlert.id) == alert_id)
            session.exec(done.values(state=SENT, sent_at=self._clock.now(), last_error=""))
        return True

    def _failed(self, alert: DriftAlert, reason: str) -> None:
        log.warning("alert_not_sent", extra={"alert": alert.id, "channel": alert.channel, "reason": reason})
        again = alert.tries <= len(PAUSES)
        pause = PAUSES[min(alert.tries, len(PAUSES)) - 1]
        with self._database.begin() as session:
            values = {"state": WAITING if again else FAILED, "last_error": reason[:300]}
            row = update(DriftAlert).where(col(DriftAlert.id) == alert.id, col(DriftAlert.state) == SENDING)
            session.exec(row.values(next_try_at=self._clock.now() + pause, **values))

    def listing(self, actor: Actor, limit: int = 50) -> list[DriftAlert]:
        """Return the newest alerts with what became of them, for product managers."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return alerts(session, actor.tenant, limit)

    def retry(self, actor: Actor, alert_id: str) -> None:
        """Let an alert that failed, or of which nobody knows, be sent again at the next delivery."""
        require(actor, Role.PRODUCT)
        with self._database.begin() as session:
            mine = update(DriftAlert).where(col(DriftAlert.id) == alert_id, col(DriftAlert.tenant) == actor.tenant)
            again = mine.where(col(DriftAlert.state).in_([FAILED, UNCLEAR]))
            values = {"state": WAITING, "tries": 0, "next_try_at": self._clock.now()}
            if session.exec(again.values(**values)).rowcount != 1:
                raise NotFoundError("There is no such alert that could be sent again.")
            write_audit(session, actor, self._clock.now(), "drift.alert_again", alert_id)

    def test(self, actor: Actor) -> tuple[Tried, ...]:
        """Send a test to every channel now, and return what became of each; none where no channel is set up."""
        require(actor, Role.PRODUCT)
        now = self._clock.now()
        with self._database.begin() as session:
            write_audit(session, actor, now, "drift.alert_test", "channels")
        return tuple(self._try(actor, channel, now) for channel in self._notifier.channels)

    def _try(self, actor: Actor, channel: str, now: datetime) -> Tried:
        notice = Notice("Test of the alerts", "This is a test: alerts about drift come to this channel.", self._link)
        problem = ""
        try:
            self._notifier.send(channel, notice)
        except ServiceError as error:
            problem = str(error)
        row = DriftAlert(
            id=new_id(), tenant=actor.tenant, report_id="", signal="test", before="", after="", at=now,
            title=notice.title, body=notice.body, picture=b"", channel=channel, state=FAILED if problem else SENT,
            tries=1, next_try_at=now, last_error=problem[:300], sent_at=None if problem else self._clock.now(),
        )  # fmt: skip
        with self._database.begin() as session:
            session.add(row)
        return Tried(channel, problem)
