"""What pages, commands and the scheduler do with drift. Whoever reads is a product manager or an admin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.access.model import Actor, Role, require
from core.database import Database
from core.drift.advice import Advice, advise
from core.drift.analysis import LIVE, Analysis
from core.drift.backfill import Backfill, Other
from core.drift.episodes import Episode, episodes_of
from core.drift.finding import Finding
from core.drift.history import Actions, History
from core.drift.levels import LevelRow, level_table
from core.drift.model import DAY, Kind, Signal, Window, hour_of
from core.drift.outbox import Outbox, Tried
from core.drift.picture import picture
from core.drift.records import DriftAlert, DriftReference, DriftReport, reports, told
from core.drift.references import References
from core.drift.rendering import as_html, as_json
from core.drift.replay import Path
from core.drift.sentence import headline, sentence
from core.drift.watch import Watch, watch
from core.errors import NotFoundError
from core.ports import Clock
from core.setting_values import DriftRules

MOST_TEXTS = 2000


@dataclass(frozen=True, slots=True)
class SignalState:
    """One signal now: numbers, the sentence, and its path since the reference (None without enough data)."""

    finding: Finding
    sentence: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class DriftState:
    """What is going on now, up to the last full hour `until`.

    ``grown`` are the facts of the newest report that analysed topics (see :class:`core.drift.questions.GrownTopic`),
    and ``grown_report`` that report.
    """

    until: int
    reference: DriftReference | None
    headline: str
    advice: Advice
    signals: tuple[SignalState, ...]
    grown: tuple[dict[str, Any], ...]
    grown_report: DriftReport | None


@dataclass(frozen=True, slots=True)
class DriftParts:
    """The rooms' parts, as `core.bootstrap` builds them."""

    analysis: Analysis
    references: References
    backfill: Backfill
    outbox: Outbox
    history: History
    actions: Actions


