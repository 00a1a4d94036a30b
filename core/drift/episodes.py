"""From alerts to drifts: each from the hour at which it began, with what was told of it and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.drift.model import Level, Signal, start_of


@dataclass(frozen=True, slots=True)
class Told:
    """One change of a signal's level as an alert told it at a time, with the onset that its report knew."""

    signal: Signal
    before: Level
    after: Level
    at: datetime
    onset: datetime | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One drift of a signal, from its onset until an alert told that it is over.

    ``onset`` is the latest estimate, for each report had more to tell from; it is the time of the first alert where no
    report knew one. ``level`` is the highest that was told, ``told`` are the alerts, oldest first.
    """

    signal: Signal
    level: Level
    onset: datetime
    told: tuple[Told, ...]

    @property
    def over(self) -> datetime | None:
        """When it was told that the signal is calm again; None while it is not."""
        return self.told[-1].at if self.told[-1].after is Level.CALM else None


def told_of(signal: str, before: str, after: str, at: datetime, findings: Sequence[dict[str, Any]]) -> Told:
    """Return what an alert told, with the onset from the findings of its report."""
    onset = next((facts["onset"] for facts in findings if facts["signal"] == signal), None)
    began = start_of(onset) if onset is not None else None
    return Told(Signal(signal), Level(before), Level(after), at, began)


def episodes_of(told: Sequence[Told]) -> list[Episode]:
    """Return the drifts behind alerts (oldest first), by their onset."""
    found: list[list[Told]] = []
    going: dict[Signal, list[Told]] = {}
    for one in told:
        if one.after is Level.CALM and one.signal not in going:
            continue  # the end of a drift whose beginning is not among them
        if one.signal not in going:
            going[one.signal] = []
            found.append(going[one.signal])
        going[one.signal].append(one)
        if one.after is Level.CALM:
            del going[one.signal]
    return sorted(map(_episode, found), key=lambda one: one.onset)


def _episode(told: list[Told]) -> Episode:
    known = [one.onset for one in told if one.onset]
    level = max((one.after for one in told), key=lambda level: level.rank)
    return Episode(told[0].signal, level, known[-1] if known else told[0].at, tuple(told))
