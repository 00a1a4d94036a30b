"""The room of drift on a made-up past, with a notifier that a test holds in its hands."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlmodel import col, select

from core.database import Database
from core.drift.alerting import Alerting
from core.drift.analysis import Analysis
from core.drift.backfill import Backfill
from core.drift.growth import Growth
from core.drift.history import LastAction
from core.drift.model import Kind, start_of
from core.drift.outbox import Outbox
from core.drift.records import DriftAlert, DriftReport
from core.drift.references import References
from core.drift.service import Drift, DriftParts
from core.errors import ServiceUnavailable
from core.ports import Embedder, Notice
from core.setting_values import DriftRules
from tests.core.drift.pasts import LIVE, Past
from tests.house import TENANT, MovableClock

UTC_ZONE = ZoneInfo("UTC")


class Postbox:
    """A notifier that keeps what it is given, and fails while it is `broken`."""

    def __init__(self, *channels: str) -> None:
        self.channels = channels
        self.sent: list[tuple[str, Notice]] = []
        self.broken: set[str] = set()

    def send(self, channel: str, notice: Notice) -> None:
        if channel in self.broken:
            raise ServiceUnavailable(channel, f"{channel} does not answer.")
        self.sent.append((channel, notice))


class Acts:
    """Says what a test says was last done."""

    def __init__(self) -> None:
        self.action: LastAction | None = None

    def last(self, tenant: str) -> LastAction | None:
        return self.action


class Room:
    """Drift at the hour `LIVE + hour`; :meth:`at` lets time pass."""

    def __init__(
        self, database: Database, past: Past, embedder: Embedder, *, channels: tuple[str, ...] = ("slack",),
        quiet: str = "", rules: DriftRules | None = None,
    ) -> None:  # fmt: skip
        self.database, self.past, self.clock = database, past, MovableClock()
        self.postbox, self.acts, self.rules = Postbox(*channels), Acts(), rules or DriftRules()
        self.references = References(database, past, self.clock, self.rules)
        alerting = Alerting(database, self.clock, channels, UTC_ZONE, quiet)
        self.analysis = Analysis(
            database,
            self.clock,
            past,
            self.acts,
            self.references,
            Growth(past, embedder),
            alerting,
            self.rules,
            UTC_ZONE,
        )
        backfill = Backfill(database, self.clock, past, self.references, self.rules, UTC_ZONE)
        self.outbox = Outbox(database, self.clock, self.postbox, "https://coach.test/drift")
        parts = DriftParts(self.analysis, self.references, backfill, self.outbox, past, self.acts)
        self.drift = Drift(database, self.clock, parts, self.rules, TENANT, UTC_ZONE)
        self.at(0)

    def at(self, hour: float) -> Room:
        """Set the clock to an hour after the reference."""
        self.clock.time = start_of(LIVE)
        self.clock.pass_by(hours=hour)
        return self

    def hourly(self, hour: float) -> list[DriftReport]:
        """Make the hourly reports that are due a little after an hour."""
        return self.at(hour + 0.1).drift.run([Kind.HOURLY])

    def reports(self) -> list[DriftReport]:
        """Return every report, in the order of its window."""
        with self.database.read() as session:
            return list(session.exec(select(DriftReport).order_by(col(DriftReport.until_hour), col(DriftReport.kind))))

    def alerts(self) -> list[DriftAlert]:
        """Return every alert, oldest first."""
        with self.database.read() as session:
            return list(session.exec(select(DriftAlert).order_by(col(DriftAlert.at), col(DriftAlert.channel))))
