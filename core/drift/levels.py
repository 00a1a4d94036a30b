"""From evidence to levels: a state machine that takes one reading an hour, and the table that explains it.

A level rises at once and falls slowly (hysteresis): a fall needs `calm_hours` in a row in which the evidence asks for
less. *Confirmed* asks that the alarm is on a day later and more, and that hours of then by themselves are above what is
usual: a spike of a day that is over confirms nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.drift.model import Level, Signal
from core.setting_values import DriftRules


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known after an hour.

    Parameters
    ----------
    evidence : float
        The detector's evidence as a share of the evidence at which its alarm comes, at least 0.
    alarm : bool
        Whether the detector's alarm is on.
    still_high : bool
        Whether the last `recent_hours` by themselves run above what is usual.
    above_rule : bool
        Whether the rate is shown to be above `critical_rate` (dislikes only).
    votes : int
        Trials in the last `critical_hours`.
    """

    hour: int
    evidence: float
    alarm: bool
    still_high: bool = False
    above_rule: bool = False
    votes: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The level in force, the hour since which it is, the hour in which this drift was seen, and quiet hours so far."""

    level: Level = Level.CALM
    since: int = 0
    drift_since: int | None = None
    quiet: int = 0


def step(standing: Standing, reading: Reading, signal: Signal, rules: DriftRules) -> Standing:
    """Return the standing after one more hour."""
    wanted = _wanted(standing, reading, signal, rules)
    if wanted.rank > standing.level.rank:
        begun = standing.drift_since
        if wanted.rank >= Level.DRIFT.rank and begun is None:
            begun = reading.hour
        return Standing(wanted, reading.hour, begun)
    if wanted is standing.level:
        late = wanted is Level.DRIFT and reading.hour - (standing.drift_since or 0) > rules.confirm_until_hours
        # What was not confirmed in time has to be seen anew.
        return replace(standing, quiet=0, drift_since=reading.hour if late else standing.drift_since)
    quiet = standing.quiet + 1
    if quiet < rules.calm_hours:
        return replace(standing, quiet=quiet)
    drifting = standing.drift_since if wanted.rank >= Level.DRIFT.rank else None
    return Standing(wanted, reading.hour, drifting)


def _wanted(standing: Standing, reading: Reading, signal: Signal, rules: DriftRules) -> Level:
    if not reading.alarm:
        # Once on watch, it takes less evidence to stay there.
        least = rules.calm_share if standing.level.rank > Level.CALM.rank else rules.watch_share
        return Level.WATCH if reading.evidence >= least else Level.CALM
    was = standing.level
    if was.rank < Level.DRIFT.rank or standing.drift_since is None:
        return Level.DRIFT
    age = reading.hour - standing.drift_since
    confirmed = was.rank >= Level.CONFIRMED.rank or (
        reading.still_high and rules.confirm_after_hours + rules.recent_hours <= age <= rules.confirm_until_hours
    )
    if not confirmed:
        return Level.DRIFT
    critical = signal is Signal.DISLIKE and reading.above_rule and reading.votes >= rules.critical_votes
    return Level.CRITICAL if critical else Level.CONFIRMED


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One line of the table that people read: a level, when it is reached, and what follows for each signal."""

    level: Level
    condition: str
    follows: dict[Signal, str]
    cool_down_hours: int


def level_table(rules: DriftRules) -> tuple[LevelRow, ...]:
    """Return the rules in force as the table that the page shows; every number in it comes from the settings."""
    after, until = rules.confirm_after_hours, rules.confirm_until_hours
    banner = "Banner; the topics are analysed."
    need = f"{rules.reference_lookups} lookups or {rules.reference_votes} votes"
    return (
        LevelRow(
            Level.NO_DATA,
            f"The reference has fewer than {need}, or there is no reference of {rules.reference_days} days yet.",
            dict.fromkeys(Signal, "Nothing is said about drift."),
            0,
        ),
        LevelRow(
            Level.CALM,
            f"The evidence is below {rules.watch_share:.0%} of the alarm's; to come back here, below "
            f"{rules.calm_share:.0%} for {rules.calm_hours} hours.",
            dict.fromkeys(Signal, "Nothing."),
            0,
        ),
        LevelRow(
            Level.WATCH,
            f"The evidence is at least {rules.watch_share:.0%} of the alarm's.",
            dict.fromkeys(Signal, banner),
            rules.cool_down("watch"),
        ),
        LevelRow(
            Level.DRIFT,
            "The alarm is on: chance alone does that at most once in 90 days, on average.",
            {
                Signal.MISS: "Propose a refresh.",
                Signal.DISLIKE: "Propose a prompt optimisation.",
                Signal.FALSE_HIT: "Propose a smaller error budget.",
            },
            rules.cool_down("drift"),
        ),
        LevelRow(
            Level.CONFIRMED,
            f"{after} to {until} hours after the drift was seen the alarm is on, and {rules.recent_hours} hours of "
            "that time by themselves are above what is usual.",
            dict.fromkeys(Signal, "Propose a full re-embedding and a review of the error budget."),
            rules.cool_down("confirmed"),
        ),
        LevelRow(
            Level.CRITICAL,
            f"Confirmed, the dislike rate is shown to be above {rules.critical_rate:.0%}, and there were at least "
            f"{rules.critical_votes} votes in {rules.critical_hours} hours.",
            {
                Signal.MISS: "Does not apply.",
                Signal.DISLIKE: "Propose a fine-tune.",
                Signal.FALSE_HIT: "Does not apply.",
            },
            rules.cool_down("critical"),
        ),
    )
