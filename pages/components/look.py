"""What somebody looks at on the monitoring page, and its form in the address, so that it can be sent to a colleague.

The address is the one truth: each run of the page reads it, and each control writes it. Controls are not bound to it
(`bind="query-params"`), for that would put labels into it, and a topic that is renamed would break the links to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

SPANS = {"24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days", "dates": "Dates"}
DAYS = {"24h": 1, "7d": 7, "30d": 30, "90d": 90}
COMPARISONS = {"before": "Period before", "week": "A week earlier", "year": "A year earlier", "none": "Nothing"}
GRAINS = {"auto": "Automatic", "hour": "Hour", "day": "Day", "week": "Week"}
PARTS = {"overview": "Overview", "traffic": "Traffic", "topics": "Topics", "split": "Breakdown"}
FORMS = {"chart": "Charts", "table": "Tables"}
FILTERS = ("release", "channel", "topic", "outcome", "language")
NONE = "none"
"""How the address says that a turn has no topic or language."""
MOST_VALUES = 50
"""Of one filter."""
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class Look:
    """The state of the page. `first` and `last` are the dates of the span "dates", both included, in `zone`.

    An empty filter lets everything through; an empty `zone` is the one of the visitor's browser.
    """

    span: str = "7d"
    first: date | None = None
    last: date | None = None
    compare: str = "before"
    grain: str = "auto"
    zone: str = ""
    release: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    part: str = "overview"
    form: str = "chart"
    live: bool = False

    @property
    def filtered(self) -> int:
        """How many filters let only some of it through."""
        return sum(bool(getattr(self, name)) for name in FILTERS)

    def having(self, **parts: Any) -> Look:
        """Return the same look with other parts, by the names of its fields."""
        return replace(self, **parts)

    @property
    def read(self) -> Look:
        """The part of it that decides what is read; how it is drawn is left out."""
        return self.having(part="", form="", live=False)

    def unfiltered(self) -> Look:
        """Return the same look without filters."""
        return self.having(**dict.fromkeys(FILTERS, ()))


_NAMES = {"span": "range", "first": "from", "last": "to", "form": "as"}
ADDRESS_NAMES = tuple(_NAMES.get(field.name, field.name) for field in fields(Look))
"""The query parameters that this module reads and writes; others are left alone."""
_CHOICES: dict[str, Mapping[str, str]] = {
    "span": SPANS,
    "compare": COMPARISONS,
    "grain": GRAINS,
    "part": PARTS,
    "form": FORMS,
}
_DEFAULT = Look()


def look_from(query: Mapping[str, Sequence[str]]) -> Look:
    """Return the look of an address; what cannot be read there counts as not said.

    >>> look_from({"range": ["30d"], "topic": ["a", "b"], "grain": ["fortnight"]}).topic
    ('a', 'b')
    """
    said: dict[str, Any] = {}
    for name in (field.name for field in fields(Look)):
        values = [value for value in query.get(_NAMES.get(name, name), ()) if value]
        if values and (read := _read(name, values)) is not None:
            said[name] = read
    look = Look(**said)
    if look.span == "dates" and (look.first is None or look.last is None or look.first > look.last):
        return replace(look, span=_DEFAULT.span, first=None, last=None)
    return look


def address_of(look: Look) -> dict[str, list[str]]:
    """Return the query parameters that make this look; what is as ever is left out."""
    query: dict[str, list[str]] = {}
    for field in fields(Look):
        value = getattr(look, field.name)
        if value == getattr(_DEFAULT, field.name) or (field.name in ("first", "last") and look.span != "dates"):
            continue
        query[_NAMES.get(field.name, field.name)] = list(value) if isinstance(value, tuple) else [_written(value)]
    return query


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the time zones by name, those of places only, UTC first."""
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))


def _read(name: str, values: list[str]) -> object:
    if name in FILTERS:
        return tuple(dict.fromkeys(value[:100] for value in values))[:MOST_VALUES]
    value = values[-1]
    if name in _CHOICES:
        return value if value in _CHOICES[name] else None
    if name == "live":
        return value == "on"
    if name == "zone":
        return value if value in zone_names() else None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value.isoformat() if isinstance(value, date) else str(value)
