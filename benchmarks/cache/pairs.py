"""Pairs of questions, each tried alone: the first is the only entry, the second is asked by another user."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from benchmarks.cache.parts import TENANT, Bench, somebody
from core.semantic_cache.model import Hit, Scope

Served = Callable[[str, str], bool]


class Trial:
    """Tries pairs on one cache, each in a scope of its own, with no label seen."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._numbers = count()

    def served(self, known: str, asked: str) -> bool:
        """Say whether `asked` is served from a cache whose only entry answers `known`."""
        scope = Scope(TENANT, f"pair-{next(self._numbers)}", "en")
        self._bench.admit(scope, known, f"The answer to: {known}")
        return isinstance(self._bench.cache.lookup(scope, asked, somebody("second")), Hit)


def pairs(rows: Sequence[Mapping[str, Any]], served: Served) -> dict[str, Any]:
    """Return what is served, as shares.

    Parameters
    ----------
    rows : sequence of mappings
        Each with ``a``, ``b``, ``same`` and perhaps ``category`` and ``safety``.
    served : callable
        Whether the second question is served with the answer to the first.
    """
    told = [(row, served(str(row["a"]), str(row["b"]))) for row in rows]
    by_category: dict[str, list[bool]] = defaultdict(list)
    for row, hit in told:
        by_category[f"{row.get('category', 'all')} ({'same' if row['same'] else 'trap'})"].append(hit)
    safety = [hit for row, hit in told if row.get("safety") and not row["same"]]
    return {
        "pairs": len(rows),
        "served_same": share([hit for row, hit in told if row["same"]]),
        "served_traps": share([hit for row, hit in told if not row["same"]]),
        "by_category": {name: {"rows": len(hits), "served": share(hits)} for name, hits in sorted(by_category.items())},
        "safety": {"rows": len(safety), "served_traps": share(safety)},
    }


def share(hits: Sequence[bool]) -> float:
    """Return the share of true ones, 0 where there are none."""
    return sum(hits) / max(1, len(hits))
