"""The metadata of a vector index by columns: a filter is one comparison of small integers a key."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from core.adapters.vector_rows import Places
from core.ports import MetadataValue

Mask = npt.NDArray[np.bool_]
_ABSENT = -1


class _Column:
    """The values of one key: each distinct value has a code, and each row the code of its value or `_ABSENT`."""

    def __init__(self, capacity: int) -> None:
        self.codes = np.full(capacity, _ABSENT, np.int32)
        self.known: dict[MetadataValue, int] = {}
        self.values: list[MetadataValue] = []
        self.counts: list[int] = []
        self.unused: list[int] = []

    def code(self, value: MetadataValue) -> int:
        """Return the value's code, a new one if need be."""
        code = self.known.get(value)
        if code is None:
            if self.unused:
                code = self.unused.pop()
                self.values[code] = value
            else:
                code = len(self.values)
                self.values.append(value)
                self.counts.append(0)
            self.known[value] = code
        return code

    def set(self, place: int, code: int) -> None:
        """Give a row another code; a value that no row has any more is forgotten."""
        before = int(self.codes[place])
        self.codes[place] = code
        if code != _ABSENT:
            self.counts[code] += 1
        if before != _ABSENT:
            self.counts[before] -= 1
            if not self.counts[before]:
                del self.known[self.values[before]]
                self.values[before] = ""
                self.unused.append(before)

    def hold(self, capacity: int) -> None:
        """Have room for so many rows."""
        self.codes = np.concatenate([self.codes, np.full(capacity - len(self.codes), _ABSENT, np.int32)])


class VectorFacts:
    """Flat metadata of rows that are numbered from 0 without gaps. Values that are equal in Python are one value."""

    def __init__(self) -> None:
        self._columns: dict[str, _Column] = {}
        self._capacity = 64

    def put(self, place: int, facts: Mapping[str, MetadataValue]) -> None:
        """Set all the metadata of a row."""
        if place >= self._capacity:
            self._capacity = max(place + 1, 2 * self._capacity)
            for column in self._columns.values():
                column.hold(self._capacity)
        for key in facts:
            if key not in self._columns:
                self._columns[key] = _Column(self._capacity)
        for key, column in self._columns.items():
            column.set(place, column.code(facts[key]) if key in facts else _ABSENT)

    def at(self, places: Places) -> list[dict[str, MetadataValue]]:
        """Return the metadata of some rows."""
        found: list[dict[str, MetadataValue]] = [{} for _ in places]
        for key, column in self._columns.items():
            for facts, code in zip(found, column.codes[places].tolist(), strict=True):
                if code != _ABSENT:
                    facts[key] = column.values[code]
        return found

    def move(self, place: int, to: int) -> None:
        """Let one row's metadata replace another's; the place that it leaves is empty."""
        for column in self._columns.values():
            column.set(to, int(column.codes[place]))
        self.clear(place)

    def clear(self, place: int) -> None:
        """Remove the metadata of a row."""
        for column in self._columns.values():
            column.set(place, _ABSENT)

    def matching(self, where: Mapping[str, MetadataValue], count: int) -> Mask | None:
        """Return which of the first `count` rows equal `where` in every key, shape (count,); None where all do."""
        mask: Mask | None = None
        for key, value in where.items():
            column = self._columns.get(key)
            code = column.known.get(value) if column is not None else None
            if column is None or code is None:
                return np.zeros(count, np.bool_)
            if column.counts[code] < count:
                having = column.codes[:count] == code
                mask = having if mask is None else mask & having
        return mask
