"""From a look to times: which period is shown, which one it is compared with, and how finely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pages.components.look import DAYS, Look

HOURLY_DAYS, DAILY_DAYS = 15, 366
"""The longest ranges that are drawn by the hour and by the day, so that a chart never has more than some 370 points."""
LONGEST_DAYS = 799
SHIFTS = {"week": 7, "year": 364}
"""Days; 364 is the same weekday."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to `until`, aware, in whole hours; `grain` is hour, day or week."""

    since: datetime
    until: datetime
    grain: str

    @property
    def days(self) -> float:
        """Its length."""
        return (self.until - self.since) / timedelta(days=1)


def period_of(look: Look, now: datetime, zone: ZoneInfo) -> Period:
    """Return the period that a look shows.

    24 hours are the last ones up to now; longer spans are whole days of the time zone, the last one up to now, so that
    each bar is a whole day.
    """
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if look.span == "24h":
        since, until = hour - timedelta(hours=24), hour
    elif look.span == "dates" and look.first and look.last:
        first = max(look.first, look.last - timedelta(days=LONGEST_DAYS - 1))
        since, until = _midnight(first, zone), _midnight(look.last + timedelta(days=1), zone)
    else:
        since, until = _midnight(now.astimezone(zone).date() - timedelta(days=DAYS[look.span] - 1), zone), hour
    grain = grain_of(look, (until - since) / timedelta(days=1))
    if grain == "week" and look.span != "dates":
        monday = since.astimezone(zone).date()
        since = _midnight(monday - timedelta(days=monday.weekday()), zone)
    return Period(since.astimezone(UTC), until.astimezone(UTC), grain)


def compared(look: Look, shown: Period, now: datetime, zone: ZoneInfo) -> Period | None:
    """Return the period that the shown one is compared with, or None; it ends at the same time of day.

    The hour that is running has only begun in the shown period, so it counts there only once it is half over.
    """
    if look.compare == "none":
        return None
    until = min(shown.until, _nearest_hour(now)) if shown.since < now < shown.until else shown.until
    days = SHIFTS.get(look.compare, max(1, -int(-shown.days // 1)))  # rounded up: whole days, and so the same hours
    return Period(_earlier(shown.since, days, zone), _earlier(until, days, zone), shown.grain)


def grain_of(look: Look, days: float) -> str:
    """Return how finely so many days are drawn: as wished, unless that were too many points."""
    wished = look.grain
    if wished == "auto":
        wished = "hour" if days <= 2 else "day" if days <= 92 else "week"
    if wished == "hour" and days > HOURLY_DAYS:
        wished = "day"
    return "week" if wished == "day" and days > DAILY_DAYS else wished


def zone_of(name: str, browser: str | None) -> ZoneInfo:
    """Return the time zone of a look, of the browser where it names none, or UTC where neither is known."""
    try:
        return ZoneInfo(name or browser or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _earlier(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same time of the clock so many days before."""
    local = at.astimezone(zone)
    return datetime.combine(local.date() - timedelta(days=days), local.time(), zone).astimezone(UTC)


def _nearest_hour(at: datetime) -> datetime:
    return (at.astimezone(UTC) + timedelta(minutes=30)).replace(minute=0, second=0, microsecond=0)
