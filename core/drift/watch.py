"""Replays every signal from the reference to an hour: what reports, alerts and the page are made of."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from core.drift.finding import Finding, finding, needed, unknown
from core.drift.history import History
from core.drift.model import Signal, Tally, Window
from core.drift.records import DriftReference
from core.drift.references import window_of
from core.drift.replay import LONGEST_HOURS, Path, replay
from core.setting_values import DriftRules

NOTHING = Tally.of([])


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """All signals from the end of the reference to an hour; a signal without enough reference has no path."""

    reference: DriftReference | None
    window: Window
    references: dict[Signal, Tally]
    live: dict[Signal, Tally]
    paths: dict[Signal, Path]

    def until(self, hour: int) -> Watch:
        """Return what was known when the hour before `hour` had ended."""
        window = Window(min(self.window.since, hour), hour)
        live = {signal: tally.within(window) for signal, tally in self.live.items()}
        paths = {signal: path.until(hour) for signal, path in self.paths.items()}
        return Watch(self.reference, window, self.references, live, paths)

    def inputs_hash(self, rules: DriftRules) -> str:
        """Return a hash of all that went in: the reference, the counts of both windows by hour, and the rules."""
        digest = sha256(rules.model_dump_json().encode())
        digest.update(f"{self.reference.id if self.reference else ''} {self.window}".encode())
        for tallies in (self.references, self.live):
            for signal in Signal:
                tally = tallies.get(signal, NOTHING)
                for part in (tally.hours, tally.trials, tally.positives):
                    digest.update(part.tobytes())
        return digest.hexdigest()

    def findings(self, window: Window, rules: DriftRules) -> tuple[Finding, ...]:
        """Return what is to be said about a window that ends where the watch does, one finding a signal."""
        found = []
        for signal in Signal:
            path, reference = self.paths.get(signal), self.references.get(signal)
            if path is None or reference is None or not path.standings:
                found.append(unknown(signal, reference, window, rules))
            else:
                found.append(finding(path, reference, window, rules))
        return tuple(found)


def watch(
    history: History,
    tenant: str,
    reference: DriftReference | None,
    until: int,
    rules: DriftRules,
    *,
    begin: int | None = None,
    known: Watch | None = None,
) -> Watch:
    """Return the watch of a tenant up to the hour `until`.

    Parameters
    ----------
    begin : int, optional
        Where it begins: by default where the reference ends, at most 90 days back.
    known : Watch, optional
        An earlier one, which is returned where nothing has changed since.
    """
    if reference is None:
        return Watch(None, Window(until, until), {}, {}, {})
    before = window_of(reference)
    begin = max(before.until, until - LONGEST_HOURS) if begin is None else max(before.until, begin)
    window = Window(min(until, begin), until)
    references, live = history.tallies(tenant, before), history.tallies(tenant, window)
    made = Watch(reference, window, references, live, {})
    if known is not None and known.inputs_hash(rules) == made.inputs_hash(rules):
        return known
    for signal in Signal:
        reference_tally, now = references.get(signal, NOTHING), live.get(signal, NOTHING)
        if reference_tally.total[0] >= needed(signal, rules):
            made.paths[signal] = replay(signal, reference_tally, now, window, rules)
    return made
