"""Simulated traffic with a known truth: seasons, natural wobble, changes, and what else happens to a log.

All that moves the rate moves its log-odds, except a change, which is told as rates. Hour 0 is a Monday's midnight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
REFERENCE, DAY = 28 * 24, 24
BEFORE = (72, 192)
"""Hours watched before a change, between these: it comes at any hour of a week."""


@dataclass(frozen=True, slots=True)
class Change:
    """How far the way from the usual rate to the changed one has gone, for each of `hours` since it began."""

    name: str
    share: Callable[[Numbers], Numbers]
    watched: int
    lasts: int | None = None
    """Hours after which the rate is usual again; None: never."""


STEP = Change("step", lambda since: (since >= 0) * 1.0, 14 * DAY)
RAMP = Change("ramp", lambda since: np.clip((since + 1) / (14 * DAY), 0, 1), 28 * DAY)
SPIKE = Change("spike", lambda since: ((since >= 0) & (since < DAY)) * 1.0, 7 * DAY, DAY)
LOW_SPIKE = replace(SPIKE, name="low spike")
"""As high as the step."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Usual and changed rates, and the share of events that are trials: between these, one for each run."""

    name: str
    usual: float
    changed: float
    spike: float
    trials: tuple[float, float] = (1.0, 1.0)


SIGNALS = {
    "miss": Signal("miss", 0.30, 0.45, 0.60),
    "dislike": Signal("dislike", 0.15, 0.35, 0.50, (0.05, 0.15)),
}


@dataclass(frozen=True, slots=True)
class World:
    """What traffic is like; deviations in log-odds.

    ``daily`` wobble has one value a day, ``slow`` wobble is a first-order autoregression over hours that forgets in two
    days. ``season`` is ``"smooth"`` or ``"shaped"`` (office hours, a lunch and an evening peak, another weekend).
    ``crowd`` are the bounds of how many times the mean a burst adds to it, ``growth`` what the volume is multiplied by
    from the change on.
    """

    name: str
    season: str = "smooth"
    daily: float = 0.0
    slow: float = 0.0
    gaps: float = 0.0
    holidays: int = 0
    bursts: int = 0
    crowd: tuple[float, float] = (10.0, 10.0)
    change: Change | None = None
    growth: float = 1.0


