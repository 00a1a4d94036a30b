"""Which alerts a report brings: one for each signal whose level is another than the one last told.

What was last told is read from the alerts themselves, so that a crash loses none, and several changes during a pause
become one. They are written with the report, in its transaction: of two servers only the one that writes it alerts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from core.database import Database
from core.drift.finding import Finding
from core.drift.model import Level, Signal
from core.drift.picture import picture, sparkline
from core.drift.records import DriftAlert, DriftReport
from core.drift.sentence import sentence
from core.drift.watch import Watch
from core.ports import Clock

WAITING, KEPT = "waiting", "kept"


class Alerting:
    """Writes alerts.

    Parameters
    ----------
    channels : sequence of str
        Where they go; without one they are kept for the page.
    quiet_hours : str
        ``"22-7"``, in the time zone: alerts wait till its end. *Critical* does not wait. "" for none.
    """

    def __init__(
        self, database: Database, clock: Clock, channels: Sequence[str], zone: ZoneInfo, quiet_hours: str = ""
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._zone = zone
        self._quiet = quiet_hours

    def due(self, report: DriftReport, seen: Watch) -> list[DriftAlert]:
        """Return the alerts of an hourly report, not written yet. Not enough data is no level: nothing is told."""
        found = []
        for facts in report.findings:
            one = Finding.read(facts)
            told = self._told(report.tenant, one.signal)
            if one.level not in (told, Level.NO_DATA):
                found += self._alerts(report, seen, one, told)
        return found

    def _told(self, tenant: str, signal: Signal) -> Level:
        query = select(DriftAlert.after).where(DriftAlert.tenant == tenant, DriftAlert.signal == signal)
        query = query.outerjoin(DriftReport, col(DriftReport.id) == col(DriftAlert.report_id))
        # Windows that are made up for after a pause may all be told at the same moment.
        query = query.order_by(col(DriftAlert.at).desc(), col(DriftReport.until_hour).desc())
        with self._database.read() as session:
            last = session.exec(query.limit(1)).first()
        return Level(last) if last else Level.CALM

    def _alerts(self, report: DriftReport, seen: Watch, found: Finding, told: Level) -> list[DriftAlert]:
        now, path = self._clock.now(), seen.paths[found.signal]
        grown = [topic["name"] for topic in report.questions.get("grown", [])]
        lines = [sentence(found, self._zone, grown), sparkline(path)]
        if report.advice.get("signal") == found.signal:
            lines.append(report.advice["words"])
        when = now if found.level is Level.CRITICAL else after_quiet(now, self._quiet, self._zone)
        return [
            DriftAlert(
                id=sha256(f"{report.id}\n{found.signal}\n{channel}".encode()).hexdigest()[:32],
                tenant=report.tenant, report_id=report.id, signal=found.signal, before=told, after=found.level, at=now,
                title=f"{found.signal.plural.capitalize()}: {found.level} (was {told})",
                body="\n\n".join(line for line in lines if line), picture=picture(path), channel=channel,
                state=WAITING if channel else KEPT, next_try_at=when,
            )
            for channel in self._channels or ("",)
        ]  # fmt: skip


def after_quiet(now: datetime, quiet_hours: str, zone: ZoneInfo) -> datetime:
    """Return `now`, or the end of the quiet hours if they have begun.

    >>> from datetime import UTC
    >>> after_quiet(datetime(2026, 5, 5, 23, 10, tzinfo=UTC), "22-7", ZoneInfo("UTC")).isoformat()
    '2026-05-06T07:00:00+00:00'
    """
    if not quiet_hours:
        return now
    begin, end = map(int, quiet_hours.split("-"))
    local = now.astimezone(zone)
    inside = begin <= local.hour < end if begin <= end else local.hour >= begin or local.hour < end
    if not inside:
        return now
    days = 1 if local.hour >= end else 0
    wake = (local + timedelta(days=days)).replace(hour=end, minute=0, second=0, microsecond=0)
    return wake.astimezone(now.tzinfo)