class Drift:
    """Detects drift, reports it, and looks back."""

    def __init__(
        self, database: Database, clock: Clock, parts: DriftParts, rules: DriftRules, tenant: str, zone: ZoneInfo
    ) -> None:
        self._database = database
        self._clock = clock
        self._parts = parts
        self._rules = rules
        self._tenant = tenant
        self._zone = zone
        self._last: dict[str, Watch] = {}

    def run(self, kinds: Sequence[Kind] = LIVE) -> list[DriftReport]:
        """Make the reports that are due; any scheduler may call it at any time. Returns those that this call wrote."""
        return self._parts.analysis.run(self._tenant, kinds)

    def deliver(self) -> int:
        """Send the alerts that are due; returns how many were taken."""
        return self._parts.outbox.deliver()

    def state(self, actor: Actor, zone: ZoneInfo | None = None) -> DriftState:
        """Return what is going on now, with sentences in a time zone (by default that of the settings)."""
        require(actor, Role.PRODUCT)
        seen, zone = self._watch(actor.tenant), zone or self._zone
        findings = seen.findings(Window(seen.window.until - DAY, seen.window.until), self._rules)
        topics = self._newest_topics(actor.tenant)
        grown = tuple(topics.questions["grown"]) if topics else ()
        names = [topic["name"] for topic in grown]
        standings = {signal: path.standings[-1] for signal, path in seen.paths.items() if path.standings}
        advice = advise(standings, seen.window.until, self._parts.actions.last(actor.tenant), self._rules)
        signals = tuple(SignalState(one, sentence(one, zone, names), seen.paths.get(one.signal)) for one in findings)
        return DriftState(
            seen.window.until, seen.reference, headline(findings, zone, names), advice, signals, grown, topics
        )

    def reports(
        self, actor: Actor, since: datetime, until: datetime, kinds: Sequence[Kind] = tuple(Kind), limit: int = 100
    ) -> list[DriftReport]:
        """Return reports whose window ended between two times (at most 500), newest first."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            found = reports(session, actor.tenant, list(kinds), hour_of(since), hour_of(until), limit)
        return self._with_texts(actor.tenant, found)

    def report(self, actor: Actor, report_id: str) -> DriftReport:
        """Return one report."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            found = session.get(DriftReport, report_id)
        if found is None or found.tenant != actor.tenant:
            raise NotFoundError("There is no such report.")
        return self._with_texts(actor.tenant, [found])[0]

    def export_json(self, actor: Actor, report_id: str) -> str:
        """Return a report as JSON."""
        return as_json(self.report(actor, report_id))

    def export_html(self, actor: Actor, report_id: str) -> str:
        """Return a report as one HTML page with the pictures of its signals, drawn from the history as it is now."""
        report = self.report(actor, report_id)
        reference = next((one for one in self.references(actor, 100) if one.id == report.reference_id), None)
        seen = watch(self._parts.history, actor.tenant, reference, report.until_hour, self._rules)
        return as_html(report, self._zone, {signal: picture(path) for signal, path in seen.paths.items()})

    def references(self, actor: Actor, limit: int = 20) -> list[DriftReference]:
        """Return the newest references; the first is in force."""
        require(actor, Role.PRODUCT)
        return self._parts.references.listing(actor.tenant, limit)

    def refreeze(self, actor: Actor, since: datetime, until: datetime, reason: str) -> DriftReference:
        """Make another window (7 to 90 days, over) the reference, with a reason; audited. See :class:`References`."""
        return self._parts.references.freeze(actor, since, until, reason)

    def what_if(self, actor: Actor, signal: Signal, other: Other) -> Path | None:
        """Return the path that another null, margin or detector would have given on the real history."""
        return self._parts.backfill.what_if(actor, signal, other)

    def backfill(self, actor: Actor, since: datetime, until: datetime) -> DriftReport:
        """Replay a past range and keep it as a report of the kind *replay*. See :class:`Backfill`."""
        return self._parts.backfill.run(actor, since, until)

    def levels(self) -> tuple[LevelRow, ...]:
        """Return the table of the levels in force."""
        return level_table(self._rules)

    def alerts(self, actor: Actor, limit: int = 50) -> list[DriftAlert]:
        """Return the newest alerts with what became of them."""
        return self._parts.outbox.listing(actor, limit)

    def episodes(self, actor: Actor, limit: int = 200) -> list[Episode]:
        """Return the drifts that the newest alerts (at most 200) told of, by their onset."""
        require(actor, Role.PRODUCT)
        with self._database.read() as session:
            return episodes_of(told(session, actor.tenant, limit))

    def send_again(self, actor: Actor, alert_id: str) -> None:
        """Let an alert that failed, or was cut off, be sent again."""
        self._parts.outbox.retry(actor, alert_id)

    def test_alerts(self, actor: Actor) -> tuple[Tried, ...]:
        """Send a test to every channel now; returns what became of each, nothing where none is set up."""
        return self._parts.outbox.test(actor)

    def _watch(self, tenant: str) -> Watch:
        reference, until = self._parts.references.current(tenant), hour_of(self._clock.now())
        seen = watch(self._parts.history, tenant, reference, until, self._rules, known=self._last.get(tenant))
        self._last[tenant] = seen
        return seen

    def _newest_topics(self, tenant: str) -> DriftReport | None:
        until = hour_of(self._clock.now())
        with self._database.read() as session:
            found = reports(session, tenant, [Kind.HOURLY, Kind.DAILY, Kind.WEEKLY], until - 8 * 24, until, 250)
        newest = next((one for one in found if one.questions.get("enough")), None)
        return self._with_texts(tenant, [newest])[0] if newest else None

    def _with_texts(self, tenant: str, found: list[DriftReport]) -> list[DriftReport]:
        """Put the texts of typical questions in the place of their turns, as far as they are still kept."""
        topics = [topic for report in found for topic in report.questions.get("grown", [])]
        wanted = list(dict.fromkeys(turn for topic in topics for turn in topic["typical"]))[:MOST_TEXTS]
        texts = self._parts.history.texts(tenant, wanted) if wanted else {}
        for topic in topics:
            topic["typical"] = [texts[turn] for turn in topic["typical"] if turn in texts]
        return found
