"""What a report recommends: at most one thing at a time, and only once in a while. It never does anything itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.drift.history import LastAction
from core.drift.levels import Standing
from core.drift.model import Level, Signal
from core.setting_values import DriftRules


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, for which signal, and why; `what` is one of the words of :data:`WORDS`."""

    what: str
    signal: Signal | None
    why: str

    @property
    def words(self) -> str:
        """The recommendation as a person says it."""
        return WORDS[self.what]


WORDS = {
    "none": "Nothing to do.",
    "topics": "Look at the topics that grew.",
    "refresh": "Propose a refresh.",
    "prompt": "Propose a prompt optimisation.",
    "budget": "Propose a smaller error budget.",
    "reembed": "Propose a full re-embedding, and review the error budget.",
    "fine_tune": "Propose a fine-tune.",
    "wait": "Wait.",
    "check": "Wait and see whether the rate comes back.",
}
PROPOSED = {
    Level.WATCH: dict.fromkeys(Signal, "topics"),
    Level.DRIFT: {Signal.MISS: "refresh", Signal.DISLIKE: "prompt", Signal.FALSE_HIT: "budget"},
    Level.CONFIRMED: dict.fromkeys(Signal, "reembed"),
    Level.CRITICAL: dict.fromkeys(Signal, "fine_tune"),
}


def advise(standings: Mapping[Signal, Standing], hour: int, last: LastAction | None, rules: DriftRules) -> Advice:
    """Return the one recommendation for all signals at an hour.

    The signal at the highest level goes first (misses before dislikes before false hits at the same level). While an
    action is under way, while its effect is still to show, and in the cool-down of the level, it is to wait.
    """
    order = list(Signal)
    worst = max(standings, key=lambda one: (standings[one].level.rank, -order.index(one)), default=None)
    if worst is None or standings[worst].level.rank < Level.WATCH.rank:
        return _calm(last, hour, rules)
    standing = standings[worst]
    what, why = PROPOSED[standing.level][worst], f"{worst.plural.capitalize()} are at the level {standing.level}."
    if what == "topics" or last is None:
        return Advice(what, worst, why)
    if not last.ended:
        return Advice("wait", worst, f"{why} One action at a time: {_named(last)} is still under way.")
    age = hour - last.hour
    if age < rules.recovery_hours:
        done = f"{_named(last).capitalize()} was {age} hours ago and has {rules.recovery_hours} to show."
        return Advice("check", worst, f"{why} {done}")
    if last.what == what and age < (pause := _cool_down(standing.level, rules)):
        done = f"{_named(last).capitalize()} was {age} hours ago; it is proposed again after {pause}."
        return Advice("wait", worst, f"{why} {done}")
    if last.signal is worst and last.hour >= standing.since:
        why += f" {_named(last).capitalize()} did not bring the rate back."
    return Advice(what, worst, why)


def _calm(last: LastAction | None, hour: int, rules: DriftRules) -> Advice:
    if last is not None and last.ended and 0 <= hour - last.hour <= 2 * rules.recovery_hours:
        return Advice("none", last.signal, f"The rate came back after {_named(last)}.")
    return Advice("none", None, "No signal is above the level calm.")


def _cool_down(level: Level, rules: DriftRules) -> int:
    if level is Level.DRIFT:
        return rules.cool_down("drift")
    return rules.cool_down("critical" if level is Level.CRITICAL else "confirmed")


def _named(last: LastAction) -> str:
    names = {"refresh": "the refresh", "prompt": "the prompt optimisation", "budget": "the smaller error budget"}
    names |= {"reembed": "the re-embedding", "fine_tune": "the fine-tune"}
    return names.get(last.what, "the last action")
