"""Sparse vectors as bytes: what happened in the hours of a day, and how long it took.

A vector is a sequence of (place, number). Of counts the place is ``hour * 16 + measure``; of latencies it is
``hour * 400 + bucket``, where a bucket is one of DDSketch (Masson, Rim and Lee, 2019): counts of such buckets add up,
and each percentile read from their sum is within 2 % of the true one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from ddsketch.mapping import LogarithmicMapping
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MEASURES = (
    "turns", "errors", "ups", "downs", "audited", "false_hits", "input_tokens", "output_tokens", "costed",
    "cost_nano", "saved_nano", "timed", "time_us",
)  # fmt: skip
"""What is counted in an hour; money in billionths of a US dollar and time in microseconds, so that sums are exact."""
WIDTH = 16
"""Places for measures in an hour."""
BUCKETS = 400
COUNTS = np.dtype([("at", "<u2"), ("n", "<i8")])
LATENCIES = np.dtype([("at", "<u2"), ("n", "<i4")])
ACCURACY = 0.02
_DENSE = 4
"""Up to so many times as many places as entries are added up without sorting."""
_MAPPING = LogarithmicMapping(ACCURACY)
_LEAST_MS = 0.1
_FIRST = _MAPPING.key(_LEAST_MS)
_MIDDLES = np.array([_MAPPING.value(bucket + _FIRST) for bucket in range(BUCKETS)])
"""Milliseconds that stand for those of each bucket: none of them is further away than the accuracy."""


def bucket_of(ms: NDArray[np.float64]) -> Ints:
    """Return the bucket of each number of milliseconds; what lies outside 0.1 ms to 14 minutes, at the nearest end."""
    keys = np.ceil(np.log(np.maximum(ms, _LEAST_MS)) / np.log(_MAPPING.gamma)).astype(np.int64)
    buckets: Ints = np.clip(keys - _FIRST, 0, BUCKETS - 1)
    return buckets


def highest_ms(buckets: Ints) -> NDArray[np.float64]:
    """Return the most milliseconds that fall into each bucket."""
    return np.asarray(_MAPPING.gamma ** (buckets + _FIRST), np.float64)


def quantiles_ms(counts: Ints, shares: Sequence[float]) -> NDArray[np.float64]:
    """Return the milliseconds that each share of what the buckets count does not exceed.

    Parameters
    ----------
    counts : int array [..., bucket]

    Returns
    -------
    float array [..., share]
        Not a number where nothing was counted.
    """
    sums = np.cumsum(counts, axis=-1)
    total = sums[..., -1:]
    found = np.stack([(sums <= share * (total - 1)).sum(axis=-1) for share in shares], axis=-1)
    return np.where(total > 0, _MIDDLES[np.minimum(found, BUCKETS - 1)], np.nan)


@dataclass(frozen=True, slots=True)
class Sparse:
    """Several sparse vectors: of each entry the vector's number, the place in it, and what stands there."""

    row: Ints
    at: Ints
    n: Ints

    def summed(self, rows: Ints | None = None) -> Self:
        """Add up what stands at the same place, zeros left out; `rows` gives each vector another number first."""
        row = self.row if rows is None else rows[self.row]
        if not len(row):
            return type(self)(row, self.at, self.n)
        low, width = int(row.min()), int(self.at.max()) + 1
        key = (row - low) * width + self.at
        size = (int(row.max()) - low + 1) * width
        key, sums = _sums_dense(key, self.n, size) if size <= _DENSE * len(key) else _sums_sorted(key, self.n)
        kept = sums != 0
        row, at = np.divmod(key[kept], width)
        return type(self)(row + low, at, sums[kept])

    def folded(self, width: int) -> Self:
        """Add the hours up: what stands at the same place of any hour, where an hour has so many places."""
        return type(self)(self.row, self.at % width, self.n).summed()

    @classmethod
    def joined(cls, parts: Sequence[Sparse]) -> Self:
        """Return the entries of all, not yet added up."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("row", "at", "n")))

    def cut(self, parts: int, width: int) -> Self:
        """Make so many vectors of each, for as many hours each; an hour has so many places, and keeps its own."""
        return type(self)(self.row * parts + self.at // (24 // parts * width), self.at, self.n)

    def packed(self, rows: int, kind: np.dtype[Any]) -> list[bytes]:
        """Return the bytes of each of so many vectors; the entries must be summed."""
        entries = np.empty(len(self.n), kind)
        entries["at"], entries["n"] = self.at, self.n
        ends = np.searchsorted(self.row, np.arange(rows + 1))
        return [entries[start:end].tobytes() for start, end in pairwise(ends)]

    @classmethod
    def unpacked(cls, blobs: Sequence[bytes], kind: np.dtype[Any]) -> Self:
        """Read vectors, numbered as they come."""
        entries = np.frombuffer(b"".join(blobs), kind)
        row = np.repeat(np.arange(len(blobs)), _lengths(blobs, kind))
        return cls(row, entries["at"].astype(np.int64), entries["n"].astype(np.int64))

    @classmethod
    def unpacked_hours(cls, blobs: Sequence[bytes], kind: np.dtype[Any], width: int, chosen: NDArray[np.bool_]) -> Self:
        """Read only those hours of vectors that are chosen, as [vector, hour]; an hour has so many places.

        Each hour is a vector of its own: hour 3 of the vector 2 has the number 2 * 24 + 3, and its first place is 0.
        """
        entries = np.frombuffer(b"".join(blobs), kind)
        row = np.repeat(np.arange(len(blobs)) * 24, _lengths(blobs, kind))
        row += entries["at"] // width
        if not chosen.all():
            kept = np.flatnonzero(chosen.ravel()[row])
            row, entries = row[kept], entries[kept]
        return cls(row, (entries["at"] % width).astype(np.int64), entries["n"].astype(np.int64))


def _lengths(blobs: Sequence[bytes], kind: np.dtype[Any]) -> Ints:
    lengths: Ints = np.fromiter(map(len, blobs), np.int64, len(blobs))
    return lengths // kind.itemsize


def _sums_dense(key: Ints, n: Ints, size: int) -> tuple[Ints, Ints]:
    """Return every key below `size` and the sum of what stands at it; quick where many occur."""
    sums = np.zeros(size, np.int64)
    np.add.at(sums, key, n)
    return np.arange(size), sums


def _sums_sorted(key: Ints, n: Ints) -> tuple[Ints, Ints]:
    """Return the different keys, in order, and the sum of what stands at each."""
    if (np.diff(key) <= 0).any():
        order = np.argsort(key)
        key, n = key[order], n[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    return key[first], np.add.reduceat(n, first)
