"""Which turns a view of the monitoring shows: a range of time, in steps of a time zone, and a filter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import InputError

HOUR = timedelta(hours=1)
MOST_STEPS = 2400
"""Steps of a view, at most: 100 days of hours."""
LONGEST = timedelta(days=800)


class Grain(StrEnum):
    """How long a step is. Days begin at midnight and weeks on Monday, in the view's time zone."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


class Dimension(StrEnum):
    """What turns can be told apart by, beside their outcome."""

    RELEASE = "release"
    CHANNEL = "channel"
    TOPIC = "topic"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which turns count: of each dimension those with one of the values; empty means all."""

    release: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    language: tuple[str, ...] = ()

    def chosen(self) -> dict[Dimension, tuple[str, ...]]:
        """Return the dimensions that are narrowed, with their values; the outcome is none of them."""
        return {one: values for one in Dimension if (values := getattr(self, one.value))}


@dataclass(frozen=True, slots=True)
class View:
    """A range of time and how it is cut.

    Parameters
    ----------
    since, until : datetime
        Aware; half-open. Figures are kept by hour of UTC: both ends are taken at the hour that holds them, the last
        hour included where `until` lies within it.
    zone : str
        An IANA name. Where it is not whole hours from UTC, an hour counts in the day in which it begins.

    Raises
    ------
    InputError
        A time is naive, the zone unknown, the range empty or over 800 days, or there would be over 2,400 steps.
    """

    since: datetime
    until: datetime
    grain: Grain = Grain.DAY
    zone: str = "UTC"
    filter: Filter = field(default_factory=Filter)

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise InputError("Both ends of a range need a time zone.")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InputError("There is no such time zone; write one as Europe/Berlin.") from error
        if not timedelta(0) < self.until - self.since <= LONGEST:
            raise InputError("A range ends after it begins, and is at most 800 days long.")
        steps = (self.until - self.since) / {"hour": HOUR, "day": 24 * HOUR, "week": 168 * HOUR}[self.grain.value]
        if steps > MOST_STEPS:
            raise InputError("The range is too long to be shown by the hour; choose days or weeks.")

    @property
    def hours(self) -> tuple[int, int]:
        """The first hour and the one after the last, counted from 1970 in UTC."""
        return int(self.since.timestamp() // 3600), -int(-self.until.timestamp() // 3600)

    def before(self) -> View:
        """Return the view of the same length that ends where this one begins."""
        length = self.until - self.since
        return View(self.since - length, self.since, self.grain, self.zone, self.filter)

    def starts(self) -> list[datetime]:
        """Return when each step begins, in the view's zone, oldest first; the first may begin before `since`."""
        zone, begin = ZoneInfo(self.zone), self.since.astimezone(ZoneInfo(self.zone))
        if self.grain is Grain.HOUR:
            first, last = self.hours
            return [datetime.fromtimestamp(hour * 3600, zone) for hour in range(first, last)]
        day = begin.date() - timedelta(days=begin.weekday() if self.grain is Grain.WEEK else 0)
        starts = []
        while (start := _midnight(day, zone)) < self.until:
            starts.append(start)
            day += timedelta(days=7 if self.grain is Grain.WEEK else 1)
        return starts

    def end(self) -> datetime:
        """Return when the last step ends, in the view's zone; it may be after `until`."""
        zone = ZoneInfo(self.zone)
        if self.grain is Grain.HOUR:
            return datetime.fromtimestamp(self.hours[1] * 3600, zone)
        return _midnight(self.starts()[-1].date() + timedelta(days=7 if self.grain is Grain.WEEK else 1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day; where the clock skips midnight, the hour after it."""
    naive = datetime.combine(day, time(0), zone)
    return datetime.fromtimestamp(naive.timestamp(), zone)
