"""Says in plain words what is going on, from the numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from core.drift.finding import Finding
from core.drift.model import DAY, Level, Signal, start_of

OF_WHAT = {Signal.MISS: "lookups", Signal.DISLIKE: "votes", Signal.FALSE_HIT: "hits that were looked at"}
ENDINGS = {
    Level.WATCH: "That may be chance; it is watched.",
    Level.DRIFT: "That is more than chance.",
    Level.CONFIRMED: "That is confirmed: it still goes on.",
    Level.CRITICAL: "That is confirmed, and critical.",
}


def sentence(found: Finding, zone: ZoneInfo, grown: Sequence[str] = ()) -> str:
    """Return one to three sentences about a signal, its level, and the topics that grew (largest first).

    It is plain text, and a topic's name comes from questions: escape it like any other text of users.
    """
    if found.level is Level.NO_DATA:
        return _too_little(found)
    if found.rate is None:
        return f"There were no {OF_WHAT[found.signal]} in this time; {found.signal.plural} cannot be judged."
    rate, usual = _percent(found.rate), _percent(found.usual or 0.0)
    if found.level is Level.CALM or found.onset is None:
        said = f"{found.signal.plural.capitalize()} run at {rate}; {usual} is usual."
        return said if found.level is Level.CALM else f"{said} {ENDINGS[found.level]}"
    hours = found.measured[1] - found.measured[0]
    when = moment(start_of(found.onset), start_of(found.measured[1]), zone)
    at = "at this hour" if hours < DAY else "for these hours"
    parts = [
        f"Since {when}, {found.signal.plural} run at {rate} where {usual} is usual {at}.",
        ENDINGS[found.level],
    ]
    if grown:
        parts.append(f"Most of the growth is questions about {_listed(grown[:2])}.")
    return " ".join(parts)


def headline(findings: Sequence[Finding], zone: ZoneInfo, grown: Sequence[str] = ()) -> str:
    """Return the sentence of the signal at the highest level, or that all is calm."""
    known = [one for one in findings if one.level is not Level.NO_DATA]
    if not known:
        return sentence(findings[0], zone) if findings else "Nothing is watched."
    worst = max(known, key=lambda one: one.level.rank)
    if worst.level is not Level.CALM:
        return sentence(worst, zone, grown)
    return "No drift. " + " ".join(sentence(one, zone) for one in known)


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return a time as people say it: the day of the week within six days, a date before that.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 5, 5, 12, tzinfo=UTC), datetime(2026, 5, 7, 8, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    'Tuesday about 14:00'
    """
    local, today = at.astimezone(zone), now.astimezone(zone)
    days = (today.date() - local.date()).days
    if days == 0:
        day = "today"
    elif days <= 6:
        day = f"{local:%A}"
    else:
        day = f"{local:%A}, {local.day} {local:%B}" + (f" {local.year}" if local.year != today.year else "")
    return f"{day} about {local:%H:%M}"


def _too_little(found: Finding) -> str:
    what = OF_WHAT[found.signal]
    if found.reference_trials >= found.needed:
        return f"The reference is new: {found.signal.plural} are judged after the first hour."
    if not found.reference_trials:
        return f"Not enough data: there is no reference with {what} yet ({found.needed} are needed)."
    return f"Not enough data: the reference has {found.reference_trials} of the {found.needed} {what} that it needs."


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.1f} %" if 0 < percent < 9.5 else f"{percent:.0f} %"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(" ".join(name.split())[:80] for name in names)