QUIET, WOBBLE = World("quiet"), World("wobble", daily=0.15)
WORLDS: Mapping[str, World] = {
    world.name: world
    for world in (
        QUIET,
        WOBBLE,
        *(World(change.name, change=change) for change in (STEP, RAMP, SPIKE)),
        World("slow wobble", slow=0.15),
        World("shaped season", season="shaped"),
        World("missing hours", gaps=0.1),
        World("holidays", holidays=4),
        World("bot bursts", bursts=6),
        World("small bursts", bursts=12, crowd=(0.5, 4.0)),
        World("everything", "shaped", 0.1, 0.05, 0.1, 4, 6, (0.5, 10.0)),
        World("low spike", change=LOW_SPIKE),
        World("step on a wobble", daily=0.15, change=STEP),
        World("step and growth", change=STEP, growth=2.0),
        World("step and everything", "shaped", 0.1, 0.05, 0.1, 4, 6, (0.5, 10.0), STEP),
    )
}


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counts by hour, of shape (n,): the reference is before `watched`; the change lasts from `begins` until `ends`."""

    hours: Numbers
    trials: Numbers
    positives: Numbers
    watched: int
    begins: int | None = None
    ends: int | None = None
    burst: Numbers = field(default_factory=lambda: np.zeros(0, bool))


def simulate(world: World, signal: Signal, rate: float, rng: np.random.Generator, days: int = 90) -> Traffic:
    """Return traffic of `rate` events an hour on average: 28 days of reference, then `days`, or what a change takes."""
    change = world.change
    begins = REFERENCE + int(rng.integers(*BEFORE)) if change else None
    until = begins + change.watched if begins is not None and change else REFERENCE + days * DAY
    hours = np.arange(until)
    volume, logit = _season(world.season, hours, rng)
    logit += np.log(signal.usual / (1 - signal.usual)) + rng.normal(0, world.daily, until // DAY + 1)[hours // DAY]
    logit += _slow(world.slow, until, rng)
    for day in rng.choice(until // DAY, world.holidays, replace=False):
        volume[hours // DAY == day] *= 0.4
        logit[hours // DAY == day] += rng.normal(0, 0.2)
    if begins is not None and change:
        target = signal.spike if change is SPIKE else signal.changed
        usual = 1 / (1 + np.exp(-logit))
        moved = signal.usual + change.share(hours - begins) * (target - signal.usual)
        logit = np.log(usual / (1 - usual)) + np.log(moved / (1 - moved)) - np.log(signal.usual / (1 - signal.usual))
        volume[begins:] *= world.growth
    chance = 1 / (1 + np.exp(-logit))
    trials = rng.poisson(rate * rng.uniform(*signal.trials) * volume)
    positives = rng.binomial(trials, chance)
    burst = _bursts(world, trials, positives, rng)
    kept = _kept(world.gaps, until, rng)
    ends = begins + change.lasts if change and change.lasts and begins is not None else None
    return Traffic(hours[kept], trials[kept], positives[kept], int(kept[:REFERENCE].sum()), begins, ends, burst[kept])


def _season(kind: str, hours: Numbers, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Return the volume, of mean 1 over a week, and what the season adds to the log-odds, about 0 on average."""
    hour, weekend = hours % 24, hours // 24 % 7 >= 5
    if kind == "smooth":
        angle = 2 * np.pi * (hour - rng.uniform(0, 24)) / 24
        volume = 1 + 0.7 * np.sin(angle)
        logit = 0.25 * np.sin(angle + rng.uniform(0, 6)) + 0.1 * np.sin(2 * angle) + np.where(weekend, 0.1, -0.04)
    else:
        peaks = np.exp(-0.5 * ((hour - 12.5) / 0.8) ** 2) + 1.5 * np.exp(-0.5 * ((hour - 19) / 1.5) ** 2)
        office = (hour >= 9) & (hour < 17) & ~weekend
        volume = 0.15 + 0.6 * office + peaks * np.where(weekend, 0.6, 1.0)
        logit = 0.3 * office - 0.35 * (hour < 6) + 0.25 * (hour == 12) - 0.15 * (weekend & (hour > 17))
        logit = logit - np.average(logit, weights=volume)
    volume = volume * np.where(weekend, 0.7, 1.0)
    return volume / volume[: 7 * DAY].mean(), logit


def _slow(deviation: float, size: int, rng: np.random.Generator) -> Numbers:
    keep = np.exp(-1 / 48)
    noise = rng.normal(0, deviation, size) * np.sqrt(1 - keep**2)
    values = np.zeros(size)
    values[0] = rng.normal(0, deviation)
    for at in range(1, size):
        values[at] = keep * values[at - 1] + noise[at]
    return values


def _bursts(world: World, trials: Numbers, positives: Numbers, rng: np.random.Generator) -> Numbers:
    """Add bursts of two to six hours, of which nine in ten are positive."""
    mean, marked = max(1.0, float(trials.mean())), np.zeros(len(trials), bool)
    for start in rng.integers(0, len(trials) - 6, world.bursts):
        where = slice(int(start), int(start) + int(rng.integers(2, 7)))
        extra = rng.poisson(rng.uniform(*world.crowd) * mean, len(trials[where]))
        trials[where] += extra
        positives[where] += rng.binomial(extra, 0.9)
        marked[where] = True
    return marked


def _kept(gaps: float, size: int, rng: np.random.Generator) -> Numbers:
    """Return which hours are there: outages of one to eight hours take a share of `gaps`."""
    kept = np.ones(size, bool)
    for start in rng.integers(0, size, round(gaps * size / 4.5)):
        kept[start : start + rng.integers(1, 9)] = False
    return kept
