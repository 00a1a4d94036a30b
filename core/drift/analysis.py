"""The batch analysis: hourly, daily and weekly, one report a window. Any scheduler may call it, as often as it likes.

A window that has its report is left alone, and a report is written in one transaction with its alerts: a crash leaves
the window to the next call, and of two servers one writes. Nothing else is remembered between calls.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from core.database import Database
from core.drift.advice import Advice, advise
from core.drift.alerting import Alerting
from core.drift.finding import Finding
from core.drift.growth import Growth
from core.drift.history import Actions, History
from core.drift.model import DAY, Kind, Level, Signal, Window, due, hour_of
from core.drift.records import DriftReport, last_report
from core.drift.references import References
from core.drift.sentence import headline
from core.drift.watch import Watch, watch
from core.errors import ServiceError
from core.ports import Clock
from core.setting_values import DriftRules

log = logging.getLogger(__name__)
CATCH_UP = {Kind.HOURLY: 48, Kind.DAILY: 14, Kind.WEEKLY: 8}
"""Windows that are made up for after a pause, at most; older ones stay without a report."""
SETTLING = timedelta(minutes=5)
"""How long an hour has been over before it is analysed: a turn is counted when its answer has ended."""
LIVE = (Kind.HOURLY, Kind.DAILY, Kind.WEEKLY)


class Analysis:
    """Makes the reports that are due."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        history: History,
        actions: Actions,
        references: References,
        growth: Growth,
        alerting: Alerting,
        rules: DriftRules,
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._clock = clock
        self._history = history
        self._actions = actions
        self._references = references
        self._growth = growth
        self._alerting = alerting
        self._rules = rules
        self._zone = zone

    def run(self, tenant: str, kinds: Sequence[Kind] = LIVE) -> list[DriftReport]:
        """Make every report that is due and not there yet, oldest first; return those that this call wrote."""
        windows = [(kind, window) for kind in kinds for window in self._missing(tenant, kind)]
        if not windows:
            return []
        until = max(window.until for _, window in windows)
        seen = watch(self._history, tenant, self._references.ensure(tenant), until, self._rules)
        written = []
        for kind, window in sorted(windows, key=lambda one: (one[1].until, one[1].hours)):
            then = seen.until(window.until)
            report = self._report(tenant, kind, window, then)
            if self._keep(report, then):
                written.append(report)
                log.info("drift_report", extra={"kind": kind.value, "report": report.id, "level": report.level})
        return written

    def _missing(self, tenant: str, kind: Kind) -> list[Window]:
        newest = due(kind, hour_of(self._clock.now() - SETTLING))
        with self._database.read() as session:
            last = last_report(session, tenant, kind)
        if last is None:
            return [newest]
        begin = max(last.until_hour, newest.until - CATCH_UP[kind] * kind.hours)
        return [Window(since, since + kind.hours) for since in range(begin, newest.until, kind.hours)]

    def _report(self, tenant: str, kind: Kind, window: Window, seen: Watch) -> DriftReport:
        findings = seen.findings(window, self._rules)
        changes = changes_of(seen, window)
        questions = self._questions(tenant, kind, window, seen, findings, changes)
        names = [topic["name"] for topic in questions.get("grown", [])]
        advice = self._advice(tenant, seen, window)
        worst = max(findings, key=lambda one: one.level.rank)
        return DriftReport(
            id=report_id(tenant, kind, window),
            tenant=tenant,
            kind=kind,
            since_hour=window.since,
            until_hour=window.until,
            reference_id=seen.reference.id if seen.reference else None,
            made_at=self._clock.now(),
            level=worst.level,
            sentence=headline(findings, self._zone, names),
            findings=[one.facts() for one in findings],
            questions=questions,
            changes=changes,
            advice={"what": advice.what, "signal": advice.signal or "", "words": advice.words, "why": advice.why},
            inputs_hash=seen.inputs_hash(self._rules),
        )

    def _questions(
        self, tenant: str, kind: Kind, window: Window, seen: Watch, findings: Sequence[Finding],
        changes: Sequence[dict[str, Any]],
    ) -> dict[str, Any]:  # fmt: skip
        """Analyse the topics each day and week, and in the hour in which a signal came to the level watch or above."""
        raised = {one["signal"] for one in changes if Level(one["after"]).rank > Level(one["before"]).rank}
        if seen.reference is None or (kind is Kind.HOURLY and not raised):
            return {}
        onsets = [one.onset for one in findings if one.signal in raised and one.onset is not None]
        now = Window(min([*onsets, window.until - DAY]), window.until) if kind is Kind.HOURLY else window
        try:
            return self._growth.facts(tenant, seen.reference, now)
        except ServiceError as error:  # a report without topics is better than none
            log.warning("topics_not_analysed", extra={"reason": str(error)})
            return {"problem": str(error)}

    def _advice(self, tenant: str, seen: Watch, window: Window) -> Advice:
        standings = {signal: path.standings[-1] for signal, path in seen.paths.items() if path.standings}
        return advise(standings, window.until, self._actions.last(tenant), self._rules)

    def _keep(self, report: DriftReport, seen: Watch) -> bool:
        """Write a report and its alerts, unless it is there; say whether it was written."""
        alerts = self._alerting.due(report, seen) if report.kind == Kind.HOURLY else []
        with self._database.begin() as session:
            if not insert_once(session, report):
                return False
            for alert in alerts:
                session.add(alert)
        return True


def changes_of(seen: Watch, window: Window) -> list[dict[str, Any]]:
    """Return each change of level within a window, oldest first."""
    found = [
        {"hour": hour, "signal": signal.value, "before": before.value, "after": after.value}
        for signal, path in seen.paths.items()
        for hour, before, after in path.changes()
        if hour in window
    ]
    return sorted(found, key=lambda one: (one["hour"], list(Signal).index(Signal(one["signal"]))))


def report_id(tenant: str, kind: Kind, window: Window, salt: str = "") -> str:
    """Return the id that a report of this window has, whoever makes it."""
    return sha256(f"{tenant}\n{kind}\n{window.since}\n{window.until}\n{salt}".encode()).hexdigest()[:32]


def insert_once(session: Session, report: DriftReport) -> bool:
    """Write a report unless its id is taken; say whether it was written."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dialect.insert(DriftReport).values(**report.model_dump())
    done = session.execute(row.on_conflict_do_nothing().returning(DriftReport.id))
    return done.first() is not None
