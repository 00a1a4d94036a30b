"""Groups of vectors, and how a new grouping is told in terms of an old one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from core.ports import Vector

Labels = npt.NDArray[np.int64]


def unit_rows(vectors: npt.ArrayLike) -> Vector:
    """Return an array of shape (n, dimension) with rows of unit length, float32."""
    rows = np.asarray(vectors, dtype=np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def k_means(
    vectors: Vector, count: int, *, begin: Vector | None = None, weights: Sequence[float] | None = None, seed: int = 0
) -> tuple[Labels, Vector]:
    """Return the group of each vector, shape (n,), and the centres, shape (count, dimension), of unit length.

    Lloyd's k-means on vectors of unit length, where the squared distance is twice one minus the cosine.

    Parameters
    ----------
    count : int
        Groups, at most as many as there are different vectors.
    begin : array of shape (at most count, dimension), or None
        Centres to begin with, so that a grouping stays what it was where the vectors allow it; more are added by
        k-means++ (Arthur and Vassilvitskii, 2007) among the vectors that lie far from them.
    """
    count = min(count, len(np.unique(vectors.round(5), axis=0)))  # equal questions are one place
    how: dict[str, Any] = {"init": "k-means++", "n_init": 1}
    if begin is not None and len(begin):
        how = {"init": _more(vectors, unit_rows(begin)[:count], count, seed), "n_init": 1}
    with threadpool_limits(1):  # who asks something meanwhile must not wait for it
        fitted = KMeans(count, random_state=seed, **how).fit(vectors, sample_weight=weights)
    return np.asarray(fitted.labels_, dtype=np.int64), unit_rows(fitted.cluster_centers_)


def _more(vectors: Vector, centres: Vector, count: int, seed: int) -> Vector:
    random = np.random.default_rng(seed)
    while len(centres) < count:
        far = np.maximum(0.0, 1.0 - (vectors @ centres.T).max(axis=1)).astype(np.float64) ** 2
        total = far.sum()
        chosen = random.choice(len(vectors), p=far / total if total > 0 else None)
        centres = np.concatenate([centres, vectors[chosen : chosen + 1]])
    return centres


def matching(new: Vector, known: Vector, least: float) -> dict[int, int]:
    """Return for each new centre the known one that it continues, one to one, with the largest sum of cosines.

    The Hungarian method (Kuhn, 1955). Pairs with a cosine below `least` are no match and take nothing from others.
    """
    if not len(new) or not len(known):
        return {}
    similarity = new @ known.T
    worth = np.where(similarity >= least, similarity, 0.0)
    pairs = zip(*linear_sum_assignment(-worth), strict=True)
    return {int(one): int(other) for one, other in pairs if similarity[one, other] >= least}


def nearest_texts(texts: Sequence[str], vectors: Vector, centre: Vector, limit: int = 3) -> tuple[str, ...]:
    """Return up to `limit` texts that differ, the nearest to the centre first."""
    order = np.argsort(-(vectors @ centre), kind="stable")
    seen: dict[str, str] = {}
    for place in order:
        seen.setdefault(" ".join(texts[place].casefold().split()).strip(" .?!"), texts[place])
        if len(seen) == limit:
            break
    return tuple(seen.values())
