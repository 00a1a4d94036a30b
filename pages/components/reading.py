"""Reads what a look shows, through the services; for the page and for the digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.access.model import Actor
from core.bootstrap import Services
from core.monitoring.filters import Filter, Grain, View
from core.releases.service import Move
from pages.components.look import FILTERS, NONE, Look
from pages.components.marks import Mark, drift_marks
from pages.components.panels import Scene
from pages.components.period import Period, compared, period_of

NAMED = {"before": "period before", "week": "a week earlier", "year": "a year earlier", "none": ""}


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read for a look, and what it is shown with."""

    period: Period
    view: View
    before: View | None
    scene: Scene


def reading_of(look: Look, services: Services, actor: Actor, zone: ZoneInfo) -> Reading:
    """Return the reading of a look at this moment.

    Raises
    ------
    InputError
        If the range cannot be shown, such as one of more than 800 days.
    """
    now = services.clock.now()
    period = period_of(look, now, zone)
    other = compared(look, period, now, zone)
    marks = marks_of(services, actor, period)
    scene = Scene(zone, marks, names_of(services, actor), NAMED[look.compare], now)
    return Reading(period, _view(look, period, zone), _view(look, other, zone) if other else None, scene)


def names_of(services: Services, actor: Actor) -> Mapping[str, str]:
    """Return the names of topics by their ids."""
    return services.topics.names(actor)


def marks_of(services: Services, actor: Actor, period: Period) -> list[Mark]:
    """Return what happened in a period: releases, refreshes (new knowledge and nothing else) and drifts."""
    marks = [_moved(move) for move in services.releases.moves(actor, period.since)]
    marks += drift_marks(services.drift.episodes(actor), period.since, period.until)
    return [mark for mark in marks if period.since <= mark.at < period.until]


def _moved(move: Move) -> Mark:
    changed = ", ".join(name.replace("_", " ") for name in move.changed)
    detail = f"now served on {move.channel}{f'; new: {changed}' if changed else ''}"
    if move.changed == ("knowledge_version",):
        return Mark(move.at, "refresh", f"Refresh: release {move.release_id[:6]}", detail)
    return Mark(move.at, "release", f"Release {move.release_id[:6]}", detail)


def _view(look: Look, period: Period, zone: ZoneInfo) -> View:
    narrow = {name: tuple("" if one == NONE else one for one in getattr(look, name)) for name in FILTERS}
    return View(period.since, period.until, Grain(period.grain), zone.key, Filter(**narrow))
