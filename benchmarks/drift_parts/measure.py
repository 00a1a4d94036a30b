"""How a detector does on simulated traffic: false alarms, delays, what was missed, and what stays on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np

from benchmarks.drift_parts.traffic import RAMP, Signal, Traffic, World, simulate

AFTER = 48
"""Hours after a spike at which the alarm should be off."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one run showed: hours in which the alarm went on, and for a change its delay and error of the onset."""

    alarms: int
    before: int
    delay: float
    onset: float
    lingering: bool
    seconds: float
    updates: int


def watch(detector: Any, traffic: Traffic) -> Watched:
    """Run a detector over traffic; a delay of 1 is an alarm at the end of the hour in which the change began."""
    first = traffic.watched
    detector.fit(traffic.hours[:first], traffic.trials[:first], traffic.positives[:first])
    rows = list(zip(*(a[first:].tolist() for a in (traffic.hours, traffic.trials, traffic.positives)), strict=True))
    begins = traffic.begins
    alarms = before = 0
    was, lingering, delay, onset = False, False, np.inf, np.nan
    started = process_time()
    for hour, trials, positives in rows:
        alarm = detector.update(hour, trials, positives)
        alarms += alarm and not was
        if begins is not None and hour < begins:
            before += alarm and not was
        elif begins is not None and alarm and delay == np.inf:
            delay = hour - begins + 1
            onset = np.nan if detector.onset is None else detector.onset - begins
        if traffic.ends is not None and hour <= traffic.ends + AFTER:
            lingering = alarm
        was = alarm
    return Watched(alarms, before, delay, onset, lingering, process_time() - started, len(rows))


def cell(make: Callable[[], Any], world: World, signal: Signal, rate: float, runs: int, seed: int) -> dict[str, Any]:
    """Return one row: `runs` runs of a world, the same for every detector that is given the same seed."""
    seeds = np.random.SeedSequence([seed, int(rate), sum(map(ord, world.name + signal.name))]).spawn(runs)
    found = [watch(make(), simulate(world, signal, rate, np.random.default_rng(one))) for one in seeds]
    micros = 1e6 * sum(one.seconds for one in found) / sum(one.updates for one in found)
    return {"world": world.name, **_figures(world, found), "µs": micros}


def _figures(world: World, found: Sequence[Watched]) -> dict[str, Any]:
    if world.change is None:
        alarms = [one.alarms for one in found]
        return {"alarms": float(np.mean(alarms)), "runs with": float(np.mean([a > 0 for a in alarms]))}
    # Who rings all the time is never late: beside a delay stands how many rang before there was anything.
    limit = {name: float(np.mean(values)) for name, values in (
        ("missed", [one.delay == np.inf for one in found]), ("rang before", [one.before > 0 for one in found])
    )}  # fmt: skip
    if world.change.lasts:
        return {"on after 48 h": float(np.mean([one.lingering for one in found]))} | _delays(found) | limit
    late = {} if world.change is RAMP else {"onset off by": _middle([abs(one.onset) for one in found])}
    return _delays(found) | limit | late


def _delays(found: Sequence[Watched]) -> dict[str, Any]:
    delays = [one.delay for one in found]
    p90 = float(np.quantile(delays, 0.9, method="inverted_cdf"))
    return {"median": float(np.quantile(delays, 0.5, method="inverted_cdf")), "p90": p90}


def _middle(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.median(known)) if known else float("nan")
