"""Sums of rollups by group: what is read depends on the range and the cells, and is little where days are whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, select

from core.monitoring.backlog import Numbered
from core.monitoring.filters import Dimension, Filter, View
from core.monitoring.rollup_records import ALL, EACH, LATENCY, Rollup, RollupDay
from core.monitoring.rows import plain_rows
from core.monitoring.sparse import BUCKETS, COUNTS, LATENCIES, WIDTH, Ints, Sparse

OUTCOMES = ("hit", "miss", "bypass")
_NUMBER = {name: number for number, name in enumerate(OUTCOMES)}
Place = Callable[[Ints], Ints]
"""Gives each hour, counted from 1970, the number of its group; a negative one leaves it out."""
MOST_LISTED = 40
"""Days that a query names one by one."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is kept of a cell: the columns of its hours, each of as many, that of their sum, and how all are written."""

    hours: tuple[Any, ...]
    day: Any
    kind: np.dtype[Any]
    width: int


COUNTED = Part((Rollup.counts,), RollupDay.counts, COUNTS, WIDTH)
TIMED = Part(tuple(getattr(Rollup, name) for name in LATENCY), Rollup.day_latency, LATENCIES, BUCKETS)


@dataclass(frozen=True, slots=True)
class Cut:
    """How groups cut days of UTC: of most days nearly all hours belong to one group, which is read as a sum.

    ``group`` is that group of each day from `first` on, negative where there is none; ``places`` are those of its
    hours, as [day, hour], and ``stray`` says which of them is another one, so that the hour itself must be read.
    """

    first: int
    group: Ints
    places: Ints
    stray: NDArray[np.bool_]


def cut_of(view: View, place: Place) -> Cut:
    """Return how a view's groups cut its days."""
    first, last = view.hours
    hours = np.arange(first // 24 * 24, ((last - 1) // 24 + 1) * 24)
    places = np.where((hours >= first) & (hours < last), place(hours), -1).reshape(-1, 24)
    noon = places[:, 12]
    group = np.where((places != noon[:, None]).sum(axis=1) <= 12, noon, -1)
    return Cut(first // 24, group, places, (places != group[:, None]) & ((places >= 0) | (group[:, None] >= 0)))


def told_apart(cube: str) -> tuple[Dimension, ...]:
    """Return the dimensions that the cells of a cube have values of."""
    return () if cube == ALL else tuple(Dimension) if cube == EACH else (Dimension(cube),)


def cube_of(filtered: Filter, dimension: Dimension | None) -> str:
    """Return the smallest cube that can tell apart what is asked for."""
    needed = {*filtered.chosen(), *([dimension] if dimension else [])}
    return ALL if not needed else next(iter(needed)).value if len(needed) == 1 else EACH


@dataclass(frozen=True, slots=True)
class _Cells:
    """Rollups as they were read, as columns."""

    day: Ints
    outcome: Ints
    values: Mapping[Dimension, Sequence[str]]
    blob: Sequence[bytes]


class Sums:
    """What a view's rollups add up to, by any groups; each column of its cells is read once.

    Parameters
    ----------
    session : Session
        A transaction for reading, of one moment.
    """

    def __init__(self, session: Session, tenant: str, view: View) -> None:
        self.session = session
        self.tenant = tenant
        self.view = view
        self._read: dict[object, _Cells] = {}

    def of(self, part: Part, groups: int, place: Place, by: Dimension | None = None) -> tuple[list[str], Ints]:
        """Add up: return the values of `by`, and sums as [value, group, outcome, measure or bucket].

        Of no dimension there is one value, "".
        """
        cut, names = cut_of(self.view, place), Numbered() if by else Numbered({"": 0})
        whole = self._cells((part.day,), np.flatnonzero(cut.group >= 0) + cut.first, by)
        needed = cut.stray.any(axis=0).reshape(len(part.hours), -1).sum(axis=1)
        columns = tuple(part.hours[place] for place in np.flatnonzero(needed))
        cells = self._cells(columns, np.flatnonzero(cut.stray.any(axis=1)) + cut.first, by)
        value = [names.of(one.values[by]) if by else np.zeros(len(one.day), np.int64) for one in (whole, cells)]
        shape = (len(names), groups, len(OUTCOMES), part.width)
        room = int(np.prod(shape))  # what belongs to no group goes behind it

        def begin(of: _Cells, value: Ints, group: Ints) -> Ints:
            first = ((value * groups + group.T) * len(OUTCOMES) + of.outcome) * part.width
            return np.where(group.T >= 0, first, room).T

        days, day = Sparse.unpacked(whole.blob, part.kind), cells.day - cut.first
        hours = Sparse.unpacked_hours(cells.blob, part.kind, part.width, cut.stray[day])
        to = begin(cells, value[1], cut.places[day]).ravel()[hours.row] + hours.at
        keys, numbers = [to], [hours.n]
        # The sum of a day holds the hours that belong elsewhere too: they are taken away from its group.
        if len(whole.day):
            of_day = begin(whole, value[0], cut.group[whole.day - cut.first])[days.row] + days.at
            away = begin(cells, value[1], cut.group[day])[hours.row // 24] + hours.at
            keys, numbers = [to, of_day, away], [hours.n, days.n, -hours.n]
        # Sums of whole numbers below 2^53 are exact in floating point.
        weights = np.concatenate(numbers, dtype=np.float64)
        sums = np.bincount(np.concatenate(keys), weights, room + part.width)[:room]
        return list(names), sums.astype(np.int64).reshape(shape)

    def _cells(self, columns: tuple[Any, ...], days: Ints, by: Dimension | None) -> _Cells:
        """Return columns of the rollups of some days (where they are many, of those between them too)."""
        if not len(days):
            return _Cells(days, days, dict.fromkeys(Dimension, ()), ())
        cube = cube_of(self.view.filter, by)
        many = len(days) > MOST_LISTED
        wanted = (int(days[0]), int(days[-1])) if many else tuple(days.tolist())
        key = (columns[0].class_, tuple(column.key for column in columns), many, wanted, cube)
        if key not in self._read:
            on = columns[0].class_.day
            self._read[key] = self._rows(columns, on.between(*wanted) if many else on.in_(wanted), cube)
        return self._read[key]

    def _rows(self, columns: tuple[Any, ...], when: Any, cube: str) -> _Cells:
        table, shown, dimensions = columns[0].class_, self.view.filter, told_apart(cube)
        names = ("day", "outcome", *(one.value for one in dimensions))
        query = select(*(getattr(table, name) for name in names), *columns)
        query = query.where(table.tenant == self.tenant, table.cube == cube, when)
        for name, values in shown.chosen().items():
            query = query.where(getattr(table, name.value).in_(values))
        if shown.outcome:
            query = query.where(table.outcome.in_(shown.outcome))
        found = plain_rows(self.session, query)
        day, outcome, *others = zip(*found, strict=True) if found else ((),) * (len(names) + len(columns))
        told = dict(zip(dimensions, others, strict=False))
        held = others[len(dimensions) :]
        number = np.array([_NUMBER[one] for one in outcome], np.int64)
        blobs = held[0] if len(held) == 1 else [b"".join(each) for each in zip(*held, strict=True)]
        return _Cells(np.array(day, np.int64), number, told, blobs)
