"""Approximate nearest neighbours in a large collection: only the parts of it that lie nearest are compared."""

from __future__ import annotations

from math import sqrt
from typing import Any

import faiss as _faiss
import numpy as np

from core.adapters.vector_facts import Mask
from core.adapters.vector_rows import Places
from core.ports import Vector

faiss: Any = _faiss  # its stubs lack half of what is used here
PROBED = 80
"""Partitions that a search looks into: 4,000 rows of 10,000, 12,600 of 100,000, 40,000 of a million. Of what an exact
scan of 100,000 real questions finds at a cosine of 0.8 or more, it finds all but 2 in 10,000."""
HEADROOM = 1.25
"""How much larger than any of the sample a number may be before it is cut."""
SAMPLE = 32
"""Rows a partition that the centres are computed from."""
ROUNDS = 8


class Partitions:
    """An inverted file (Jégou, Douze and Schmid, 2011) of vectors in 8 bits a number; rows come, change and go.

    It proposes candidates; whoever holds the rows in full precision puts them in order.

    Parameters
    ----------
    sample : Vector
        Rows to compute the centres from, shape (m, dimension).
    count : int
        Rows that the collection has now; there are 2 √count partitions.
    """

    def __init__(self, sample: Vector, count: int) -> None:
        one_thread()
        self.count = count
        self._lists = min(partitions_for(count), len(sample))
        dimension = sample.shape[1]
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension), dimension, self._lists,
            faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT, False,
        )  # fmt: skip
        self._scale = np.float32(127 / (HEADROOM * float(np.abs(sample).max(initial=1e-6))))
        index.cp.niter, index.cp.spherical, index.cp.min_points_per_centroid = ROUNDS, True, 1
        index.cp.max_points_per_centroid = SAMPLE
        index.train(self._whole(sample))
        index.set_direct_map_type(faiss.DirectMap.Hashtable)  # finds a row's partition when it is removed
        self._index = index

    def refresh(self, places: Places, rows: Vector) -> None:
        """Forget these (distinct) places, and take the first `len(rows)` of them in again with these rows."""
        one_thread()
        self._index.remove_ids(faiss.IDSelectorArray(places))
        if len(rows):
            self._index.add_with_ids(self._whole(rows), places[: len(rows)])

    def search(self, vector: Vector, limit: int, allowed: Mask | None) -> Places:
        """Return the places of up to `limit` rows that are near, of those allowed.

        A filter makes it look into as many more partitions as it leaves out rows.
        """
        one_thread()
        more = 1.0 if allowed is None else self._index.ntotal / max(1, np.count_nonzero(allowed))
        parameters = faiss.SearchParametersIVF(nprobe=min(self._lists, round(PROBED * max(1.0, more))))
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            parameters.sel = faiss.IDSelectorBitmap(bits)
        _, places = self._index.search(self._whole(vector[None, :]), limit, params=parameters)
        found: Places = places[0][places[0] >= 0]
        return found

    def _whole(self, rows: Vector) -> Vector:
        """Return rows in steps of 8 bits, the same for every number: whole numbers are compared in half of the time
        that steps of their own for each dimension take."""
        scaled: Vector = np.rint(rows * self._scale).clip(-128, 127)
        return scaled


def partitions_for(count: int) -> int:
    """Return how many partitions suit a collection of `count` rows."""
    return max(1, round(2 * sqrt(count)))


def one_thread() -> None:
    """Let FAISS work in the calling thread alone: the server's threads are the parallelism.

    OpenMP keeps this number for each thread, so that it has to be set where the work is done. Left at its default, a
    scan that takes 0.7 ms waits 16 ms for helpers where other programs keep the cores busy.
    """
    faiss.omp_set_num_threads(1)
