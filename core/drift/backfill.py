"""Looks back: when alarms would have come in a past range, and what another detector would have said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.access.model import Actor, Role, require
from core.database import Database
from core.drift.analysis import changes_of, insert_once, report_id
from core.drift.detectors import Detector, make_detector
from core.drift.detectors.rules import DailyRate
from core.drift.history import History
from core.drift.model import DAY, Kind, Level, Signal, Window, hour_of, start_of
from core.drift.records import DriftReference, DriftReport
from core.drift.references import References
from core.drift.replay import Path, replay
from core.drift.sentence import moment
from core.drift.watch import NOTHING, watch
from core.errors import InputError
from core.ports import Clock
from core.setting_values import DriftRules

LONGEST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Other:
    """What a what-if exchanges; what is None stays as it is.

    Parameters
    ----------
    null : float, optional
        A fixed rate in (0, 1) to be exceeded, in place of what is usual.
    margin : float, optional
        The margin above what is usual, in log-odds.
    legacy : float, optional
        The legacy rule in place of the detector: an alarm while the rate of the last 24 hours is above this share.
    make : callable, optional
        Another detector altogether.
    """

    null: float | None = None
    margin: float | None = None
    legacy: float | None = None
    make: Callable[[], Detector] | None = None

    def detector(self, signal: Signal) -> Detector:
        """Make the detector."""
        if self.make is not None:
            return self.make()
        if self.legacy is not None:
            if not 0 < self.legacy < 1:
                raise InputError("The rate to be exceeded must lie between 0 and 1.")
            return DailyRate(self.legacy)
        return make_detector(signal.value, null=self.null, margin=self.margin)


class Backfill:
    """Replays the real history; it changes no report and tells nobody."""

    def __init__(
        self, database: Database, clock: Clock, history: History, references: References, rules: DriftRules,
        zone: ZoneInfo,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._history = history
        self._references = references
        self._rules = rules
        self._zone = zone

    def run(self, actor: Actor, since: datetime, until: datetime) -> DriftReport:
        """Replay a range and keep a report of the kind *replay*, as if the watch had begun with it.

        The reference in force is used if it was over then, else the days before the range. The same range of the same
        data gives the same report. For product managers.

        Raises
        ------
        InputError
            The range is empty, longer than 400 days, or not over yet.
        """
        require(actor, Role.PRODUCT)
        window = Window(hour_of(since), hour_of(until))
        if not 0 < window.hours <= LONGEST_DAYS * DAY or window.until > hour_of(self._clock.now()):
            raise InputError(f"Choose a range of at most {LONGEST_DAYS} days that is over.")
        reference = self._reference(actor.tenant, window)
        seen = watch(self._history, actor.tenant, reference, window.until, self._rules, begin=window.since)
        findings, changes = seen.findings(window, self._rules), changes_of(seen, window)
        inputs, alarms = seen.inputs_hash(self._rules), [one for one in changes if _alarm(one)]
        report = DriftReport(
            id=report_id(actor.tenant, Kind.REPLAY, window, inputs), tenant=actor.tenant, kind=Kind.REPLAY,
            since_hour=window.since, until_hour=window.until, reference_id=reference.id, made_at=self._clock.now(),
            level=max((one.level for one in findings), key=lambda level: level.rank),
            sentence=self._sentence(alarms, bool(seen.paths)),
            findings=[one.facts() for one in findings], questions={}, changes=changes,
            advice={"what": "none", "signal": "", "words": "Nothing to do.", "why": "A replay recommends nothing."},
            inputs_hash=inputs,
        )  # fmt: skip
        with self._database.begin() as session:
            insert_once(session, report)
        return report

    def what_if(self, actor: Actor, signal: Signal, other: Other) -> Path | None:
        """Return what another detector would have said since the reference; None without enough reference."""
        require(actor, Role.PRODUCT)
        reference, until = self._references.current(actor.tenant), hour_of(self._clock.now())
        seen = watch(self._history, actor.tenant, reference, until, self._rules) if reference else None
        if seen is None or signal not in seen.paths:
            return None
        return replay(
            signal, seen.references[signal], seen.live.get(signal, NOTHING), seen.window, self._rules, other.detector
        )

    def _reference(self, tenant: str, window: Window) -> DriftReference:
        current = self._references.current(tenant)
        if current is not None and current.until_hour <= window.since:
            return current
        begin = window.since - self._rules.reference_days * DAY
        return DriftReference(
            id=f"before-{window.since}", tenant=tenant, since_hour=begin, until_hour=window.since,
            frozen_at=self._clock.now(), by="system", reason="The days before a replay.",
        )  # fmt: skip

    def _sentence(self, alarms: list[dict[str, Any]], known: bool) -> str:
        if not known:
            return "A replay: the days before it have not enough data for a reference."
        if not alarms:
            return "A replay: no alarm would have come."
        now = self._clock.now()
        told = [
            f"{Signal(one['signal']).plural} on {moment(start_of(one['hour']), now, self._zone)}" for one in alarms[:10]
        ]
        return f"A replay: alarms would have come for {', '.join(told)}."


def _alarm(change: dict[str, Any]) -> bool:
    """Say whether a change of level came to a drift from below."""
    before, after = Level(str(change["before"])), Level(str(change["after"]))
    return before.rank < Level.DRIFT.rank <= after.rank
