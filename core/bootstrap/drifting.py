"""Builds the room of drift."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from core.adapters.apprise_notifier import AppriseNotifier
from core.bootstrap.history import RecordedHistory
from core.database import Database
from core.drift.alerting import Alerting
from core.drift.analysis import Analysis
from core.drift.backfill import Backfill
from core.drift.growth import Growth
from core.drift.history import NoActions
from core.drift.outbox import Outbox
from core.drift.references import References
from core.drift.service import Drift, DriftParts
from core.monitoring.service import Monitoring
from core.ports import Clock, Embedder, Notifier
from core.settings import Settings

PAGE = "drift"


def make_notifier(settings: Settings) -> Notifier:
    """Return who tells people outside the console."""
    return AppriseNotifier([address.get_secret_value() for address in settings.alert_urls])


def make_drift(
    settings: Settings, database: Database, clock: Clock, embedder: Embedder, monitoring: Monitoring
) -> Drift:
    """Return the service of drift, with the settings' rules, time zone and channels."""
    rules, zone = settings.drift_rules, ZoneInfo(settings.time_zone)
    notifier = make_notifier(settings)
    history, actions = RecordedHistory(database, monitoring), NoActions()
    references = References(database, history, clock, rules)
    alerting = Alerting(database, clock, notifier.channels, zone, settings.alert_quiet_hours)
    growth = Growth(history, embedder)
    link = f"{settings.public_url.rstrip('/')}/{PAGE}" if settings.public_url else ""
    parts = DriftParts(
        analysis=Analysis(database, clock, history, actions, references, growth, alerting, rules, zone),
        references=references,
        backfill=Backfill(database, clock, history, references, rules, zone),
        outbox=Outbox(database, clock, notifier, link),
        history=history,
        actions=actions,
    )
    return Drift(database, clock, parts, rules, settings.tenant, zone)
